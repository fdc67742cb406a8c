#include "discussion/drafts.hpp"

#include <nlohmann/json.hpp>

#include "base/problem.hpp"
#include "base/text.hpp"
#include "discussion/post_rules.hpp"
#include "discussion/thread_events.hpp"
#include "discussion/urls.hpp"

namespace forum::discussion {

namespace {

using base::Problem;
using base::ProblemKind;
using nlohmann::json;

// Revision 0 makes a draft, any other one must be there as it was seen.
const db::Query save_query{"discussion.save_draft", R"(
    WITH changed AS (
        UPDATE drafts SET revision = revision + 1, data = $4::jsonb, saved_at = now()
         WHERE member_id = $1 AND key = $2 AND revision = $3 AND $3 > 0
        RETURNING revision, saved_at
    ), made AS (
        INSERT INTO drafts (member_id, key, data)
        SELECT $1, $2, $4::jsonb WHERE $3 = 0
        ON CONFLICT (member_id, key) DO NOTHING
        RETURNING revision, saved_at
    )
    SELECT * FROM changed UNION ALL SELECT * FROM made)"};

const db::Query find_draft_query{"discussion.find_draft", R"(
    SELECT revision, saved_at, data FROM drafts WHERE member_id = $1 AND key = $2)"};

const db::Query delete_query{"discussion.delete_draft", R"(
    DELETE FROM drafts WHERE member_id = $1 AND key = $2 RETURNING revision)"};

const db::Query prune_query{"discussion.prune_drafts", R"(
    DELETE FROM drafts
     WHERE (member_id, key) IN (SELECT member_id, key FROM drafts WHERE saved_at < $1::timestamptz LIMIT 10000))"};

const db::Query list_query{"discussion.list_drafts", R"(
    SELECT d.key, d.saved_at, d.data ->> 'title' AS title, left(d.data ->> 'body', 400) AS body,
           t.id AS thread_id, t.slug, t.title AS thread_title
      FROM drafts d
      LEFT JOIN visible_threads($1, $2) t ON d.key = 'reply-' || t.id
     WHERE d.member_id = $1
     ORDER BY d.saved_at DESC
     LIMIT 50)"};

/// new-thread, reply-12, edit-12-4: what the pages use, and nothing that fills the table.
std::string checked_key(const std::string& key) {
    const auto parts = base::split(key, '-');
    const auto is_number = [&](std::size_t at) { return base::parse_id<base::ThreadId>(parts[at]).has_value(); };
    const bool is_good = key == "new-thread" || (parts.size() == 2 && parts[0] == "reply" && is_number(1))
                         || (parts.size() == 3 && parts[0] == "edit" && is_number(1) && is_number(2));
    if (!is_good) {
        throw Problem{ProblemKind::not_found};
    }
    return key;
}

std::int64_t parse_revision(const std::string& text) {
    if (text.empty() || text == "0") {
        return 0;
    }
    const auto revision = base::parse_id<base::PostId>(text);
    if (!revision || revision->value > 2'000'000'000) {
        throw Problem{ProblemKind::bad_request, "revision is a whole number from 0"};
    }
    return revision->value;
}

}  // namespace

std::variant<DraftSaved, DraftConflict> save_draft(db::Tx& tx, const live::Announcer& announcer, base::MemberId member,
                                                   const std::string& key, std::int64_t revision, const nlohmann::json& data) {
    const auto rows = tx.exec(save_query, db::Params::of(member, key, revision, data.dump()));
    if (const auto row = rows.find_one()) {
        if (revision == 0) {
            // Pages that were kept without a draft are no longer right; while there is one they are not kept.
            announce_own(tx, announcer, member, {{"draft", key}});
        }
        return DraftSaved{row->integer("revision"), row->time("saved_at")};
    }
    const auto stored = find_draft(tx, member, key);
    return stored ? DraftConflict{stored->revision, stored->data} : DraftConflict{0, json::object()};
}

std::optional<Draft> find_draft(db::Tx& tx, base::MemberId member, const std::string& key) {
    const auto rows = tx.exec(find_draft_query, db::Params::of(member, key));
    const auto row = rows.find_one();
    if (!row) {
        return std::nullopt;
    }
    return Draft{row->integer("revision"), row->time("saved_at"), json::parse(row->text("data"))};
}

nlohmann::json load_drafts(db::Tx& tx, const Services& services, const access::Viewer& viewer, view::Language language) {
    auto list = json::array();
    for (const auto& row : tx.exec(list_query, db::Params::of(viewer.member, viewer.level()))) {
        const auto key = row.text("key");
        const auto thread = row.id<base::ThreadId>("thread_id");
        std::string title, url;
        if (thread) {
            title = services.texts.text("discussion.draft_reply", language, json{{"title", row.text("thread_title")}});
            url = thread_url(thread, row.text("slug")) + "#reageer";
        } else if (key == "new-thread") {
            title = row.text_or("title", "");
            url = "/gesprekken/nieuw";
        } else {
            continue;  // of a thread that he may no longer see, or of an edit, which has its own page
        }
        list.push_back({{"id", key},
                        {"title", title},
                        {"url", url},
                        {"savedAt", base::to_rfc3339(row.time("saved_at"))},
                        {"excerpt", base::excerpt(row.text_or("body", ""), 160)}});
    }
    return list;
}

std::variant<DraftSaved, DraftConflict> keep_draft(const site::ActionContext& context, const Services& services, const std::string& key,
                                                   const std::vector<std::string>& fields) {
    auto data = json::object();
    for (const auto& field : fields) {
        const auto values = context.input.all(field);
        if (values.size() == 1) {
            data[field] = values.front();
        } else if (values.size() > 1) {
            data[field] = values;
        }
    }
    if (data.dump().size() > draft_limit) {
        throw Problem{ProblemKind::too_large};
    }
    return save_draft(context.tx, services.announcer, context.viewer.member, key, parse_revision(context.input.text("draft_revision")),
                      data);
}

void prune_drafts(db::Tx& tx, base::Time older_than) { tx.exec(prune_query, db::Params::of(older_than)); }

std::string both_texts(const std::string& typed, const DraftConflict& conflict, const std::string& field) {
    const auto& data = conflict.data.json();
    const auto stored = data.contains(field) && data[field].is_string() ? data[field].get<std::string>() : std::string{};
    if (stored.empty() || stored == typed) {
        return typed;
    }
    return typed.empty() ? stored : typed + "\n\n---\n\n" + stored;
}

site::Page load_draft(const site::PageContext& context) {
    const auto draft = find_draft(context.tx, context.viewer.member, checked_key(context.path.find("key")->second));
    if (!draft) {
        throw Problem{ProblemKind::not_found};
    }
    site::Page page;
    page.model = json{{"revision", draft->revision}, {"savedAt", base::to_rfc3339(draft->saved_at)}, {"data", draft->data.json()}};
    return page;
}

site::ActionResult put_draft(const site::ActionContext& context, const Services& services) {
    const auto key = checked_key(context.path.find("key")->second);
    const auto& input = context.input;
    site::FormErrors errors;
    site::check_fields(errors, input, {.texts = {}, .others = {"revision", "data"}}, services.texts, context.language);
    const auto text = input.object("data");
    const auto data = json::parse(text, nullptr, false);
    const auto is_text = [](const json& value) {
        return value.is_string()
               || (value.is_array() && std::all_of(value.begin(), value.end(), [](const json& part) { return part.is_string(); }));
    };
    if (text.size() > draft_limit) {
        throw Problem{ProblemKind::too_large};
    }
    if (!data.is_object() || !std::all_of(data.begin(), data.end(), is_text)) {
        errors.add("data", services.texts.text("discussion.error_draft_data", context.language));
    }
    if (errors.any()) {
        return refuse(context, errors);
    }
    const auto saved = save_draft(context.tx, services.announcer, context.viewer.member, key, parse_revision(input.text("revision")), data);
    if (const auto* conflict = std::get_if<DraftConflict>(&saved)) {
        Problem problem{ProblemKind::conflict, "discussion.draft_conflict"};
        problem.extra_json = json{{"revision", conflict->revision}, {"data", conflict->data.json()}}.dump();
        throw problem;
    }
    const auto& kept = std::get<DraftSaved>(saved);
    site::Done done;
    done.model = json{{"revision", kept.revision}, {"savedAt", base::to_rfc3339(kept.saved_at)}};
    return done;
}

site::ActionResult delete_draft(const site::ActionContext& context, const Services& services) {
    const auto key = checked_key(context.path.find("key")->second);
    if (!context.tx.exec(delete_query, db::Params::of(context.viewer.member, key)).empty()) {
        announce_own(context.tx, services.announcer, context.viewer.member, {{"draft", key}});
    }
    site::Done done;
    done.status = 204;
    return done;
}

}  // namespace forum::discussion
