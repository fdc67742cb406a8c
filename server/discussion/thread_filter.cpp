#include "discussion/thread_filter.hpp"

#include <array>
#include <charconv>

#include "base/problem.hpp"
#include "base/text.hpp"
#include "site/paging.hpp"

namespace forum::discussion {

namespace {

using base::Problem;
using base::ProblemKind;

// The threads of every list, with one column per filter that says whether it lets the thread through. $3 kinds, $4 themes,
// $5 typologies, $6 municipality, $7 state, $8 text, $9 like mine; an empty one lets everything through.
// A thread that waits is listed for its author only; a tombstone without replies for nobody.
// Words are looked for in titles, in conclusions, in what a dilemma says beside its text, and in the posts that the viewer may read (has_text),
// all in one of these. Read once for the whole list; without words not at all.
constexpr std::string_view listed = R"(
    told AS MATERIALIZED (
        SELECT DISTINCT p.thread_id FROM visible_posts($1, $2) p
         WHERE $8 <> '' AND p.has_text
           AND (strpos(lower(p.body), lower($8)) > 0 OR to_tsvector('dutch', p.body) @@ websearch_to_tsquery('dutch', $8))
    ), listed AS (
        SELECT t.id, t.kind, t.theme_slug,
               cardinality($3::text[]) = 0 OR t.kind = ANY($3::text[]) AS by_kind,
               cardinality($4::text[]) = 0 OR t.theme_slug = ANY($4::text[]) AS by_theme,
               cardinality($5::text[]) = 0 OR EXISTS (
                   SELECT 1 FROM thread_typologies y WHERE y.thread_id = t.id AND y.typology_slug = ANY($5::text[])) AS by_typology,
               t.kind = 'question' AND t.accepted_post IS NULL AS is_open,
               t.accepted_post IS NOT NULL AS is_answered,
               t.reply_count = 0 AND t.kind <> 'announcement' AS is_unanswered,
               t.is_closed,
               t.author_id = coalesce($1, 0) AS is_own,
               t.is_pinned, t.reply_count, t.last_post_at, coalesce(t.published_at, t.created_at) AS began_at
          FROM visible_threads($1, $2) t
         WHERE (t.is_published OR (t.author_id = coalesce($1, 0) AND t.opening_state IN ('waiting', 'returned')))
           AND NOT (t.is_blanked AND t.reply_count = 0)
           AND ($6 = '' OR EXISTS (SELECT 1 FROM thread_municipalities m WHERE m.thread_id = t.id AND m.municipality_code = $6)
                OR EXISTS (SELECT 1 FROM posts o WHERE o.thread_id = t.id AND o.number = 1 AND o.author_municipality = $6))
           AND ($8 = '' OR to_tsvector('dutch', t.title) @@ websearch_to_tsquery('dutch', $8)
                OR strpos(lower(t.title), lower($8)) > 0
                OR to_tsvector('dutch', t.conclusion) @@ websearch_to_tsquery('dutch', $8)
                OR to_tsvector('dutch', t.fields - 'html') @@ websearch_to_tsquery('dutch', $8)
                OR t.id IN (SELECT thread_id FROM told))
           AND ($9 = '' OR EXISTS (SELECT 1 FROM thread_typologies y WHERE y.thread_id = t.id AND y.typology_slug = $9)
                OR EXISTS (SELECT 1 FROM posts o JOIN municipality_typology c ON c.municipality_code = o.author_municipality
                            WHERE o.thread_id = t.id AND o.number = 1 AND c.typology_slug = $9))
    ), matched AS (
        SELECT l.*, CASE $7 WHEN '' THEN true WHEN 'open' THEN is_open WHEN 'answered' THEN is_answered
                            WHEN 'unanswered' THEN is_unanswered WHEN 'closed' THEN is_closed
                            WHEN 'own' THEN is_own ELSE false END AS by_state
          FROM listed l
    ))";

// $10 sort; rank, at and id are the order of the list, all descending. Times as microseconds: a cursor must be exact.
constexpr std::string_view ordered = R"(
    , ordered AS (
        SELECT id,
               (CASE $10 WHEN 'activity' THEN is_pinned::integer WHEN 'unanswered' THEN (reply_count = 0)::integer
                         ELSE 0 END)::bigint AS rank,
               (extract(epoch FROM CASE $10 WHEN 'newest' THEN began_at ELSE last_post_at END) * 1000000)::bigint AS at
          FROM matched
         WHERE by_kind AND by_theme AND by_typology AND by_state
    ))";

std::string with_list(std::string_view rest, bool is_ordered) {
    return "WITH" + std::string{listed} + (is_ordered ? std::string{ordered} : std::string{}) + std::string{rest};
}

const db::Query after_query{"discussion.threads_after", with_list(R"(
    SELECT id, rank, at FROM ordered
     WHERE $11::bigint IS NULL OR (rank, at, id) < ($11::bigint, $12::bigint, $13::bigint)
     ORDER BY rank DESC, at DESC, id DESC LIMIT $14)",
                                                                  true)};

const db::Query before_query{"discussion.threads_before", with_list(R"(
    SELECT id, rank, at FROM ordered
     WHERE (rank, at, id) > ($11::bigint, $12::bigint, $13::bigint)
     ORDER BY rank, at, id LIMIT $14)",
                                                                    true)};

const db::Query counts_query{"discussion.thread_counts", with_list(R"(
    SELECT 'all' AS filter, '' AS value, count(*) AS n FROM matched WHERE by_kind AND by_theme AND by_typology AND by_state
    UNION ALL
    SELECT 'kind', kind, count(*) FROM matched WHERE by_theme AND by_typology AND by_state GROUP BY kind
    UNION ALL
    SELECT 'theme', theme_slug, count(*) FROM matched
     WHERE theme_slug IS NOT NULL AND by_kind AND by_typology AND by_state GROUP BY theme_slug
    UNION ALL
    SELECT 'typology', y.typology_slug, count(*) FROM matched m JOIN thread_typologies y ON y.thread_id = m.id
     WHERE by_kind AND by_theme AND by_state GROUP BY y.typology_slug
    UNION ALL
    SELECT 'state', s.value, count(*) FROM matched m
     CROSS JOIN LATERAL (VALUES ('', true), ('open', is_open), ('answered', is_answered), ('unanswered', is_unanswered),
                                ('closed', is_closed), ('own', is_own)) AS s (value, applies)
     WHERE s.applies AND by_kind AND by_theme AND by_typology GROUP BY s.value)",
                                                                   false)};

// The list's own condition for each municipality at once: linked, or asked from there.
const db::Query by_municipality_query{"discussion.threads_by_municipality", R"(
    WITH places AS (
        SELECT m.thread_id, m.municipality_code AS code FROM thread_municipalities m
         UNION
        SELECT o.thread_id, o.author_municipality FROM posts o WHERE o.number = 1 AND o.author_municipality IS NOT NULL
    )
    SELECT p.code, count(*) AS n
      FROM visible_threads($1, $2) t JOIN places p ON p.thread_id = t.id
     WHERE (t.is_published OR (t.author_id = coalesce($1, 0) AND t.opening_state IN ('waiting', 'returned')))
       AND NOT (t.is_blanked AND t.reply_count = 0)
     GROUP BY p.code)"};

/// All values of a parameter that may be given more than once; empty ones are a form's way of saying nothing.
std::vector<std::string> values_of(const site::PageContext& context, std::string_view page_name, std::string_view api_name) {
    const auto wanted = context.is_api ? api_name : page_name;
    std::vector<std::string> values;
    for (const auto& [name, value] : context.request.query) {
        if (name == wanted && !value.empty() && values.size() < 20) {
            values.push_back(value);
        }
    }
    return values;
}

struct Word {
    std::string_view dutch, english;
};
constexpr std::array words_in_links{
    Word{"vraag", "question"},      Word{"ervaring", "experience"},     Word{"mededeling", "announcement"},
    Word{"beantwoord", "answered"}, Word{"onbeantwoord", "unanswered"}, Word{"gesloten", "closed"},
    Word{"eigen", "own"},           Word{"nieuwste", "newest"},         Word{"laatste", "activity"},
};

/// Both spellings are understood everywhere: the page's links are Dutch, the API's are English.
std::string english(const std::string& value) {
    for (const auto& word : words_in_links) {
        if (word.dutch == value) {
            return std::string{word.english};
        }
    }
    return value;
}

/// A script hears what it spelled wrong; a person sees an empty list and the chip that takes the filter away.
void check_words(const ThreadFilter& filter, const std::string& sort) {
    const auto is_one_of = [](const std::string& value, std::initializer_list<std::string_view> known) {
        return std::find(known.begin(), known.end(), value) != known.end();
    };
    const bool are_kinds = std::all_of(filter.kinds.begin(), filter.kinds.end(), [&](const std::string& kind) {
        return is_one_of(kind, {"question", "experience", "dilemma", "announcement"});
    });
    if (!are_kinds || !is_one_of(filter.state, {"", "open", "unanswered", "answered", "closed", "own"})
        || !is_one_of(sort, {"", "activity", "newest", "unanswered"})) {
        throw Problem{ProblemKind::bad_request, "frame.bad_filter"};
    }
}

std::string_view sort_name(Sort sort) {
    switch (sort) {
    case Sort::newest: return "newest";
    case Sort::unanswered_first: return "unanswered";
    case Sort::activity: break;
    }
    return "activity";
}

db::Params filter_params(const access::Viewer& viewer, const ThreadFilter& filter) {
    return db::Params::of(viewer.member, viewer.level(), filter.kinds, filter.themes, filter.typologies, filter.municipality, filter.state,
                          filter.text, filter.like_mine);
}

std::int64_t parse_part(const std::string& text) {
    std::int64_t value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) {
        throw Problem{ProblemKind::bad_request, "frame.bad_cursor"};
    }
    return value;
}

std::string encode(const ThreadFilter& filter, const db::Row& row) {
    return site::encode_cursor({std::string{sort_name(filter.sort)}, std::to_string(row.integer("rank")), std::to_string(row.integer("at")),
                                std::to_string(row.integer("id"))});
}

ListCursor decode(const ThreadFilter& filter, std::string_view text) {
    const auto parts = site::decode_cursor(text, 4);
    // A cursor means something in the order that it was made in, and in no other.
    if (parts[0] != sort_name(filter.sort)) {
        throw Problem{ProblemKind::bad_request, "frame.bad_cursor"};
    }
    return {parse_part(parts[1]), parse_part(parts[2]), parse_part(parts[3])};
}

}  // namespace

std::string page_word(std::string_view value) {
    for (const auto& word : words_in_links) {
        if (word.english == value) {
            return std::string{word.dutch};
        }
    }
    return std::string{value};
}

bool ThreadFilter::is_filtered() const { return count_active() > 0; }

int ThreadFilter::count_active() const {
    return static_cast<int>(kinds.size() + themes.size() + typologies.size()) + (municipality.empty() ? 0 : 1) + (state.empty() ? 0 : 1)
           + (text.empty() ? 0 : 1) + (like_mine.empty() ? 0 : 1);
}

ThreadFilter parse_filter(const site::PageContext& context, const places::Directory& places) {
    ThreadFilter filter;
    for (const auto& value : values_of(context, "soort", "kind")) {
        filter.kinds.push_back(english(value));
    }
    filter.themes = values_of(context, "thema", "theme");
    filter.typologies = values_of(context, "type", "typology");
    filter.state = english(std::string{context.query("stand", "state")});
    filter.text = base::excerpt(base::trim(context.query("zoek", "q")), 200);
    const auto place = base::trim(context.query("gemeente", "municipality"));
    if (!place.empty()) {
        const auto by_code = places.find_municipality(place);
        const auto found = by_code ? by_code : places.find_by_name(place);
        filter.municipality = found ? found->code : place;
    }
    if (!context.query("mijn", "likeMine").empty()) {
        if (const auto mine = places.find_municipality(context.viewer.municipality)) {
            filter.like_mine = mine->typology;
        }
    }
    const auto sort = english(std::string{context.query("sorteer", "sort")});
    if (sort == "newest") {
        filter.sort = Sort::newest;
    } else if (sort == "unanswered") {
        filter.sort = Sort::unanswered_first;
    }
    if (context.is_api) {
        check_words(filter, sort);
    }
    return filter;
}

FoundThreads find_threads(db::Tx& tx, const access::Viewer& viewer, const ThreadFilter& filter, std::string_view cursor, int limit) {
    auto params = filter_params(viewer, filter);
    params.add(sort_name(filter.sort));
    const auto before = params;
    if (cursor.empty()) {
        params.add(std::nullopt).add(std::nullopt).add(std::nullopt);
    } else {
        const auto from = decode(filter, cursor);
        params.add(from.rank).add(from.at).add(from.id);
    }
    const auto rows = tx.exec(after_query, params.add(limit + 1));
    FoundThreads found;
    for (const auto& row : rows) {
        if (found.ids.size() == static_cast<std::size_t>(limit)) {
            found.next = encode(filter, rows[static_cast<std::size_t>(limit) - 1]);
            break;
        }
        found.ids.push_back(row.integer("id"));
    }
    if (!cursor.empty() && !rows.empty()) {
        // The page before begins after the row that stands `limit` rows above this page's first.
        auto back = before;
        const auto first = rows[0];
        back.add(first.integer("rank")).add(first.integer("at")).add(first.integer("id")).add(limit + 1);
        const auto above = tx.exec(before_query, back);
        found.has_previous = !above.empty();
        if (above.size() == static_cast<std::size_t>(limit) + 1) {
            found.previous = encode(filter, above[static_cast<std::size_t>(limit)]);
        }
    }
    return found;
}

ThreadCounts count_threads(db::Tx& tx, const access::Viewer& viewer, const ThreadFilter& filter) {
    ThreadCounts counts;
    for (const auto& row : tx.exec(counts_query, filter_params(viewer, filter))) {
        const auto kind = row.text("filter");
        const auto value = row.text("value");
        const auto n = row.integer("n");
        if (kind == "all") {
            counts.all = n;
        } else {
            auto& map = kind == "kind"       ? counts.kinds
                        : kind == "theme"    ? counts.themes
                        : kind == "typology" ? counts.typologies
                                             : counts.states;
            map[value] = n;
        }
    }
    return counts;
}

std::map<std::string, std::int64_t> count_by_municipality(db::Tx& tx, const access::Viewer& viewer) {
    std::map<std::string, std::int64_t> counts;
    for (const auto& row : tx.exec(by_municipality_query, db::Params::of(viewer.member, viewer.level()))) {
        counts[row.text("code")] = row.integer("n");
    }
    return counts;
}

}  // namespace forum::discussion
