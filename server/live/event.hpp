// A live event as it lies in the table `events`: ids and values, never text. Rule: who may have it is decided when it is
// made, by the same rule as the page; what it looks like is rendered once per process when someone follows.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"

namespace forum::live {

/// Who may receive an event. `staff`: those who look after everything; who looks after a part gets what is his as `member`.
/// `member` goes to one person (all his tabs).
enum class Audience { everyone, members, staff, administrators, member };

struct Event {
    std::int64_t id{0};   ///< order of the table; no cursor for clients
    std::string topic;    ///< "thread/12", "me/7", "moderation"
    std::int64_t seq{0};  ///< gap-free within a thread's topic; 0 for topics without a sequence
    std::string kind;     ///< "post.new", "post.edited", ..., "thread.changed", "case.changed", "counters"
    Audience audience{Audience::everyone};
    base::MemberId member;           ///< for Audience::member
    std::string data;                ///< JSON object of ids and values ({"post":31,"number":4})
    std::vector<std::string> hints;  ///< list topics that get a hint: "list/all", "list/theme/wonen", ...
    base::Time at{};                 ///< of its transaction; in the process that wrote it, from its commit on, of the commit
};

}  // namespace forum::live
