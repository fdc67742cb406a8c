#include "discussion/urls.hpp"

#include <array>

#include "base/text.hpp"

namespace forum::discussion {

std::optional<int> parse_post_number(std::string_view text) {
    const auto id = base::parse_id<base::PostId>(text);
    return id && id->value < 1'000'000'000 ? std::optional{static_cast<int>(id->value)} : std::nullopt;
}

int page_of(int number) { return number <= 1 ? 1 : (number - 2) / page_size + 1; }

int first_number(int page) { return (page - 1) * page_size + 2; }

std::string thread_url(base::ThreadId thread, std::string_view slug) {
    return "/gesprekken/" + to_string(thread) + "/" + std::string{slug};
}

std::string thread_page_url(base::ThreadId thread, std::string_view slug, int page) {
    auto url = thread_url(thread, slug);
    return page > 1 ? url + "?pagina=" + std::to_string(page) : url;
}

std::string post_url(base::ThreadId thread, std::string_view slug, int number) {
    return thread_page_url(thread, slug, page_of(number)) + "#bericht-" + std::to_string(number);
}

std::string post_act_url(base::ThreadId thread, int number, std::string_view act) {
    return "/gesprekken/" + to_string(thread) + "/berichten/" + std::to_string(number) + std::string{act};
}

std::string post_api_url(base::ThreadId thread, int number) {
    return "/api/v1/threads/" + to_string(thread) + "/posts/" + std::to_string(number);
}

std::string wall_url(base::ThreadId thread) { return "/gesprekken/" + to_string(thread) + "/wand"; }

std::string wall_list_url(base::ThreadId thread, int from) { return wall_url(thread) + "?vanaf=" + std::to_string(from); }

std::string thread_slug(std::string_view title) {
    constexpr std::array taken{"berichten",   "gelezen",     "sluiten",  "openen", "vastzetten", "losmaken",
                               "verplaatsen", "samenvoegen", "splitsen", "wand",   "logboek"};
    auto slug = base::slugify(title);
    for (const auto* word : taken) {
        if (slug == word) {
            return slug + "-gesprek";
        }
    }
    return slug;
}

}  // namespace forum::discussion
