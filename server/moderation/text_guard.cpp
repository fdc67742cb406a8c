#include "moderation/text_guard.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include "base/text.hpp"
#include "moderation/resident_data.hpp"
#include "moderation/word_rule_store.hpp"

namespace forum::moderation {

using discussion::Objection;
using discussion::Submission;

/// One find in one field; `rule` is nothing for data of a resident.
struct TextGuard::Hit {
    const char* field;
    std::string found;
    std::string_view data_kind;
    std::optional<WordRule> rule;
};

namespace {

/// "'s-Gravenhage" -> "sgravenhage": as a name stands in a domain.
std::string squash(std::string_view folded) {
    std::string squashed;
    std::copy_if(folded.begin(), folded.end(), std::back_inserter(squashed),
                 [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
    return squashed;
}

}  // namespace

void TextGuard::load(db::Tx& tx) {
    auto loaded = std::make_shared<const WordMatcher>(active_word_rules(tx));
    const std::lock_guard lock{mutex_};
    matcher_ = std::move(loaded);
}

std::shared_ptr<const WordMatcher> TextGuard::matcher() const {
    const std::lock_guard lock{mutex_};
    return matcher_;
}

/// Is it "westland.nl" or "gemeentewestland.nl", with or without more in front?
bool TextGuard::is_official_domain(std::string_view domain) const {
    const auto labels = base::split(domain, '.');
    if (labels.size() < 2 || labels.back() != "nl") {
        return false;
    }
    auto name = squash(labels[labels.size() - 2]);
    constexpr std::string_view front = "gemeente";
    if (name.starts_with(front)) {
        name.erase(0, front.size());
    }
    for (const auto& municipality : places_.current_municipalities()) {
        for (const auto& known : base::split(municipality.search_names, '|')) {
            if (squash(known) == name) {
                return true;
            }
        }
    }
    return false;
}

std::vector<TextGuard::Hit> TextGuard::find(const Submission& submission) const {
    std::vector<Hit> hits;
    const auto rules = matcher();
    const auto is_official = [this](std::string_view domain) { return is_official_domain(domain); };
    std::set<std::string, std::less<>> seen;
    std::set<std::size_t> met;
    const auto look_at = [&](const char* field, std::string_view text) {
        for (const auto& data : find_resident_data(text, is_official)) {
            auto found = std::string{text.substr(data.begin, data.end - data.begin)};
            if (seen.insert(found).second) {
                hits.push_back({field, std::move(found), data_kind_name(data.kind), std::nullopt});
            }
        }
        for (const auto& match : rules->find(text)) {
            if (met.insert(match.rule).second) {
                hits.push_back({field, std::string{text.substr(match.begin, match.end - match.begin)}, {}, rules->rules()[match.rule]});
            }
        }
    };
    // What readers see already is not asked again, and one thing twice is one question.
    look_at("", submission.old_body);
    hits.clear();
    look_at("title", submission.title);
    look_at("body", submission.body);
    look_at("context", submission.more);
    return hits;
}

std::vector<Objection> TextGuard::check(const Submission& submission, view::Language language) const {
    std::vector<Objection> objections;
    for (auto& hit : find(submission)) {
        if (!hit.rule) {
            objections.push_back({.kind = Objection::Kind::resident_data,
                                  .field = hit.field,
                                  .found = std::move(hit.found),
                                  .why = texts_.text("guard.kind_" + std::string{hit.data_kind}, language)});
        } else if (hit.rule->effect != "hold") {
            objections.push_back({.kind = hit.rule->effect == "block" ? Objection::Kind::refusal : Objection::Kind::question,
                                  .field = hit.field,
                                  .found = std::move(hit.found),
                                  .why = hit.rule->reason});
        }
    }
    return objections;
}

std::vector<std::string> TextGuard::hold_rules(const Submission& submission) const {
    std::vector<std::string> slugs;
    for (const auto& hit : find(submission)) {
        const auto slug = !hit.rule                    ? std::string{privacy_slug}
                          : hit.rule->effect == "hold" ? word_mark + std::to_string(hit.rule->id)
                                                       : std::string{};
        if (!slug.empty() && std::find(slugs.begin(), slugs.end(), slug) == slugs.end()) {
            slugs.push_back(slug);
        }
    }
    return slugs;
}

}  // namespace forum::moderation
