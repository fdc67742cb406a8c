#include "following/follow_page.hpp"

#include <nlohmann/json.hpp>

#include "discussion/post_rules.hpp"
#include "discussion/thread_events.hpp"
#include "members/return_to.hpp"
#include "site/paging.hpp"

namespace forum::following {

namespace {

using base::Problem;
using base::ProblemKind;
using nlohmann::json;

constexpr std::size_t follows_on_page = 50;

json follow_json(const Subject& subject, const Follow& follow) {
    const auto& level = follow.level;
    return {{"subject", stored(subject)},
            {"kind", kind_name(subject.kind)},
            {"key", subject.key},
            {"level", level},
            {"isChosen", follow.is_chosen},
            {"isFollowed", !level.empty() && level != "nothing"},
            {"isAll", level == "all"},
            {"isReplies", level == "replies"},
            {"isDigest", level == "digest"},
            {"isNothing", level == "nothing"},
            {"isThread", subject.kind == SubjectKind::thread},
            {"isTheme", subject.kind == SubjectKind::theme},
            {"isMunicipality", subject.kind == SubjectKind::municipality},
            {"isTypology", subject.kind == SubjectKind::typology},
            {"isMember", subject.kind == SubjectKind::member},
            {"pageUrl", page_url(subject)},
            {"apiUrl", api_url(subject)}};
}

Subject subject_in_path(const site::PageContext& context) {
    if (auto subject = parse_subject(context.path.find("kind")->second, context.path.find("key")->second)) {
        return std::move(*subject);
    }
    throw Problem{ProblemKind::not_found};
}

/// Problem{not_found} for what is not there for the viewer; nobody follows himself.
Described get_described(const site::PageContext& context, const discussion::Services& services, const Subject& subject) {
    auto described = describe(context, services, {subject}).front();
    if (described.url.empty() || subject.member() == context.viewer.member) {
        throw Problem{ProblemKind::not_found};
    }
    return described;
}

site::Page follow_page(const site::PageContext& context, const discussion::Services& services, const Subject& subject,
                       const Described& described, const Follow& follow) {
    site::Page page;
    page.template_name = "follow";
    page.title = services.texts.text("following.follow_title", context.language, json{{"name", described.name}});
    page.breadcrumbs = {{described.name, described.url}};
    page.here = services.texts.text("following.follow_here", context.language);
    auto model = follow_json(subject, follow);
    model["name"] = described.name;
    model["url"] = described.url;
    if (!context.is_api) {
        site::FormErrors{}.write_to(model, {"level"});
    }
    page.model = std::move(model);
    return page;
}

/// Kept pages of his show the button as it was.
site::Done done_with(const site::ActionContext& context, const discussion::Services& services, const Subject& subject,
                     const Described& described) {
    const auto& member = context.viewer.member;
    const auto follow = find_follow(context.tx, member, stored(subject));
    discussion::announce_own(context.tx, services.announcer, member, {{"subject", stored(subject)}, {"level", follow.level}});
    site::Done done;
    const auto back = context.input.text("terug");
    done.location = !back.empty() ? members::safe_return_to(back) : described.url.empty() ? "/ik/volgt" : described.url;
    done.flash = follow.level.empty() || follow.level == "nothing" ? "following.flash_off" : "following.flash_" + follow.level;
    auto model = follow_json(subject, follow);
    model["name"] = described.name;
    model["url"] = described.url;
    done.model = std::move(model);
    return done;
}

}  // namespace

view::Model follow_button(db::Tx& tx, const access::Viewer& viewer, const std::string& subject) {
    const auto parsed = parse_stored(subject);
    return parsed ? view::Model{follow_json(*parsed, find_follow(tx, viewer.member, subject))} : view::Model{};
}

site::Page load_follow(const site::PageContext& context, const discussion::Services& services) {
    const auto subject = subject_in_path(context);
    const auto described = get_described(context, services, subject);
    return follow_page(context, services, subject, described, find_follow(context.tx, context.viewer.member, stored(subject)));
}

site::ActionResult put_follow(const site::ActionContext& context, const discussion::Services& services) {
    const auto subject = subject_in_path(context);
    const auto level = context.input.text("level");
    const auto& member = context.viewer.member;
    const bool is_off = level == "off" && !context.is_api;
    // What he follows he can let go, whatever became of it.
    const bool may_be_gone = is_off && !find_follow(context.tx, member, stored(subject)).level.empty();
    const auto described = may_be_gone ? describe(context, services, {subject}).front() : get_described(context, services, subject);
    site::FormErrors errors;
    site::check_fields(errors, context.input, {.texts = {"level", "terug", "nonce"}, .others = {}}, services.texts, context.language);
    if (!is_off && !is_level(level)) {
        errors.add("level", services.texts.text("following.error_level", context.language));
    }
    if (errors.any()) {
        // nothing is written
    } else if (is_off && !hears_by_itself(context.tx, member, subject.thread())) {
        forget_follow(context.tx, member, subject);
    } else if (!set_follow(context.tx, member, stored(subject), is_off ? "nothing" : level)) {
        errors.add("level", services.texts.text("following.error_too_many", context.language, json{{"most", most_follows}}));
    }
    if (errors.any()) {
        auto page = follow_page(context, services, subject, described, find_follow(context.tx, member, stored(subject)));
        auto model = page.model.json();
        errors.write_to(model, {"level"});
        page.model = std::move(model);
        return site::ShowAgain{std::move(page), errors};
    }
    return done_with(context, services, subject, described);
}

site::ActionResult delete_follow(const site::ActionContext& context, const discussion::Services& services) {
    const auto subject = subject_in_path(context);
    if (find_follow(context.tx, context.viewer.member, stored(subject)).level.empty()) {
        get_described(context, services, subject);
    }
    forget_follow(context.tx, context.viewer.member, subject);
    auto done = done_with(context, services, subject, {});
    done.status = 204;
    return done;
}

site::Page load_follows(const site::PageContext& context, const discussion::Services& services) {
    std::string after;
    if (const auto cursor = context.query("na", "cursor"); !cursor.empty()) {
        after = site::decode_cursor(cursor, 1).front();
    }
    const auto& member = context.viewer.member;
    auto rows = list_follows(context.tx, member, after, static_cast<int>(follows_on_page) + 1);
    json next;
    if (rows.size() > follows_on_page) {
        rows.resize(follows_on_page);
        next = site::encode_cursor({rows.back().position});
    }
    std::vector<Subject> subjects;
    for (const auto& row : rows) {
        subjects.push_back(row.subject);
    }
    const auto described = describe(context, services, subjects);
    auto items = json::array();
    for (std::size_t at = 0; at < rows.size(); ++at) {
        auto item = follow_json(rows[at].subject, rows[at].follow);
        const bool is_gone = described[at].url.empty();
        item["name"] = is_gone ? services.texts.text("following.gone", context.language) : described[at].name;
        item["url"] = described[at].url;
        item["isGone"] = is_gone;
        item["changedAt"] = base::to_rfc3339(rows[at].changed_at);
        items.push_back(std::move(item));
    }
    site::Page page;
    page.template_name = "follows";
    page.title = services.texts.text("following.list_title", context.language);
    page.breadcrumbs = {{services.texts.text("members.account", context.language), "/ik"}};
    const auto next_url = next.is_null()
                              ? std::string{}
                              : site::with_parameter(context.request.target, context.is_api ? "cursor" : "na", next.get<std::string>());
    if (!next_url.empty()) {
        page.links.emplace_back("next", next_url);
    }
    page.model = json{{"items", std::move(items)},
                      {"count", count_follows(context.tx, member)},
                      {"next", next},
                      {"nextUrl", next_url},
                      {"previousUrl", after.empty() ? "" : "/ik/volgt"}};
    return page;
}

}  // namespace forum::following
