#include "moderation/word_rules_page.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "discussion/post_rules.hpp"
#include "discussion/urls.hpp"
#include "moderation/text_guard.hpp"
#include "moderation/word_rule_store.hpp"

namespace forum::moderation {

namespace {

using discussion::Services;
using nlohmann::json;
using site::PageContext;

constexpr int tried_posts = 1000;
constexpr std::size_t shown_posts = 20;
constexpr int shown_changes = 50;
constexpr std::size_t context_length = 80;
// The database has the same bounds (moderation_rules).
constexpr std::size_t least_reason = 10, most_rule_reason = 300;

struct RuleForm {
    WordRule rule{};
    std::string typed;  ///< the pattern before it was cleaned
    std::string kind;   ///< "words" or "host", or what was sent instead
    json trial;         ///< null: not tried
    site::FormErrors errors;

    /// What a dry run was made of: another pattern needs another one.
    std::string mark() const { return kind + ":" + rule.pattern; }
};

void put_effect(json& model, const std::string& effect) {
    model["effect"] = effect;
    model["isWarn"] = effect == "warn";
    model["isHold"] = effect == "hold";
    model["isBlock"] = effect == "block";
}

json rule_json(const ListedRule& listed, bool may_change) {
    const auto& rule = listed.rule;
    json model{{"id", rule.id},
               {"kind", rule.is_host ? "host" : "words"},
               {"isHost", rule.is_host},
               {"pattern", rule.pattern},
               {"reason", rule.reason},
               {"isActive", listed.is_active},
               {"createdBy", listed.created_by},
               {"createdAt", base::to_rfc3339(listed.created_at)},
               {"switchUrl", may_change ? "/moderatie/woordregels/" + std::to_string(rule.id) : ""}};
    put_effect(model, rule.effect);
    return model;
}

/// The words before `end`, from a word's beginning.
std::string words_before(std::string_view text, std::size_t end) {
    const auto from = end > context_length ? end - context_length : 0;
    // Cut at a space: anywhere else it might be the middle of a character.
    const auto begin = from == 0 ? from : std::min(text.find_first_of(" \n", from), end);
    return (from == 0 ? "" : "…") + std::string{text.substr(begin, end - begin)};
}

/// Which of the newest posts the rule would have met, and the first of them.
json try_rule(const PageContext& context, const Services& services, const WordRule& rule) {
    const WordMatcher matcher{{rule}};
    const auto posts = last_posts(context.tx, context.viewer, tried_posts);
    auto items = json::array();
    std::vector<std::int64_t> shown;
    int met = 0;
    for (const auto& post : posts) {
        const auto found = matcher.find(post.text);
        if (found.empty()) {
            continue;
        }
        ++met;
        if (items.size() < shown_posts) {
            const auto [index, begin, end] = found.front();
            const std::string_view text = post.text;
            shown.push_back(post.post);
            items.push_back({{"title", post.title},
                             {"url", discussion::post_url(post.thread, post.slug, post.number)},
                             {"before", words_before(text, begin)},
                             {"found", text.substr(begin, end - begin)},
                             {"after", base::excerpt(text.substr(end), context_length)},
                             {"createdAt", base::to_rfc3339(post.created_at)}});
        }
    }
    services.gate.about_to_show(context.tx, context.viewer, shown);
    return {{"tried", posts.size()}, {"met", met}, {"items", std::move(items)}};
}

site::Page rules_page(const PageContext& context, const Services& services, const RuleForm& form) {
    const bool may_change = context.viewer.may_moderate();
    auto items = json::array();
    for (const auto& listed : list_word_rules(context.tx)) {
        items.push_back(rule_json(listed, may_change));
    }
    auto log = json::array();
    for (const auto& change : last_rule_changes(context.tx, shown_changes)) {
        log.push_back(
            {{"at", base::to_rfc3339(change.at)},
             {"what", say(context, services, "guard.log_" + change.act, {{"name", change.by_name}, {"pattern", change.pattern}})}});
    }
    site::Page page;
    json model{{"items", std::move(items)}, {"next", nullptr}, {"log", std::move(log)}};
    if (context.is_api) {
        page.model = std::move(model);
        return page;
    }
    json shown{{"kind", form.kind},
               {"isHost", form.kind == "host"},
               {"pattern", form.rule.pattern.empty() ? form.typed : form.rule.pattern},
               {"reason", form.rule.reason},
               {"tried", form.trial.is_null() ? "" : form.mark()}};
    put_effect(shown, form.rule.effect);
    page.template_name = "word_rules";
    page.title = say(context, services, "guard.title");
    page.breadcrumbs = {{services.texts.text("moderation.queue", context.language), "/moderatie"}};
    page.nav = "moderation";
    model.update({{"mayChange", may_change}, {"form", std::move(shown)}, {"trial", form.trial}});
    form.errors.write_to(model, {"kind", "pattern", "effect", "reason"});
    page.model = std::move(model);
    return page;
}

RuleForm parse_rule(const site::ActionContext& context, const Services& services) {
    const auto& input = context.input;
    RuleForm form;
    auto& rule = form.rule;
    form.kind = input.text("kind");
    form.typed = input.text("pattern");
    rule.is_host = form.kind == "host";
    rule.pattern = clean_pattern(form.typed, rule.is_host);
    rule.effect = input.text("effect");
    rule.reason = base::trim(input.text("reason"));
    const auto fault = [&](const std::string& field, const std::string& key, const json& arguments = json::object()) {
        form.errors.add(field, say(context, services, key, arguments));
    };
    site::check_fields(form.errors, input,
                       {.texts = {"kind", "pattern", "effect", "reason", "tried", "actie", "nonce"}, .others = {"dryRun"}}, services.texts,
                       context.language);
    if (form.kind != "host" && form.kind != "words") {
        fault("kind", "guard.error_kind");
    } else if (rule.pattern.empty()) {
        fault("pattern", rule.is_host ? "guard.error_host" : "guard.error_words");
    }
    if (rule.effect != "warn" && rule.effect != "hold" && rule.effect != "block") {
        fault("effect", "guard.error_effect");
    }
    const auto used = base::count_characters(rule.reason);
    if (used < least_reason || used > most_rule_reason) {
        fault("reason", "guard.error_reason", {{"least", least_reason}, {"most", most_rule_reason}, {"used", used}});
    }
    return form;
}

void announce_change(const site::ActionContext& context, const Services& services) {
    services.announcer.announce(
        context.tx, live::Event{.topic = word_rules_topic, .kind = "rules.changed", .audience = live::Audience::staff, .data = "{}"});
}

}  // namespace

site::Page load_word_rules(const PageContext& context, const Services& services) {
    RuleForm form;
    form.kind = "words";
    form.rule.effect = "warn";
    return rules_page(context, services, form);
}

site::ActionResult add_rule(const site::ActionContext& context, const Services& services) {
    auto form = parse_rule(context, services);
    const bool is_trial = context.input.text("actie") == "proef" || context.input.text("dryRun") == "true";
    if (form.errors.any()) {
        return site::ShowAgain{rules_page(context, services, form), form.errors};
    }
    const bool is_json = discussion::wants_json(context);
    if (is_trial && is_json) {
        return site::Done{.location = {}, .flash = {}, .model = try_rule(context, services, form.rule), .set_cookies = {}};
    }
    if (is_trial || (!is_json && context.input.text("tried") != form.mark())) {
        form.trial = try_rule(context, services, form.rule);
        return site::ShowAgain{rules_page(context, services, form), {}};
    }
    if (!add_word_rule(context.tx, form.rule, context.viewer.member)) {
        form.errors.add("pattern", say(context, services, "guard.error_doubled"));
        return site::ShowAgain{rules_page(context, services, form), form.errors};
    }
    announce_change(context, services);
    return site::Done{.status = 201,
                      .location = context.is_api ? "/api/v1/moderation/rules" : "/moderatie/woordregels",
                      .flash = "guard.flash_added",
                      .model = rule_json(list_word_rules(context.tx).front(), true),
                      .set_cookies = {}};
}

site::ActionResult switch_rule(const site::ActionContext& context, const Services& services) {
    const auto id = context.id<base::RuleId>("id").value;
    const auto wanted = context.input.text("active");
    const bool is_active = wanted == "1" || wanted == "true";
    site::FormErrors errors;
    site::check_fields(errors, context.input, {.texts = {"nonce"}, .others = {"active"}}, services.texts, context.language);
    if (!is_active && wanted != "0" && wanted != "false") {
        errors.add("active", say(context, services, "guard.error_active"));
    }
    if (errors.any()) {
        return discussion::refuse(context, errors);
    }
    switch (switch_word_rule(context.tx, id, is_active, context.viewer.member)) {
    case Switched::not_found: throw base::Problem{base::ProblemKind::not_found};
    case Switched::doubled: throw base::Problem{base::ProblemKind::conflict, "guard.error_doubled"};
    case Switched::done: announce_change(context, services); break;
    case Switched::as_it_was: break;
    }
    return site::Done{.location = "/moderatie/woordregels",
                      .flash = is_active ? "guard.flash_on" : "guard.flash_off",
                      .model = json{{"id", id}, {"isActive", is_active}},
                      .set_cookies = {}};
}

}  // namespace forum::moderation
