#include "discussion/mentions.hpp"

#include <map>
#include <vector>

#include "base/text.hpp"
#include "view/markdown.hpp"

namespace forum::discussion {

namespace {

constexpr int most_words = 7;  // "burgemeester" is no part of a name; the longest municipality has four words

const db::Query names_query{"discussion.mentioned_names", R"(
    WITH wanted AS (SELECT DISTINCT lower(name) AS name FROM unnest($1::text[]) AS name)
    SELECT '/leden/' || m.id AS path, m.name, coalesce(g.name, '') AS place
      FROM wanted w
      JOIN members m ON lower(m.name) = w.name AND m.ended_at IS NULL
      LEFT JOIN municipalities g ON g.code = m.municipality_code
    UNION ALL
    SELECT '/gemeenten/' || g.code, g.name, ''
      FROM wanted w
      JOIN municipalities g ON lower(g.name) = w.name AND g.valid_until IS NULL)"};

/// What may be the name at the beginning of these words, longest first: each number of whole words, with and without the
/// punctuation behind them.
std::vector<std::string_view> beginnings(std::string_view words) {
    constexpr std::string_view punctuation = ".,:;!?)\"'";
    std::vector<std::string_view> list;
    std::size_t end = 0;
    for (int count = 0; count < most_words && end < words.size(); ++count) {
        end = std::min(words.find(' ', end + 1), words.size());
        auto name = words.substr(0, end);
        list.push_back(name);
        while (!name.empty() && punctuation.find(name.back()) != punctuation.npos) {
            name.remove_suffix(1);
            list.push_back(name);
        }
    }
    std::stable_sort(list.begin(), list.end(), [](auto one, auto other) { return one.size() > other.size(); });
    return list;
}

/// "Jan Jansen (Westland)" -> "Jan Jansen"
std::string_view without_place(std::string_view name) {
    const auto open = name.rfind(" (");
    return name.ends_with(')') && open != name.npos ? name.substr(0, open) : name;
}

}  // namespace

std::string render_post(db::Tx& tx, std::string_view markdown, RoundTrip trip) {
    const auto mentions = view::mentioned_words(markdown);
    if (mentions.empty()) {
        return view::render_markdown(markdown);
    }
    std::vector<std::string> wanted;
    for (const auto& words : mentions) {
        for (const auto name : beginnings(words)) {
            wanted.emplace_back(name);
            wanted.emplace_back(without_place(name));
        }
    }
    const auto rows =
        trip == RoundTrip::alone ? tx.exec_alone(names_query, db::Params::of(wanted)) : tx.exec(names_query, db::Params::of(wanted));
    // "" = more than one has this name.
    std::map<std::string, std::string> known;
    const auto know = [&](const std::string& name, const std::string& path) {
        const auto [at, is_new] = known.emplace(base::fold(name), path);
        if (!is_new && at->second != path) {
            at->second.clear();
        }
    };
    for (const auto& row : rows) {
        const auto name = row.text("name");
        const auto path = row.text("path");
        know(name, path);
        if (const auto place = row.text("place"); !place.empty()) {
            know(name + " (" + place + ")", path);
        }
    }
    return view::render_markdown(markdown, [&](std::string_view words) -> std::optional<view::Mention> {
        for (const auto name : beginnings(words)) {
            const auto found = known.find(base::fold(name));
            if (found != known.end() && !found->second.empty()) {
                return view::Mention{name.size(), found->second};
            }
        }
        return std::nullopt;
    });
}

}  // namespace forum::discussion
