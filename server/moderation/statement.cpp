#include "moderation/statement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "moderation/decision_kinds.hpp"
#include "view/present.hpp"

namespace forum::moderation {

namespace {

/// The key of the sentence that says what was done; "" = there is nothing to tell.
std::string what_key(const Decision& decision) {
    const auto& kind = decision.kind;
    if (kind == "reject") {
        return decision.state_to == "rejected" ? "reject" : "reject_change";
    }
    if (kind == "refuse" && decision.appeal_until) {
        return "refuse_changed";
    }
    if (kind == "erase" || kind == "hide" || kind == "return" || kind == "refuse" || kind == "expire") {
        return kind;
    }
    if (decision.scope == "member" && kind != "grant") {
        return kind == "unfounded" || kind == "escalate" || kind == "undo" ? "" : text_name(kind, "");
    }
    const bool has_moved = decision.state_from != decision.state_to;
    if (kind == "remove" || (kind == "grant" && has_moved && decision.state_to == "removed")) {
        return "remove";
    }
    if (kind == "approve-with-changes") {
        return "changes";
    }
    if (kind == "grant") {
        return has_moved && decision.scope == "member" ? "grant_measure"
               : has_moved                             ? "grant"
               : decision.state_to == "removed"        ? "grant_gone"
                                                       : "grant_only";
    }
    return (kind == "restore" || kind == "unfounded") && has_moved ? "restore" : "";
}

/// As it is in Amsterdam.
std::string iso_day(base::Time time) {
    const auto civil = base::to_amsterdam(time);
    return fmt::format("{:04}-{:02}-{:02}", civil.year, civil.month, civil.day);
}

}  // namespace

base::Time appeal_end(base::Time told) {
    using namespace std::chrono;
    const auto day = floor<days>(told);
    auto date = year_month_day{day} + months{6};
    if (!date.ok()) {
        date = date.year() / date.month() / last;
    }
    return base::next_amsterdam_midnight(sys_days{date} + (told - day)) - seconds{1};
}

std::string day_text(base::Time time, view::Language language) { return view::date_text(iso_day(time), language); }

std::string last_day(base::Time until) { return iso_day(until - std::chrono::seconds{1}); }

std::string last_day_text(base::Time until, view::Language language) { return view::date_text(last_day(until), language); }

std::string statement_text(const view::Templates& texts, view::Language language, const Decision& decision,
                           const std::vector<HouseRule>& rules) {
    const auto what = what_key(decision);
    if (what.empty()) {
        return {};
    }
    // Never "today": the text is kept. A time of long ago as `now` makes the date whole.
    const auto shown = [&](const std::optional<base::Time>& time) {
        return time ? view::time_text(*time, language, base::Time{}) : std::string{};
    };
    std::string text;
    const auto say = [&](const std::string& key, const nlohmann::json& arguments = nlohmann::json::object()) {
        text += (text.empty() ? "" : " ") + texts.text("statement." + key, language, arguments);
    };
    const bool is_person = decision.scope == "member";
    const auto last_day = is_person && decision.until ? last_day_text(*decision.until, language) : std::string{};
    say("what_" + what, {{"at", shown(decision.at)}, {"until", is_person ? last_day : shown(decision.deadline_at)}});
    if (what == "grant_measure" && decision.state_to != "none") {
        say("back_" + text_name(decision.state_to, "") + (decision.until ? "_until" : ""), {{"until", last_day}});
    }
    std::string names;
    for (const auto& rule : rules) {
        if (std::find(decision.rules.begin(), decision.rules.end(), rule.slug) != decision.rules.end()) {
            names += (names.empty() ? "" : "; ") + std::to_string(rule.number) + ". " + rule.title;
        }
    }
    if (!names.empty()) {
        say("rules", {{"rules", names}});
    }
    if (!decision.legal_ground.empty()) {
        say(what == "erase" ? "order" : "law", {{"law", decision.legal_ground}});
    }
    if (!decision.facts.empty()) {
        say("facts", {{"facts", decision.facts}});
    }
    // Who decided, what led to it, and whether a machine had a part in either.
    if (decision.is_automatic) {
        say(decision.source == "timer" ? "automatic_timer" : "automatic");
    } else {
        say(decision.seconded_by ? "two_humans" : decision.by_role == "administrator" ? "human_administrator" : "human");
        const auto& source = decision.source;
        if (source == "report" || source == "notice" || source == "appeal" || source == "own-initiative") {
            say(source == "own-initiative" ? "after_own" : "after_" + source);
        }
        say(decision.is_detected_automatically ? "detected" : "not_automatic");
    }
    if (what == "refuse" || what == "erase") {
        say(what == "erase" ? "outside_only" : "outside");
    }
    if (decision.appeal_until) {
        const bool is_provisional = what == "hide";
        const std::string duration = decision.until ? "scope_until" : is_provisional ? "scope_provisional" : "scope_lasting";
        if (is_person && what != "warn") {
            say(decision.until ? "measure_until" : "measure_lasting", {{"until", last_day}});
        } else if (what != "changes" && !is_person) {
            say(duration, {{"until", shown(decision.until)}});
        }
        say("object", {{"until", day_text(*decision.appeal_until, language)}, {"days", appeal_days}});
    }
    return text;
}

}  // namespace forum::moderation
