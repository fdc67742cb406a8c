// What happens by itself when time has passed: T9 (an author who did not answer), T16 (a post that the system hid comes back), the end of a
// measure against a member, and the letter before the norm passes (D18).
// Rule: the system only gives back or lets go; what restricts somebody is decided by a person (invariant 8).
#pragma once

#include "base/time.hpp"
#include "db/tx.hpp"
#include "discussion/services.hpp"

namespace forum::moderation {

/// How long before his deadline an author is reminded.
constexpr std::chrono::days reminded_before{7};

struct TimersRun {
    int reminded{0}, expired{0}, shown_again{0}, lifted{0}, warned{0};  ///< cases or measures
    bool operator==(const TimersRun&) const = default;
};

/// Does everything that is due at `now`, at most a hundred cases of each sort; the next run does the rest. A write job; running it
/// twice changes nothing the second time.
TimersRun run_due_timers(db::Tx& tx, const discussion::Services& services, base::Time now);

}  // namespace forum::moderation
