// The way of every request through the house: who is it, which route, may he, do it, and what it looks like. Rule: the
// order of the steps in `handle` is the security of the site; each step says why it stands where it stands.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "access/rate_limit.hpp"
#include "access/session_store.hpp"
#include "db/database.hpp"
#include "http/reply.hpp"
#include "http/request.hpp"
#include "http/router.hpp"
#include "site/assets.hpp"
#include "site/error_reply.hpp"
#include "site/frame.hpp"
#include "site/page_cache.hpp"
#include "site/routes.hpp"

namespace forum::site {

struct PipelineParts {
    db::Database& database;
    const view::Templates& templates;
    const Assets& assets;
    PageCache& cache;
    access::SessionCache& sessions;
    access::RateLimiter& rate_limiter;
    FrameSources frame;
    std::string public_origin;  ///< "https://forum.example"; "" = whatever Host says
    /// The sign-in page that keeps what a signed-out writer sent: shown with 401 when a form arrives without a session.
    std::function<Page(const ActionContext&)> sign_in_again;
    /// In place of what a measure keeps from the viewer; `act`: what he sent, null for a page.
    std::function<Page(const PageContext&, const ActionContext* act)> restricted;
};

class Pipeline {
public:
    Pipeline(PipelineParts parts, Routes routes);

    /// On the I/O thread: an asset or a kept page.
    std::shared_ptr<const http::PreparedReply> find_ready(const http::RequestView& request);
    /// On a worker; never throws.
    http::Reply handle(http::Request& request);
    /// For requests that http itself refuses and for a full queue; on the I/O thread.
    http::Reply refuse(const http::Request* request, int status) const;
    /// The viewer of a request by its session cookie, guest when there is none; a worker's job.
    access::Viewer find_viewer(const http::Request& request);

    const Routes& routes() const { return routes_; }

    /// Requests by name of route and status, since the start; "none" where no route was found, "refused" what http itself
    /// turned away. What find_ready answered is not among them.
    std::map<std::pair<std::string, int>, std::uint64_t> requests() const;

private:
    struct Call;  // one request on its way

    http::Reply answer(Call& call);
    http::Reply answer_page(Call& call, const PageLoader& loader);
    http::Reply answer_action(Call& call, const Action& action);
    http::Reply page_reply(const Call& call, const Page& page, db::Tx* tx) const;
    http::Reply done_reply(const Call& call, const Done& done) const;
    http::Reply model_reply(const Call& call, const Page& page) const;
    void check_access(const Call& call) const;
    static bool is_restricted(const Call& call);
    void count(const std::string& route, int status) const;

    PipelineParts parts_;
    Routes routes_;
    http::Router router_;
    ErrorReply error_reply_;
    mutable std::mutex requests_mutex_;
    mutable std::map<std::pair<std::string, int>, std::uint64_t> requests_;
};

}  // namespace forum::site
