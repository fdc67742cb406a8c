// Strong types for database identifiers, so that a thread's id is never passed for a post's.
// Rule: ids are made from rows or parsed from a path; nothing computes with them.
#pragma once

#include <charconv>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace forum::base {

template <class Tag>
struct Id {
    std::int64_t value{0};  ///< 0 = none; otherwise positive

    auto operator<=>(const Id&) const = default;
    explicit operator bool() const { return value != 0; }
};

using MemberId = Id<struct MemberTag>;
using SessionId = Id<struct SessionTag>;
using ThreadId = Id<struct ThreadTag>;
using PostId = Id<struct PostTag>;
using CaseId = Id<struct CaseTag>;
using DecisionId = Id<struct DecisionTag>;
using RuleId = Id<struct RuleTag>;

template <class Tag>
std::string to_string(Id<Tag> id) {
    return std::to_string(id.value);
}

/// Parses a positive decimal number of at most 18 digits without sign or leading zero; nothing otherwise.
template <class IdType>
std::optional<IdType> parse_id(std::string_view text) {
    if (text.empty() || text.size() > 18 || text.front() == '0') {
        return std::nullopt;
    }
    std::int64_t value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value <= 0) {
        return std::nullopt;
    }
    return IdType{value};
}

}  // namespace forum::base

template <class Tag>
struct std::hash<forum::base::Id<Tag>> {
    std::size_t operator()(const forum::base::Id<Tag>& id) const noexcept { return std::hash<std::int64_t>{}(id.value); }
};
