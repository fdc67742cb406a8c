#include "discussion/thread_head.hpp"

#include <nlohmann/json.hpp>

#include "discussion/braid.hpp"
#include "discussion/held_beforehand.hpp"
#include "discussion/post_view.hpp"
#include "discussion/thread_ends.hpp"
#include "discussion/thread_rows.hpp"
#include "discussion/urls.hpp"

namespace forum::discussion {

namespace {

using nlohmann::json;

json conclusion_json(const db::Row& row, const Services& services, view::Language language) {
    const auto text = row.text("conclusion");
    if (text.empty()) {
        return nullptr;
    }
    return {
        {"body", text},
        {"bodyHtml", row.text("conclusion_html")},
        {"byName", row.flag("concluder_removed") ? services.texts.text("discussion.former_member", language) : row.text("concluded_by")},
        {"at", base::to_rfc3339(row.time("concluded_at"))}};
}

}  // namespace

json thread_json(const db::Row& row, const PostThread& thread, const site::PageContext& context, const Services& services) {
    json model;
    const auto strand = row.text("strand");
    const bool is_answered = static_cast<bool>(thread.accepted);
    model["id"] = thread.id.value;
    model["seq"] = row.integer("seq");
    model["title"] = row.flag("is_blanked") ? services.texts.text("discussion.title_gone", context.language) : row.text("title");
    model["url"] = thread_url(thread.id, thread.slug);
    put_kind(model, thread.kind);
    put_visibility(model, row.text("visibility"));
    model["theme"] = services.places.theme_ref(row.text_or("theme_slug", ""));
    model["isAnswered"] = is_answered;
    model["isOpen"] = thread.kind == "question" && !is_answered;
    model["isClosed"] = thread.is_closed;
    model["closedReason"] = row.text("closed_reason");
    model["closedUntilDate"] = last_day_json(row.find_time("closed_until"));
    model["conclusion"] = conclusion_json(row, services, context.language);
    model["isPinned"] = row.flag("is_pinned");
    model["pinnedReason"] = row.text("pinned_reason");
    model["pinnedUntilDate"] = last_day_json(row.find_time("pinned_until"));
    model["isWaiting"] = !thread.is_published;
    model["replyCount"] = row.integer("reply_count");
    model["municipalityCount"] = row.integer("municipality_count");
    std::set<char> letters{strand.begin(), strand.end()};
    letters.erase('-');
    model["typologyCount"] = letters.size();
    model["braidHtml"] = braid_svg(strand);
    auto& municipalities = model["municipalities"] = json::array();
    for (const auto& entry : row.texts("municipalities")) {
        const auto colon = entry.find(':');
        auto reference = services.places.municipality_ref(entry.substr(0, colon));
        if (!reference.is_null()) {
            const auto role = entry.substr(colon + 1);
            reference["role"] = role;
            reference["isExperienceFrom"] = role == "experience";
            municipalities.push_back(std::move(reference));
        }
    }
    auto& typologies = model["typologies"] = json::array();
    for (const auto& typology : row.texts("typologies")) {
        typologies.push_back(services.places.typology_json(typology));
    }
    model["fields"] = fields_json(json::parse(row.text("fields")), services, context.language);
    const auto& viewer = context.viewer;
    model["isOwn"] = viewer.is_signed_in() && viewer.member == thread.author;
    put_held(model, context, services, thread.id, "discussion.held");
    model["mayModerate"] = viewer.may_moderate();
    const auto act_url = [&](bool applies, std::string_view act) {
        return viewer.may_moderate() && applies ? "/gesprekken/" + to_string(thread.id) + std::string{act} : std::string{};
    };
    model["moveUrl"] = act_url(true, "/verplaatsen");
    model["mergeUrl"] = act_url(thread.is_published, "/samenvoegen");
    model["splitUrl"] = act_url(thread.is_published, "/splitsen");
    model["closeUrl"] = act_url(true, "/sluiten");
    model["reopenUrl"] = act_url(thread.is_closed, "/openen");
    model["pinUrl"] = act_url(true, "/vastzetten");
    model["unpinUrl"] = act_url(row.flag("is_pinned"), "/losmaken");
    model["logUrl"] = viewer.is_staff() ? "/gesprekken/" + to_string(thread.id) + "/logboek" : "";
    model["isReadOnly"] = viewer.is_read_only();
    model["mayReply"] = viewer.is_signed_in() && !viewer.is_read_only() && thread.is_published && !thread.is_closed;
    model["replyUrl"] = "/gesprekken/" + to_string(thread.id) + "/berichten";
    const auto marker = row.find_integer("marker").value_or(0);
    const auto first_new = row.find_integer("first_new");
    model["marker"] = marker;
    model["lastReadUrl"] = first_new ? post_url(thread.id, thread.slug, static_cast<int>(*first_new)) : "";
    return model;
}

}  // namespace forum::discussion
