#include "site/plain_pages.hpp"

#include <nlohmann/json.hpp>

#include "http/cookie.hpp"

namespace forum::site {

namespace {

constexpr std::chrono::days choice_time{365};

/// A local path or "/": never another site (`//host`, `/\host`).
std::string local_path(const std::string& path) {
    const bool is_local = path.size() < 2000 && path.starts_with("/") && !path.starts_with("//") && !path.starts_with("/\\")
                          && path.find_first_of("\r\n") == std::string::npos;
    return is_local ? path : "/";
}

PageLoader plain_page(const view::Templates& templates, const char* name, const char* title) {
    return [&templates, name, title](const PageContext& context) {
        Page page;
        page.template_name = name;
        page.title = templates.text(title, context.language);
        page.model = nlohmann::json::object();
        page.keep = Keep::until_changed;
        page.topics = {"places"};
        return page;
    };
}

Action choose(const char* field, const char* cookie, std::vector<std::string> values) {
    return [field, cookie, values = std::move(values)](const ActionContext& context) -> ActionResult {
        const auto chosen = context.input.text(field);
        Done done;
        done.status = 204;
        done.location = local_path(context.input.text("terug"));
        if (std::find(values.begin(), values.end(), chosen) != values.end()) {
            done.set_cookies.emplace_back(cookie,
                                          http::set_cookie(cookie, chosen, http::transport_of(context.request.is_secure), choice_time));
        }
        return done;
    };
}

}  // namespace

void add_plain_pages(Routes& routes, const view::Templates& templates) {
    routes.page("site.about", "/over", "", Access::anyone, plain_page(templates, "about", "layout.about"));
    routes.last_resort();
    routes.page("site.accessibility", "/toegankelijkheid", "", Access::anyone,
                plain_page(templates, "accessibility", "layout.accessibility"));
    routes.last_resort();
    routes.page("site.privacy", "/privacy", "", Access::anyone, plain_page(templates, "privacy", "layout.privacy"));
    routes.last_resort();
    routes.action("site.choose_theme", "/voorkeuren/thema", http::Method::post, "", Access::anyone,
                  choose("thema", "thema", {"auto", "light", "dark"}));
    routes.light();
    routes.last_resort();
    routes.action("site.choose_language", "/voorkeuren/taal", http::Method::post, "", Access::anyone, choose("taal", "taal", {"nl", "en"}));
    routes.light();
    routes.last_resort();
}

}  // namespace forum::site
