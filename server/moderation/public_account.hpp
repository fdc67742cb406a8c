// What the forum tells everybody about its moderation: each decision without names or texts (D19), and figures per quarter (J7).
// Rule: nothing here leads to a person: a day instead of a moment, no post, and counts under five are put together.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "db/database.hpp"
#include "discussion/services.hpp"
#include "moderation/handling_time.hpp"
#include "site/page.hpp"
#include "site/routes.hpp"

namespace forum::moderation {

/// Of the calendar in Europe/Amsterdam.
struct Quarter {
    int year;    ///< 2000 to 2999
    int number;  ///< 1 to 4
};
/// "2026-4"; nothing when it is none.
std::optional<Quarter> parse_quarter(std::string_view text);
std::string to_string(Quarter quarter);
/// The quarter in which `time` falls.
Quarter quarter_of(base::Time time);

/// Counts below this could point at a person (gap idea 30): those of one section are added up, and what is still below it is only
/// said to be so.
constexpr std::int64_t least_told = 5;

struct Figure {
    std::string section;                ///< "decision", "rule", "source", "made", "found" or "appeal"
    std::string name;                   ///< what is counted; "few" = several names that had less than least_told each
    std::optional<std::int64_t> count;  ///< nothing: less than least_told
};

struct PublicAccount {
    Quarter quarter;
    std::vector<Figure> figures;  ///< by section, the largest first
    HandlingFigures handling;
};
PublicAccount load_public_account(db::Tx& tx, Quarter quarter);

/// RFC 4180, with a header line: quarter, section, name, count; handling times in minutes of working time. "<5" for what is not told.
std::string to_csv(const PublicAccount& account);

/// Adds /besluiten, /besluiten/cijfers and its CSV. `services` and `database` live as long as the routes.
void add_public_account(site::Routes& routes, const discussion::Services& services, db::Database& database);

}  // namespace forum::moderation
