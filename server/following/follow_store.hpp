// The table `follows`: how much a member hears of a subject. Rule: a row that came by itself (is_chosen false) never overrules
// one that he chose, and does not count against his limit.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "db/tx.hpp"
#include "following/subject.hpp"

namespace forum::following {

/// How many subjects a member can choose to follow. Nobody reads that much; it keeps one account from slowing down the others.
constexpr std::int64_t most_follows = 2'000;

/// all: everything · replies: what answers or names him · digest: the overview only · nothing: also not by another subject.
bool is_level(std::string_view level);

struct Follow {
    std::string level;  ///< "" = not followed
    bool is_chosen{false};
};
Follow find_follow(db::Tx& tx, base::MemberId member, const std::string& subject);

/// Sets the level. False when the member follows as much as he can already.
bool set_follow(db::Tx& tx, base::MemberId member, const std::string& subject, std::string_view level);

/// As it would be by itself: what he hears of a thread in which he wrote, nothing of the rest.
void forget_follow(db::Tx& tx, base::MemberId member, const Subject& subject);

/// Did he write in this thread, so that he would hear of it by himself?
bool hears_by_itself(db::Tx& tx, base::MemberId member, base::ThreadId thread);

struct FollowRow {
    Subject subject;
    Follow follow;
    base::Time changed_at;
    std::string position;  ///< for the cursor
};
/// Newest choice first; `after`: the position of the row before, "" = from the start.
std::vector<FollowRow> list_follows(db::Tx& tx, base::MemberId member, const std::string& after, int limit);

std::int64_t count_follows(db::Tx& tx, base::MemberId member);

}  // namespace forum::following
