// The grounds on which a member can report a post. Rule: a ground that stands for a house rule names it, so that what the system
// hides for a while has its reason.
#pragma once

#include <string_view>
#include <vector>

namespace forum::moderation {

/// Its name and explanation are the texts report.<slug> and report.<slug>_help, with '_' for '-'.
struct ReportCategory {
    std::string_view slug;  ///< reports.category
    std::string_view rule;  ///< slug of the house rule; "" = none
};

const std::vector<ReportCategory>& report_categories();
/// nullptr when there is no such ground.
const ReportCategory* find_report_category(std::string_view slug);

/// Possibly against the law, which is no house rule.
constexpr std::string_view illegal_category = "illegal";
/// Says nothing by itself: it needs the reporter's own words.
constexpr std::string_view other_category = "other";

}  // namespace forum::moderation
