#include "members/me_page.hpp"

#include <nlohmann/json.hpp>

#include "access/session_store.hpp"
#include "members/member_store.hpp"

namespace forum::members {

namespace {

using nlohmann::json;

json load_sessions(const site::PageContext& context, const Services& services) {
    auto list = json::array();
    for (const auto& session : access::list_sessions(context.tx, context.viewer.member)) {
        const auto device = session.device.empty() ? services.texts.text("members.device_unknown", context.language) : session.device;
        list.push_back({{"id", session.id.value},
                        {"device", device},
                        {"createdAt", base::to_rfc3339(session.created_at)},
                        {"seenAt", base::to_rfc3339(session.seen_at)},
                        {"isCurrent", session.id == context.viewer.session},
                        {"endUrl", "/ik/sessies/" + to_string(session.id) + "/einde"}});
    }
    return list;
}

}  // namespace

site::Page load_me(const site::PageContext& context, const Services& services) {
    const auto& viewer = context.viewer;
    const auto& sources = services.me;
    site::Page page;
    page.template_name = "me";
    page.title = services.texts.text("members.account", context.language);
    page.live_topics = "me";
    page.model = json{{"name", viewer.name},
                      {"email", get_email(context.tx, viewer.member)},
                      {"function", viewer.function},
                      {"municipality", sources.municipality(viewer.municipality).json()},
                      {"role", role_name(viewer.role)},
                      {"isTrusted", viewer.is_trusted},
                      {"posts", sources.posts(context).json()},
                      {"drafts", sources.drafts(context).json()},
                      {"sessions", load_sessions(context, services)},
                      {"waitingCount", sources.count_waiting(context)}};
    return page;
}

}  // namespace forum::members
