#include "members/routes.hpp"

#include "members/me_page.hpp"
#include "members/sign_in.hpp"
#include "members/sign_in_page.hpp"

namespace forum::members {

void add_routes(site::Routes& routes, const Services& services) {
    using http::Method;
    using site::Access;
    routes.page("members.sign_in_page", "/inloggen", "", Access::anyone,
                [&](const site::PageContext& context) { return load_sign_in(context, services); });
    routes.last_resort();
    routes.action("members.sign_in", "/inloggen", Method::post, "/api/v1/session", Access::anyone,
                  [&](const site::ActionContext& context) { return sign_in(context, services); });
    routes.last_resort();
    routes.action("members.sign_out", "/uitloggen", Method::del, "/api/v1/session", Access::anyone,
                  [&](const site::ActionContext& context) { return sign_out(context, services); });
    routes.last_resort();
    routes.page("members.me", "/ik", "/api/v1/me", Access::member,
                [&](const site::PageContext& context) { return load_me(context, services); });
    routes.action("members.end_session", "/ik/sessies/{id}/einde", Method::del, "/api/v1/me/sessions/{id}", Access::member,
                  [&](const site::ActionContext& context) { return end_session(context, services); });
}

}  // namespace forum::members
