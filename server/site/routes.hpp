// The table of contents of a feature: method, whole literal path, who, and what. Rule: every route says who may come;
// the committed list tests/checks/routes.txt equals what the program prints.
#pragma once

#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "http/reply.hpp"
#include "site/action.hpp"
#include "site/page.hpp"

namespace forum::site {

enum class Access {
    anyone,
    member,         ///< signed in; a guest's page goes to /inloggen?terug=..., his API call gets 401
    staff,          ///< moderator or administrator; others get 404
    moderator,      ///< others get 404 (staff: 403)
    administrator,  ///< others get 404
};

/// "anyone", "member", ... as in the committed route table.
std::string_view access_name(Access access);

/// A handler that makes its own Reply (healthz, openapi, feeds); runs on a worker, without a transaction.
using RawHandler = std::function<http::Reply(const http::Request&, const http::PathValues&)>;

struct Route {
    http::Method method;
    std::string path;  ///< pattern with {names}
    Access access;
    bool is_api;       ///< answers JSON
    std::string name;  ///< "discussion.thread", for the log, metrics and OpenAPI's operationId
    std::variant<PageLoader, Action, RawHandler> handler;
    bool is_writing{false};      ///< not for a member who may only read
    bool is_last_resort{false};  ///< also for a member who is shut out: what tells him so, and how he objects
    bool is_light{false};        ///< never counted against the write rate limit (drafts, markers)
};

class Routes {
public:
    /// A page and its API twin ("" = has none) on one loader.
    void page(std::string name, std::string path, std::string api_path, Access access, PageLoader loader);
    /// A use case: form face `path` (always POST; "" = none), JSON face `api_method api_path` ("" = none).
    void action(std::string name, std::string path, http::Method api_method, std::string api_path, Access access, Action action);
    void raw(std::string name, http::Method method, std::string path, RawHandler handler);
    /// Each marks the routes added last (page, action) as what Route says.
    void light();
    void writing();
    void last_resort();

    const std::vector<Route>& all() const { return routes_; }
    /// Lines "GET /gesprekken anyone discussion.threads".
    std::vector<std::string> table() const;

private:
    std::vector<Route> routes_;
    std::size_t added_from_{0};  ///< where the routes of the last call begin
};

}  // namespace forum::site
