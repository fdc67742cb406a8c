#include "following/mention_names.hpp"

#include <nlohmann/json.hpp>

#include "base/text.hpp"

namespace forum::following {

namespace {

using nlohmann::json;

constexpr std::size_t most_names = 8;
constexpr std::size_t most_municipalities = 4;

// namesakes: how many have the same name; they are told apart by their municipality.
const db::Query mention_names_query{"following.mention_names", R"(
    SELECT m.id, m.name, m.function, coalesce(m.municipality_code, '') AS municipality,
           (SELECT count(*) FROM members o WHERE lower(o.name) = lower(m.name) AND o.ended_at IS NULL) AS namesakes
      FROM members m
     WHERE m.ended_at IS NULL AND m.id <> $1
       AND (starts_with(lower(m.name), lower($2)) OR position(' ' || lower($2) IN lower(m.name)) > 0)
     ORDER BY starts_with(lower(m.name), lower($2)) DESC, m.name COLLATE "nl-x-icu", m.id
     LIMIT $3)"};

}  // namespace

site::Page load_mention_names(const site::PageContext& context, const discussion::Services& services) {
    const auto asked = base::trim(context.query("q", "q"));
    auto items = json::array();
    const auto add = [&](std::string_view kind, const std::string& name, const std::string& text, const std::string& about) {
        if (items.size() < most_names) {
            items.push_back({{"kind", kind}, {"name", name}, {"text", text}, {"about", about}});
        }
    };
    if (!asked.empty() && asked.size() <= 100) {
        const auto folded = base::fold(asked);
        for (const auto& municipality : services.places.current_municipalities()) {
            if (items.size() < most_municipalities && base::fold(municipality.name).starts_with(folded)) {
                add("municipality", municipality.name, "@" + municipality.name,
                    services.texts.text("following.kind_municipality", context.language));
            }
        }
        for (const auto& row : context.tx.exec(mention_names_query, db::Params::of(context.viewer.member, asked, most_names))) {
            const auto name = row.text("name");
            const auto place = services.places.find_municipality(row.text("municipality"));
            const auto place_name = place ? place->name : std::string{};
            const auto function = row.text("function");
            add("member", name, "@" + name + (row.integer("namesakes") > 1 && place ? " (" + place_name + ")" : ""),
                function + (function.empty() || place_name.empty() ? "" : ", ") + place_name);
        }
    }
    site::Page page;
    page.model = json{{"items", std::move(items)}, {"next", nullptr}};
    return page;
}

}  // namespace forum::following
