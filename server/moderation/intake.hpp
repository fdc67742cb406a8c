// What reports and notices need besides what every feature has. Rule: everything here lives as long as the server.
#pragma once

#include "access/rate_limit.hpp"
#include "moderation/handling_time.hpp"

namespace forum::moderation {

struct Intake {
    HandlingTime& handling;
    access::RateLimiter& rate_limiter;
    /// So many different trusted members hide a post for one working day (D10); 0 = never.
    int report_threshold{3};
    /// The way to a notice is shown on screen as well as mailed: only where nobody gets mail.
    bool shows_links{false};
};

}  // namespace forum::moderation
