#include "http/router.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "http/syntax.hpp"

namespace forum::http {

namespace {

// "/a/b" -> "a", "b"; "/" -> one empty segment. Nothing without a slash in front.
std::optional<std::vector<std::string_view>> segments_of(std::string_view path) {
    if (!path.starts_with('/')) {
        return std::nullopt;
    }
    std::vector<std::string_view> segments;
    while (!path.empty()) {
        path.remove_prefix(1);
        const auto segment = path.substr(0, path.find('/'));
        segments.push_back(segment);
        path.remove_prefix(segment.size());
    }
    return segments;
}

bool is_name(std::string_view segment) { return segment.size() > 2 && segment.front() == '{' && segment.back() == '}'; }

[[noreturn]] void refuse_pattern(std::string_view pattern, std::string_view why) {
    throw std::logic_error{"route " + std::string{pattern} + ": " + std::string{why}};
}

}  // namespace

void Router::add(Method method, std::string_view pattern, std::size_t handler) {
    const auto segments = segments_of(pattern);
    if (!segments) {
        refuse_pattern(pattern, "does not begin with a slash");
    }
    Node* node = &root_;
    std::vector<std::string_view> names;
    for (const auto segment : *segments) {
        if (is_name(segment)) {
            const auto name = segment.substr(1, segment.size() - 2);
            if (!is_token(name)) {
                refuse_pattern(pattern, "a name may have letters, digits and underscores");
            }
            if (std::find(names.begin(), names.end(), name) != names.end()) {
                refuse_pattern(pattern, "the same name twice");
            }
            names.push_back(name);
            if (node->named.empty()) {
                node->named.emplace_back();
                node->name = name;
            } else if (node->name != name) {
                refuse_pattern(pattern, "another route calls this segment {" + node->name + "}");
            }
            node = &node->named.front();
        } else if (segment.find_first_of("{}") != std::string_view::npos) {
            refuse_pattern(pattern, "a {name} is a whole segment");
        } else if (segment.empty() && segments->size() > 1) {
            refuse_pattern(pattern, "an empty segment");
        } else {
            node = &node->literals[std::string{segment}];
        }
    }
    if (!node->handlers.emplace(method, handler).second) {
        refuse_pattern(pattern, "exists already for this method");
    }
}

Router::Result Router::find(Method method, std::string_view path) const {
    const auto segments = segments_of(path);
    if (!segments) {
        return {};
    }
    const auto wanted = method == Method::head ? Method::get : method;
    Result result;
    // The routes that fit, literal segments first; the stack is at most as deep as the path is long, since every
    // node has at most two ways on.
    struct Step {
        const Node* node;
        std::size_t depth;
        std::vector<std::pair<std::string_view, std::string_view>> values;
    };
    std::vector<Step> open;
    open.push_back({&root_, 0, {}});
    while (!open.empty()) {
        auto step = std::move(open.back());
        open.pop_back();
        if (step.depth == segments->size()) {
            const auto found = step.node->handlers.find(wanted);
            if (found != step.node->handlers.end()) {
                result.match = Match{found->second, {step.values.begin(), step.values.end()}};
                result.allowed.clear();
                return result;
            }
            for (const auto& [allowed, handler] : step.node->handlers) {
                result.allowed.push_back(allowed);
            }
            continue;
        }
        const auto segment = (*segments)[step.depth];
        const auto literal = step.node->literals.find(segment);
        const bool has_literal = literal != step.node->literals.end();
        if (!step.node->named.empty() && !segment.empty()) {
            auto values = has_literal ? step.values : std::move(step.values);
            values.emplace_back(step.node->name, segment);
            open.push_back({&step.node->named.front(), step.depth + 1, std::move(values)});
        }
        if (has_literal) {
            open.push_back({&literal->second, step.depth + 1, std::move(step.values)});
        }
    }
    std::sort(result.allowed.begin(), result.allowed.end());
    result.allowed.erase(std::unique(result.allowed.begin(), result.allowed.end()), result.allowed.end());
    return result;
}

}  // namespace forum::http
