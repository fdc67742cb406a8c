// What discussion asks before a text goes live: must a person look first, and who is told that it waits. Rule: discussion
// decides nothing about review itself; moderation implements this (moderation/review_gate.cpp), app hands it over.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/viewer.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "db/tx.hpp"
#include "view/model.hpp"
#include "view/templates.hpp"

namespace forum::discussion {

/// Is nothing of this author held back? Then a reply is one statement outside any transaction.
inline bool writes_at_once(const access::Viewer& author) {
    return author.measure == access::Measure::none && (author.is_trusted || author.is_staff());
}

/// What someone wants to publish.
struct Submission {
    enum class Kind { thread, reply, edit };
    Kind kind;
    base::ThreadId thread;                     ///< none for a new thread
    std::string_view title;                    ///< of a new thread, else ""
    std::string_view body;                     ///< markdown, as it will stand there
    std::string_view old_body;                 ///< Kind::edit of a live post: what readers see now; else ""
    std::string_view more{};                   ///< a dilemma's own texts, one after the other; else ""
    std::string_view theme{};                  ///< of a new thread, a slug; else ""
    std::vector<std::string> typologies{};     ///< of a new thread, slugs
    std::optional<base::Time> published_at{};  ///< with old_body: since when readers see the post
};

/// Staff have every text of a theme, about a type of municipality or by authors with a function read first (features.md D1).
struct StandingHold {
    enum class Kind { theme, typology, function };
    std::int64_t id;
    Kind kind;
    std::string value;   ///< a slug, or the function as it stands with members
    std::string reason;  ///< the staff's, for the author
};
/// The topic of the event that says that they have changed.
constexpr const char* standing_holds_topic = "standing-holds";

/// Words in a text that its author has to look at before it can be published.
struct Objection {
    enum class Kind {
        resident_data,  ///< the author says that he has checked it; then it waits for a person
        question,       ///< the author says that he has checked it
        refusal,        ///< the words have to go
    };
    Kind kind;
    std::string field;  ///< "title", "body" or "context" (for `more`)
    std::string found;  ///< the words, as typed
    std::string why;    ///< what they seem to be, or the staff's reason; in the author's language
};

class PublicationGate {
public:
    virtual ~PublicationGate() = default;

    /// What the author is asked or told before his text is accepted; words that readers of `old_body` see already are left out.
    /// Without a query, for everyone.
    virtual std::vector<Objection> check(const Submission& submission, view::Language language) = 0;

    /// The slugs of the rules that hold the submission back, with commas; "" when it may go live at once.
    /// For an author who writes at once (above) and whom no standing hold may touch it must answer without touching `tx`: a query
    /// here would make his reply four round trips instead of one. For others it may read what it likes.
    virtual std::string decide(db::Tx& tx, const access::Viewer& viewer, const Submission& submission) = 0;

    /// Those that may hold a text of this author, for him to know beforehand; none for staff. Without a query.
    virtual std::vector<StandingHold> standing_holds(const access::Viewer& author) = 0;

    /// A version of a post waits for review: opens a case, or moves the post's open case (also one that was with its author)
    /// to this version. `is_change`: the post is live and readers keep seeing the version before (case kind 'change'); else
    /// the post itself waits (case kind 'review'). Called inside the transaction that wrote the version.
    struct Held {
        base::ThreadId thread;
        base::PostId post;
        int version;
        bool is_change;
        std::string rule;  ///< what decide answered
    };
    virtual void hold(db::Tx& tx, const access::Viewer& author, const Held& held) = 0;

    /// The author himself made an open review of his post pointless (withdrew it, or a newer version went live at once):
    /// its open 'review' and 'change' cases end as 'withdrawn'. Reports stay open. No open case is no error.
    virtual void author_settled(db::Tx& tx, const access::Viewer& author, base::PostId post) = 0;

    /// The sentence that says how long a review usually takes. At most one query.
    virtual std::string usual_wait(db::Tx& tx, view::Language language) = 0;

    /// These posts, which are not simply live, are about to be shown to this viewer with their text: for the log of what staff read.
    virtual void about_to_show(db::Tx& tx, const access::Viewer& viewer, const std::vector<std::int64_t>& posts) = 0;

    /// The same of these versions of a post, which a moderator took from readers.
    virtual void about_to_show_versions(db::Tx& tx, const access::Viewer& viewer, base::PostId post,
                                        const std::vector<std::int64_t>& versions) = 0;

    /// The last decision about each of these posts as this viewer may see it (view model `Decision`), by post id; posts
    /// without one are absent. One query for all of them; called only when a page holds posts that are not simply live.
    virtual std::map<std::int64_t, view::Model> load_decisions(db::Tx& tx, const access::Viewer& viewer, view::Language language,
                                                               const std::vector<std::int64_t>& posts) = 0;
};

}  // namespace forum::discussion
