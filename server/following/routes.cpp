#include "following/routes.hpp"

#include "following/follow_page.hpp"
#include "following/mention_names.hpp"
#include "following/notices_page.hpp"
#include "following/person.hpp"
#include "following/since_page.hpp"

namespace forum::following {

void add_routes(site::Routes& routes, const Services& services) {
    using enum site::Access;
    using enum http::Method;
    const auto page = [&](auto loader) {
        return [&services, loader](const site::PageContext& context) { return loader(context, services.discussion); };
    };
    const auto action = [&](auto use_case) {
        return [&services, use_case](const site::ActionContext& context) { return use_case(context, services.discussion); };
    };

    routes.page("following.follows", "/ik/volgt", "/api/v1/me/follows", member, page(load_follows));
    routes.page("following.follow", "/volgen/{kind}/{key}", "/api/v1/me/follows/{kind}/{key}", member, page(load_follow));
    routes.action("following.put_follow", "/volgen/{kind}/{key}", put, "/api/v1/me/follows/{kind}/{key}", member, action(put_follow));
    routes.action("following.delete_follow", "", del, "/api/v1/me/follows/{kind}/{key}", member, action(delete_follow));
    routes.page("following.notices", "/ik/meldingen", "/api/v1/me/notices", member,
                [&services](const site::PageContext& context) { return load_notices(context, services); });
    routes.action("following.read_notices", "/ik/meldingen/gelezen", put, "/api/v1/me/notices/read", member,
                  [&services](const site::ActionContext& context) { return read_notices(context, services); });
    routes.light();
    routes.page("following.since", "/sinds", "/api/v1/me/since", member, page(load_since));
    routes.action("following.put_visit", "/sinds", put, "/api/v1/me/visit", member, action(put_visit));
    routes.light();
    routes.page("following.mention_names", "", "/api/v1/mentions", member, page(load_mention_names));
    routes.page("following.person", "/leden/{id}", "/api/v1/members/{id}", member, page(load_person));
}

}  // namespace forum::following
