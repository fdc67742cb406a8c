#include "moderation/public_account.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

#include "base/problem.hpp"
#include "base/time.hpp"
#include "moderation/case_store.hpp"
#include "site/paging.hpp"

namespace forum::moderation {

namespace {

using nlohmann::json;

constexpr int entries_on_page = 50;
constexpr int first_year = 2000, last_year = 2999;
/// In the order in which they are read.
constexpr std::array<std::string_view, 6> sections{"decision", "rule", "source", "found", "made", "appeal"};

// What was taken back within ten minutes was a slip of the hand, and handing a case on decides nothing.
const db::Query public_log_query{"moderation.public_log", R"(
    SELECT d.id, to_char(d.decided_at AT TIME ZONE 'Europe/Amsterdam', 'YYYY-MM-DD') AS day, d.kind, d.rules,
           d.legal_ground <> '' AS by_law, d.is_automatic,
           (SELECT o.kind FROM appeals a JOIN decisions o ON o.case_id = a.case_id AND o.kind IN ('grant', 'refuse')
             WHERE a.decision_id = d.id AND NOT is_undone(o.id) ORDER BY o.id DESC LIMIT 1) AS outcome,
           EXISTS (SELECT 1 FROM appeals a WHERE a.decision_id = d.id) AS has_appeal
      FROM decisions d
     WHERE ($1::bigint IS NULL OR d.id < $1) AND d.kind NOT IN ('undo', 'escalate') AND NOT is_undone(d.id)
     ORDER BY d.id DESC LIMIT $2)"};

// From midnight to midnight in Amsterdam: between them the clock changes twice a year, so months are added before the zone is.
const db::Query bounds_query{"moderation.quarter", R"(
    SELECT make_timestamp($1, $2 * 3 - 2, 1, 0, 0, 0) AT TIME ZONE 'Europe/Amsterdam' AS since,
           (make_timestamp($1, $2 * 3 - 2, 1, 0, 0, 0) + interval '3 months') AT TIME ZONE 'Europe/Amsterdam' AS until)"};

const db::Query figures_query{"moderation.figures", R"(
    WITH told AS (
        SELECT d.* FROM decisions d
         WHERE d.decided_at >= $1 AND d.decided_at < $2 AND d.kind NOT IN ('undo', 'escalate') AND NOT is_undone(d.id)
    )
    SELECT section, name, count(*) AS count
      FROM (SELECT 'decision' AS section, kind AS name FROM told
             UNION ALL SELECT 'rule', unnest(rules) FROM told
             UNION ALL SELECT 'rule', 'law' FROM told WHERE legal_ground <> ''
             UNION ALL SELECT 'source', source FROM told
             UNION ALL SELECT 'made', CASE WHEN is_automatic THEN 'automatic' ELSE 'human' END FROM told
             UNION ALL SELECT 'found', CASE WHEN is_detected_automatically THEN 'automatic' ELSE 'human' END FROM told
             UNION ALL SELECT 'appeal', 'lodged' FROM appeals WHERE created_at >= $1 AND created_at < $2
             UNION ALL SELECT 'appeal', kind FROM told WHERE kind IN ('grant', 'refuse')) counted
     GROUP BY section, name
     ORDER BY section, count DESC, name)"};

std::optional<int> to_number(std::string_view text) {
    int number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    return fault == std::errc{} && end == text.data() + text.size() ? std::optional{number} : std::nullopt;
}

Quarter next(Quarter quarter) { return quarter.number == 4 ? Quarter{quarter.year + 1, 1} : Quarter{quarter.year, quarter.number + 1}; }
Quarter previous(Quarter quarter) { return quarter.number == 1 ? Quarter{quarter.year - 1, 4} : Quarter{quarter.year, quarter.number - 1}; }
bool is_before(Quarter one, Quarter other) { return one.year < other.year || (one.year == other.year && one.number < other.number); }

/// The running one when none is asked for; what has yet to begin is not found.
Quarter wanted_quarter(std::string_view text, Quarter now) {
    const auto quarter = text.empty() ? now : parse_quarter(text);
    if (!quarter) {
        throw base::Problem{base::ProblemKind::bad_request, "frame.bad_filter"};
    }
    if (is_before(now, *quarter)) {
        throw base::Problem{base::ProblemKind::not_found};
    }
    return *quarter;
}

std::int64_t minutes_of(base::Time::duration time) { return std::chrono::duration_cast<std::chrono::minutes>(time).count(); }

/// In figures.*.json; a rule has its own title.
std::string name_of(const Figure& figure, const std::vector<HouseRule>& rules, const view::Templates& texts, view::Language language) {
    for (const auto& rule : rules) {
        if (figure.section == "rule" && rule.slug == figure.name) {
            return std::to_string(rule.number) + ". " + rule.title;
        }
    }
    return texts.text(figure.name == "few" ? "figures.few" : "figures." + figure.section + "_" + figure.name, language);
}

site::Page load_log(const site::PageContext& context, const discussion::Services& services) {
    base::DecisionId before;
    if (const auto cursor = context.query("na", "cursor"); !cursor.empty()) {
        const auto id = base::parse_id<base::DecisionId>(site::decode_cursor(cursor, 1)[0]);
        if (!id) {
            throw base::Problem{base::ProblemKind::bad_request, "frame.bad_cursor"};
        }
        before = *id;
    }
    const auto rows = context.tx.exec(public_log_query, db::Params::of(before, entries_on_page + 1));
    const auto rules = list_house_rules(context.tx);
    auto items = json::array();
    json next_cursor;
    for (const auto& row : rows) {
        if (items.size() == entries_on_page) {
            next_cursor = site::encode_cursor({std::to_string(items.back()["id"].get<std::int64_t>())});
            break;
        }
        auto named = json::array();
        for (const auto& slug : row.texts("rules")) {
            const auto rule = std::find_if(rules.begin(), rules.end(), [&](const auto& known) { return known.slug == slug; });
            if (rule != rules.end()) {
                named.push_back({{"slug", rule->slug}, {"number", rule->number}, {"title", rule->title}});
            }
        }
        const auto kind = row.text("kind");
        const auto outcome = row.is_null("outcome") ? row.flag("has_appeal") ? "open" : "" : row.text("outcome");
        items.push_back({{"id", row.integer("id")},
                         {"decidedDate", row.text("day")},
                         {"kind", kind},
                         {"kindName", services.texts.text("figures.decision_" + kind, context.language)},
                         {"rules", std::move(named)},
                         {"isByLaw", row.flag("by_law")},
                         {"isAutomatic", row.flag("is_automatic")},
                         {"appeal", outcome},
                         {"appealName", outcome.empty() ? "" : services.texts.text("figures.appeal_" + outcome, context.language)}});
    }
    site::Page page;
    page.template_name = "decision_log";
    page.keep = site::Keep::until_changed;
    page.topics = {"moderation"};
    page.title = services.texts.text("figures.log_title", context.language);
    if (!next_cursor.is_null()) {
        page.links.emplace_back("next", site::with_parameter(context.request.target, "cursor", next_cursor.get<std::string>()));
    }
    page.model = json{{"items", std::move(items)},
                      {"next", next_cursor},
                      {"nextUrl", next_cursor.is_null() ? "" : "/besluiten?na=" + site::encode_query(next_cursor.get<std::string>())}};
    return page;
}

site::Page load_figures(const site::PageContext& context, const discussion::Services& services) {
    const auto now = quarter_of(base::now());
    const auto quarter = wanted_quarter(context.query("kwartaal", "quarter"), now);
    const auto account = load_public_account(context.tx, quarter);
    const auto rules = list_house_rules(context.tx);
    auto shown = json::array();
    for (const auto& figure : account.figures) {
        if (shown.empty() || shown.back()["section"] != figure.section) {
            shown.push_back({{"section", figure.section},
                             {"title", services.texts.text("figures.section_" + figure.section, context.language)},
                             {"figures", json::array()}});
        }
        shown.back()["figures"].push_back({{"name", figure.name},
                                           {"label", name_of(figure, rules, services.texts, context.language)},
                                           {"count", figure.count ? json(*figure.count) : json{}},
                                           {"isFew", !figure.count}});
    }
    const auto at = [](Quarter other) { return "/besluiten/cijfers?kwartaal=" + to_string(other); };
    site::Page page;
    page.template_name = "figures";
    page.keep = site::Keep::until_changed;
    page.topics = {"moderation"};
    page.title = services.texts.text("figures.title", context.language);
    page.breadcrumbs = {{services.texts.text("figures.log_title", context.language), "/besluiten"}};
    page.model = json{{"quarter", to_string(quarter)},
                      {"year", std::to_string(quarter.year)},
                      {"number", std::to_string(quarter.number)},
                      {"isRunning", to_string(quarter) == to_string(now)},
                      {"sections", std::move(shown)},
                      {"decidedCases", account.handling.decided},
                      {"medianHours", (minutes_of(account.handling.median) + 59) / 60},
                      {"p90Hours", (minutes_of(account.handling.p90) + 59) / 60},
                      {"isTold", account.handling.decided >= least_told},
                      {"csvUrl", "/besluiten/cijfers.csv?kwartaal=" + to_string(quarter)},
                      {"earlierUrl", quarter.year == first_year ? "" : at(previous(quarter))},
                      {"laterUrl", is_before(quarter, now) ? at(next(quarter)) : ""}};
    return page;
}

http::Reply csv_reply(const http::Request& request, db::Database& database) {
    const auto quarter = wanted_quarter(request.query_value("kwartaal"), quarter_of(base::now()));
    http::Reply reply;
    reply.headers = {{"Content-Type", "text/csv; charset=utf-8; header=present"},
                     {"Content-Disposition", "attachment; filename=\"besluiten-" + to_string(quarter) + ".csv\""}};
    reply.body = to_csv(database.read([&](db::Tx& tx) { return load_public_account(tx, quarter); }));
    return reply;
}

}  // namespace

std::optional<Quarter> parse_quarter(std::string_view text) {
    if (text.size() != 6 || text[4] != '-') {
        return std::nullopt;
    }
    const auto year = to_number(text.substr(0, 4)), number = to_number(text.substr(5));
    if (!year || !number || *year < first_year || *year > last_year || *number < 1 || *number > 4) {
        return std::nullopt;
    }
    return Quarter{*year, *number};
}

std::string to_string(Quarter quarter) { return std::to_string(quarter.year) + "-" + std::to_string(quarter.number); }

Quarter quarter_of(base::Time time) {
    const auto civil = base::to_amsterdam(time);
    return {civil.year, (civil.month - 1) / 3 + 1};
}

PublicAccount load_public_account(db::Tx& tx, Quarter quarter) {
    PublicAccount account{.quarter = quarter, .figures = {}, .handling = {}};
    const auto bounds = tx.exec(bounds_query, db::Params::of(quarter.year, quarter.number)).one();
    const auto since = bounds.time("since"), until = bounds.time("until");
    std::vector<Figure> few;  // one a section that has any
    for (const auto& row : tx.exec(figures_query, db::Params::of(since, until))) {
        const auto section = row.text("section");
        const auto count = row.integer("count");
        if (count >= least_told) {
            account.figures.push_back({section, row.text("name"), count});
        } else if (!few.empty() && few.back().section == section) {
            few.back().name = "few";
            *few.back().count += count;
        } else {
            few.push_back({section, row.text("name"), count});
        }
    }
    for (auto& figure : few) {
        if (*figure.count < least_told) {
            figure.count.reset();
        }
        account.figures.push_back(std::move(figure));
    }
    const auto place = [](const Figure& figure) { return std::find(sections.begin(), sections.end(), figure.section); };
    std::stable_sort(account.figures.begin(), account.figures.end(),
                     [&](const Figure& one, const Figure& other) { return place(one) < place(other); });
    account.handling = measure_handling(tx, since, until);
    return account;
}

std::string to_csv(const PublicAccount& account) {
    std::string csv = "quarter,section,name,count\r\n";
    const auto quarter = to_string(account.quarter);
    const auto line = [&](std::string_view section, std::string_view name, const std::string& count) {
        csv += quarter + ',' + std::string{section} + ',' + std::string{name} + ',' + count + "\r\n";
    };
    for (const auto& figure : account.figures) {
        line(figure.section, figure.name, figure.count ? std::to_string(*figure.count) : "<" + std::to_string(least_told));
    }
    if (account.handling.decided >= least_told) {
        line("handling", "cases", std::to_string(account.handling.decided));
        line("handling", "median-minutes", std::to_string(minutes_of(account.handling.median)));
        line("handling", "p90-minutes", std::to_string(minutes_of(account.handling.p90)));
    }
    return csv;
}

void add_public_account(site::Routes& routes, const discussion::Services& services, db::Database& database) {
    using enum site::Access;
    routes.page("moderation.decision_log", "/besluiten", "/api/v1/decisions", anyone,
                [&](const site::PageContext& context) { return load_log(context, services); });
    routes.page("moderation.figures", "/besluiten/cijfers", "/api/v1/decisions/figures", anyone,
                [&](const site::PageContext& context) { return load_figures(context, services); });
    routes.raw("moderation.figures_csv", http::Method::get, "/besluiten/cijfers.csv",
               [&](const http::Request& request, const http::PathValues&) { return csv_reply(request, database); });
}

}  // namespace forum::moderation
