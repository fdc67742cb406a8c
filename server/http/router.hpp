// Finds the handler of a path: literal segments and {names}, nothing else. Rule: whole URLs are written at the
// route so that they can be searched for; a path with a slash at its end is not found (NL API Design Rules).
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/request.hpp"

namespace forum::http {

/// Values of the {names} of a pattern.
using PathValues = std::map<std::string, std::string, std::less<>>;

class Router {
public:
    /// Adds a pattern such as "/gesprekken/{id}/berichten". Throws std::logic_error when method and pattern exist
    /// already or clash in a way that depends on order. Literal segments win from {names}.
    void add(Method method, std::string_view pattern, std::size_t handler);

    struct Match {
        std::size_t handler;
        PathValues values;
    };
    struct Result {
        std::optional<Match> match;
        std::vector<Method> allowed;  ///< methods of the path when only the method did not fit; empty = no such path
    };
    /// HEAD finds the GET handler.
    Result find(Method method, std::string_view path) const;

private:
    struct Node {
        std::map<std::string, Node, std::less<>> literals;
        std::vector<Node> named;  ///< at most one
        std::string name;
        std::map<Method, std::size_t> handlers;
    };
    Node root_;
};

}  // namespace forum::http
