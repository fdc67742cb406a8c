#include "discussion/similar.hpp"

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "discussion/thread_rows.hpp"

namespace forum::discussion {

namespace {

// Any word of the title may match (websearch with OR between the lexemes), the more of them the higher.
const db::Query similar_query{"discussion.similar", R"(
    WITH wanted AS (
        SELECT to_tsquery('simple', string_agg(quote_literal(lexeme), ' | ')) AS words
          FROM unnest(to_tsvector('dutch', $3))
    )
    SELECT t.id
      FROM visible_threads($1, $2) t, wanted
     WHERE t.is_published AND to_tsvector('dutch', t.title) @@ wanted.words
     ORDER BY ts_rank(to_tsvector('dutch', t.title), wanted.words) DESC, t.last_post_at DESC, t.id DESC
     LIMIT 5)"};

}  // namespace

nlohmann::json similar_rows(const site::PageContext& context, const Services& services, const std::string& title) {
    const auto asked = base::excerpt(title, 200);
    const auto ids = context.tx.exec(similar_query, db::Params::of(context.viewer.member, context.viewer.level(), asked)).integers("id");
    return load_rows(context.tx, context.viewer, context.language, services.texts, services.places, ids);
}

site::Page load_similar(const site::PageContext& context, const Services& services) {
    site::Page page;
    page.model =
        nlohmann::json{{"items", similar_rows(context, services, std::string{context.query("title", "title")})}, {"next", nullptr}};
    return page;
}

}  // namespace forum::discussion
