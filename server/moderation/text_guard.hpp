// What a text is looked at for before it is published: data of residents, and the staff's words and hosts. Rule: no query; the
// staff's rules are a snapshot in memory that is read anew at start and when the topic "word-rules" has an event.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "discussion/publication_gate.hpp"
#include "moderation/word_rules.hpp"
#include "places/directory.hpp"
#include "view/templates.hpp"

namespace forum::moderation {

/// The topic of the event that says that the rules have changed.
constexpr const char* word_rules_topic = "word-rules";
/// The slugs of the guard in cases.hold_rule; a word's has the rule's id behind it.
constexpr const char* privacy_slug = "privacy";
constexpr const char* word_mark = "word-";

class TextGuard {
public:
    /// Both live as long as this.
    TextGuard(const places::Directory& places, const view::Templates& texts) : places_{places}, texts_{texts} {}

    void load(db::Tx& tx);

    /// What the author is asked (residents' data, rules that warn) and told (rules that block).
    std::vector<discussion::Objection> check(const discussion::Submission& submission, view::Language language) const;
    /// Slugs of what holds the text for review: residents' data and rules that hold.
    std::vector<std::string> hold_rules(const discussion::Submission& submission) const;

private:
    struct Hit;
    std::vector<Hit> find(const discussion::Submission& submission) const;
    bool is_official_domain(std::string_view domain) const;
    std::shared_ptr<const WordMatcher> matcher() const;

    const places::Directory& places_;
    const view::Templates& texts_;
    mutable std::mutex mutex_;
    std::shared_ptr<const WordMatcher> matcher_{std::make_shared<WordMatcher>(std::vector<WordRule>{})};
};

}  // namespace forum::moderation
