// What stands around every page: language, theme, who looks, navigation, badges, a flash. Rule: everything personal of a
// page's surroundings is made here, so that a page's own model is the same for its API twin.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "access/viewer.hpp"
#include "db/tx.hpp"
#include "site/flash.hpp"
#include "site/page.hpp"
#include "view/model.hpp"
#include "view/templates.hpp"

namespace forum::site {

/// What the frame asks of the features; app fills it in.
struct FrameSources {
    /// {code, name, url, typology} of a CBS code, null when unknown; from memory.
    std::function<view::Model(const std::string& code)> municipality;
    struct Counters {
        int bell{0};   ///< unread notices
        int queue{0};  ///< cases that wait for this moderator
    };
    std::function<Counters(db::Tx&, const access::Viewer&)> counters;
    /// How much the viewer hears of a page's subject: view model `Follow`, or null.
    std::function<view::Model(db::Tx&, const access::Viewer&, const std::string& subject)> follow{};
    bool is_demo{false};
};

/// The reader's choices that travel by cookie.
struct Preferences {
    view::Language language{view::Language::dutch};
    std::string theme;  ///< "", "light" or "dark"

    /// "nl-dark": what makes two kept pages differ.
    std::string variant() const;
};
/// Cookies `taal` and `thema`; the API goes by Accept-Language.
Preferences read_preferences(const http::Request& request, bool is_api);
Preferences read_preferences(const http::RequestView& request, bool is_api);

/// The member `frame` of a page's data (see web/README.md). Without `tx` the counters are 0 (error pages).
nlohmann::json make_frame(const FrameSources& sources, const view::Templates& templates, const http::Request& request,
                          const access::Viewer& viewer, const Preferences& preferences, const Page& page, const std::optional<Flash>& flash,
                          db::Tx* tx);

}  // namespace forum::site
