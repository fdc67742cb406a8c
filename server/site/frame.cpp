#include "site/frame.hpp"

#include <array>
#include <nlohmann/json.hpp>

#include "http/accept.hpp"

namespace forum::site {

namespace {

/// "Marit Oosterwegel" -> "M. Oosterwegel", as the header has little room on a phone.
std::string short_name(const std::string& name) {
    const auto space = name.find(' ');
    if (space == std::string::npos || space == 0) {
        return name;
    }
    std::size_t first = 1;  // one whole code point
    while (first < space && (static_cast<unsigned char>(name[first]) & 0xC0U) == 0x80U) {
        ++first;
    }
    return name.substr(0, first) + "." + name.substr(space);
}

nlohmann::json make_viewer(const FrameSources& sources, const access::Viewer& viewer) {
    nlohmann::json municipality;
    if (!viewer.municipality.empty() && sources.municipality) {
        municipality = sources.municipality(viewer.municipality).json();
    }
    return {{"signedIn", viewer.is_signed_in()},
            {"id", viewer.member.value},
            {"name", viewer.name},
            {"shortName", short_name(viewer.name)},
            {"function", viewer.function},
            {"municipality", std::move(municipality)},
            {"isModerator", viewer.is_staff()},
            {"isAdministrator", viewer.is_administrator()},
            {"isTrusted", viewer.is_trusted}};
}

/// Without moderation: the header has a link of its own for it, with the number that waits.
nlohmann::json make_navigation(const view::Templates& templates, view::Language language, const std::string& current) {
    auto items = nlohmann::json::array();
    const auto add = [&](const char* name, const char* url) {
        items.push_back({{"name", templates.text(std::string{"frame.nav_"} + name, language)}, {"url", url}, {"current", current == name}});
    };
    add("threads", "/gesprekken");
    add("places", "/gemeenten");
    add("typologies", "/typen");
    return items;
}

nlohmann::json make_breadcrumbs(const view::Templates& templates, view::Language language, const Page& page, const std::string& path) {
    auto crumbs = nlohmann::json::array();
    if (path == "/") {
        return crumbs;
    }
    crumbs.push_back({{"name", templates.text("frame.home", language)}, {"url", "/"}});
    for (const auto& crumb : page.breadcrumbs) {
        crumbs.push_back({{"name", crumb.name}, {"url", crumb.url}});
    }
    crumbs.push_back({{"name", page.here.empty() ? page.title : page.here}, {"url", ""}});
    return crumbs;
}

/// Works on a request and on a view of its head alike.
template <class AnyRequest>
Preferences preferences_of(const AnyRequest& request, bool is_api) {
    Preferences preferences;
    if (is_api) {
        static constexpr std::array<std::string_view, 2> offered{"nl", "en"};
        const auto wanted = http::choose_language(request.header("accept-language"), offered);
        preferences.language = wanted == "en" ? view::Language::english : view::Language::dutch;
        return preferences;
    }
    if (request.cookie("taal") == "en") {
        preferences.language = view::Language::english;
    }
    const auto theme = request.cookie("thema");
    if (theme == "light" || theme == "dark") {
        preferences.theme = *theme;
    }
    return preferences;
}

}  // namespace

std::string Preferences::variant() const { return std::string{view::language_code(language)} + "-" + theme; }

Preferences read_preferences(const http::Request& request, bool is_api) { return preferences_of(request, is_api); }

Preferences read_preferences(const http::RequestView& request, bool is_api) { return preferences_of(request, is_api); }

nlohmann::json make_frame(const FrameSources& sources, const view::Templates& templates, const http::Request& request,
                          const access::Viewer& viewer, const Preferences& preferences, const Page& page, const std::optional<Flash>& flash,
                          db::Tx* tx) {
    FrameSources::Counters counters;
    if (tx != nullptr && viewer.is_signed_in() && sources.counters) {
        counters = sources.counters(*tx, viewer);
    }
    nlohmann::json follow;
    if (tx != nullptr && viewer.is_signed_in() && !page.subject.empty() && sources.follow) {
        follow = sources.follow(*tx, viewer, page.subject).json();
    }
    nlohmann::json flash_json;
    if (flash) {
        flash_json = {{"kind", flash->is_warning ? "warning" : "ok"},
                      {"isWarning", flash->is_warning},
                      {"isOk", !flash->is_warning},
                      {"text", flash->text}};
    }
    const bool is_english = preferences.language == view::Language::english;
    auto live_topics = page.live_topics;
    if (viewer.is_signed_in()) {
        if (live_topics != "me" && !live_topics.ends_with(" me")) {
            live_topics += live_topics.empty() ? "me" : " me";
        }
        if (viewer.is_staff() && live_topics.find("moderation") == std::string::npos) {
            live_topics += " moderation";
        }
    }
    return {{"lang", view::language_code(preferences.language)},
            {"isDutch", !is_english},
            {"isEnglish", is_english},
            {"theme", preferences.theme},
            {"themeAuto", preferences.theme.empty()},
            {"themeLight", preferences.theme == "light"},
            {"themeDark", preferences.theme == "dark"},
            {"title", page.title},
            {"path", request.method == http::Method::get ? request.target : request.path},
            {"viewer", make_viewer(sources, viewer)},
            {"bell", counters.bell},
            {"queue", counters.queue},
            {"follow", std::move(follow)},
            {"nav", make_navigation(templates, preferences.language, page.nav)},
            {"breadcrumbs", make_breadcrumbs(templates, preferences.language, page, request.path)},
            {"flash", std::move(flash_json)},
            {"demo", sources.is_demo},
            {"liveTopics", live_topics},
            {"seq", page.seq},
            {"requestId", request.request_id}};
}

}  // namespace forum::site
