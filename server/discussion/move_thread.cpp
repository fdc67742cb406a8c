#include "discussion/move_thread.hpp"

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "discussion/post_rules.hpp"
#include "discussion/thread_events.hpp"
#include "discussion/thread_form.hpp"
#include "discussion/thread_frame.hpp"
#include "discussion/thread_store.hpp"
#include "discussion/urls.hpp"

namespace forum::discussion {

namespace {

using nlohmann::json;

const std::string place_text = R"(
    SELECT t.kind, coalesce(t.theme_slug, '') AS theme, t.list_topics,
           ARRAY(SELECT tm.municipality_code || ':' || tm.role FROM thread_municipalities tm
                  WHERE tm.thread_id = t.id ORDER BY tm.role, tm.municipality_code) AS municipalities,
           ARRAY(SELECT ty.typology_slug FROM thread_typologies ty WHERE ty.thread_id = t.id ORDER BY ty.typology_slug) AS typologies
      FROM threads t WHERE t.id = $1)";
const db::Query place_query{"discussion.place_of_thread", place_text};
const db::Query lock_place_of_thread_query{"discussion.lock_place_of_thread", place_text + " FOR NO KEY UPDATE"};

const db::Query unlink_municipalities_query{"discussion.unlink_municipalities", R"(
    DELETE FROM thread_municipalities WHERE thread_id = $1)"};
const db::Query unlink_typologies_query{"discussion.unlink_typologies", R"(
    DELETE FROM thread_typologies WHERE thread_id = $1)"};

const db::Query move_thread_query{"discussion.move_thread", R"(
    WITH linked AS (
        INSERT INTO thread_municipalities (thread_id, municipality_code, role)
        SELECT $1, code, role FROM unnest($4::text[], $5::text[]) AS chosen (code, role)
    ), typed AS (
        INSERT INTO thread_typologies (thread_id, typology_slug) SELECT $1, slug FROM unnest($6::text[]) AS chosen (slug)
    ), act AS (
        INSERT INTO thread_acts (thread_id, kind, by_member, reason) VALUES ($1, 'move', $7, $8)
    )
    UPDATE threads SET kind = $2, theme_slug = $3, list_topics = thread_list_topics($3, $4, $6) WHERE id = $1)"};

// Only a question has an answer.
const db::Query lose_answer_of_no_question_query{"discussion.lose_answer_of_no_question", R"(
    SELECT lose_answer(t.id, t.accepted_post) FROM threads t WHERE t.id = $1 AND t.accepted_post IS NOT NULL)"};

ThreadForm form_of(const db::Row& row) {
    ThreadForm form;
    form.kind = row.text("kind");
    form.theme = row.text("theme");
    for (const auto& entry : row.texts("municipalities")) {
        const auto colon = entry.find(':');
        form.municipalities.push_back({entry.substr(0, colon), entry.substr(colon + 1)});
    }
    form.typologies = row.texts("typologies");
    return form;
}

site::Page move_page(const site::PageContext& context, const Services& services, const ThreadFacts& facts, const ThreadForm& form,
                     const std::string& reason) {
    const auto& thread = facts.thread;
    const auto url = thread_url(thread.id, thread.slug);
    const auto title = services.texts.text("discussion.move_title", context.language);
    json model{{"title", title},
               {"text", services.texts.text("discussion.move_text", context.language)},
               {"action", "/gesprekken/" + to_string(thread.id) + "/verplaatsen"},
               {"nonce", to_string(thread.id) + "-" + std::to_string(facts.seq)},
               {"cancelUrl", url},
               {"reason", reason},
               {"isReasonShown", false}};
    put_choices(model, context, services, form);
    model.erase("visibilities");
    model["kindLabel"] = services.texts.text("discussion.move_kind_label", context.language);
    for (auto& kind : model["kinds"]) {
        kind["description"] = "";  // speaks to who writes
    }
    if (thread.kind != "announcement") {
        auto& kinds = model["kinds"];
        kinds.erase(std::remove_if(kinds.begin(), kinds.end(), [](const json& one) { return one["value"] == "announcement"; }),
                    kinds.end());
    }
    form.errors.write_to(model, {"kind", "theme", "municipalities", "typologies", "reason"});
    auto page = page_under(facts, url, context, services);
    page.template_name = "thread_move";
    page.title = title;
    page.model = std::move(model);
    return page;
}

bool is_same_place(const ThreadForm& one, const ThreadForm& other) {
    const auto links = [](const ThreadForm& form) {
        std::set<std::pair<std::string, std::string>> found;
        for (const auto& municipality : form.municipalities) {
            found.emplace(municipality.code, municipality.role);
        }
        for (const auto& slug : form.typologies) {
            found.emplace(slug, "");
        }
        return found;
    };
    return one.kind == other.kind && one.theme == other.theme && links(one) == links(other);
}

void write(const site::ActionContext& context, const Services& services, const ThreadFacts& facts, const ThreadForm& form,
           const std::string& reason, const std::vector<std::string>& topics_before) {
    const auto& thread = facts.thread;
    std::vector<std::string> codes, roles;
    for (const auto& municipality : form.municipalities) {
        codes.push_back(municipality.code);
        roles.push_back(municipality.role);
    }
    auto& tx = context.tx;
    tx.exec(unlink_municipalities_query, db::Params::of(thread.id));
    tx.exec(unlink_typologies_query, db::Params::of(thread.id));
    tx.exec(move_thread_query,
            db::Params::of(thread.id, form.kind, form.theme, codes, roles, form.typologies, context.viewer.member, reason));
    if (form.kind != "question") {
        tx.exec(lose_answer_of_no_question_query, db::Params::of(thread.id));
    }
    // The lists that it left change too, and the queues of moderators who look after a part.
    auto touched = topics_before;
    touched.emplace_back("moderation");
    announce_in_thread(tx, services.announcer, thread.id, thread.author, kind::thread_changed,
                       json{{"thread", thread.id.value}, {"act", "move"}}, touched);
}

}  // namespace

site::Page load_move_page(const site::PageContext& context, const Services& services) {
    const auto id = context.id<base::ThreadId>("id");
    const auto facts = get_thread(context.tx, context.viewer, id);
    const auto rows = context.tx.exec(place_query, db::Params::of(id));
    return move_page(context, services, facts, form_of(rows.one()), "");
}

site::ActionResult move_thread(const site::ActionContext& context, const Services& services) {
    const auto id = context.id<base::ThreadId>("id");
    const auto rows = context.tx.exec(lock_place_of_thread_query, db::Params::of(id));
    const auto facts = get_thread(context.tx, context.viewer, id);
    auto form = parse_place(context, services);
    if (form.kind == "announcement" && facts.thread.kind != "announcement") {
        form.errors.add("kind", services.texts.text("discussion.error_kind_announcement", context.language));
    }
    const auto act = context.input.text("actie");
    const bool changes_places = act == "gemeente-erbij" || act.starts_with("gemeente-weg:");
    const auto reason = base::trim(context.input.text("reason"));
    if (!changes_places) {
        check_text(form.errors, "reason", reason, reason_limit, services.texts, context.language);
    }
    if (form.errors.any() || changes_places) {
        return site::ShowAgain{move_page(context, services, facts, form, context.input.text("reason")), form.errors};
    }
    const auto before = rows.one();
    if (!is_same_place(form, form_of(before))) {
        write(context, services, facts, form, reason, before.texts("list_topics"));
    }
    site::Done done;
    done.location = thread_url(id, facts.thread.slug);
    done.flash = "discussion.flash_moved";
    done.model = json{{"id", id.value}, {"act", "move"}, {"reason", reason}};
    return done;
}

}  // namespace forum::discussion
