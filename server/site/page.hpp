// What a page loader gets and gives: one read-only job, one view model, two faces (HTML and JSON). Rule: a loader
// reads through the stores with the viewer inside the SQL, and writes nothing.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "access/viewer.hpp"
#include "base/ids.hpp"
#include "base/problem.hpp"
#include "db/tx.hpp"
#include "http/request.hpp"
#include "http/router.hpp"
#include "view/model.hpp"
#include "view/templates.hpp"

namespace forum::site {

struct PageContext {
    const http::Request& request;
    const http::PathValues& path;
    const access::Viewer& viewer;
    db::Tx& tx;
    view::Language language;
    bool is_api;  ///< the JSON face was asked for: query parameters have their English names

    /// A query parameter by its page name and its API name ("soort", "kind"); "" when absent.
    std::string_view query(std::string_view page_name, std::string_view api_name) const;
    /// The path value parsed as an id; Problem{not_found} when it is none.
    template <class IdType>
    IdType id(std::string_view name) const {
        const auto found = path.find(name);
        if (found != path.end()) {
            if (const auto id = base::parse_id<IdType>(found->second)) {
                return *id;
            }
        }
        throw base::Problem{base::ProblemKind::not_found};
    }
};

/// May the answer be kept, and by whose events does it fall?
enum class Keep { no, until_changed };

struct Breadcrumb {
    std::string name, url;
};

struct Page {
    std::string template_name;
    std::string title;  ///< plain text, in the page's language
    view::Model model;
    int status{200};
    std::string redirect;                 ///< when set: 301 to this URL (HTML face only); nothing else counts
    std::string api_redirect;             ///< the same for the JSON face; the model says where to as well
    std::vector<Breadcrumb> breadcrumbs;  ///< without 'Start' and without the page itself
    std::string here;                     ///< last crumb; "" = title
    std::string nav;                      ///< which navigation item is current: "threads", "places", "moderation", ""
    std::string live_topics;              ///< what the page follows, space separated
    std::string subject;  ///< what a member can choose to hear of here ("thread/12"): its button is in the frame; "" = nothing
    std::int64_t seq{0};  ///< live sequence the page was read at
    Keep keep{Keep::no};
    std::vector<std::string> topics;                         ///< live topics whose events make a kept answer fall
    std::vector<std::pair<std::string, std::string>> links;  ///< API `Link` header: rel, url
};

using PageLoader = std::function<Page(const PageContext&)>;

}  // namespace forum::site
