// The SQL of the staff's words and hosts, and of the marks that they leave on cases. Rule: a rule is added and switched, never
// changed; each of these acts is a row of the log.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "access/viewer.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "db/tx.hpp"
#include "moderation/word_rules.hpp"

namespace forum::moderation {

std::vector<WordRule> active_word_rules(db::Tx& tx);

struct ListedRule {
    WordRule rule;
    bool is_active;
    std::string created_by;
    base::Time created_at;
};
/// All rules, the active ones first, then the newest.
std::vector<ListedRule> list_word_rules(db::Tx& tx);

/// Its id; nothing when an active rule has the same pattern.
std::optional<std::int64_t> add_word_rule(db::Tx& tx, const WordRule& rule, base::MemberId by);

enum class Switched { done, as_it_was, doubled, not_found };
/// `doubled`: another active rule has the same pattern.
Switched switch_word_rule(db::Tx& tx, std::int64_t id, bool is_active, base::MemberId by);

struct RuleChange {
    std::string act;  ///< "add", "on", "off"
    std::string pattern, by_name;
    base::Time at;
};
/// The newest changes.
std::vector<RuleChange> last_rule_changes(db::Tx& tx, int limit);

/// A post to try a rule on: its text as readers see it, with the thread's title and own fields before an opening post.
struct TriedPost {
    std::int64_t post;
    base::ThreadId thread;
    int number;
    std::string title, slug, text;
    base::Time created_at;
};
/// The newest posts whose text the viewer may read, newest first.
std::vector<TriedPost> last_posts(db::Tx& tx, const access::Viewer& viewer, int limit);

/// What held the case's newest version; an earlier mark stays when there is none now.
void mark_case(db::Tx& tx, base::CaseId id, const std::string& hold_rule);
/// The marks of a case as slugs ("privacy", "word-12", "standing-3", "new-member") with, for a word, its pattern and reason; for a standing
/// hold what it is about ("theme", ...), the name of that and the reason.
struct CaseMark {
    std::string slug, pattern, reason, about;
};
std::vector<CaseMark> case_marks(db::Tx& tx, base::CaseId id);

}  // namespace forum::moderation
