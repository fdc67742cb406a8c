// Starts a thread with its opening post. Rule: thread, post, links and event are one transaction; a thread whose opening
// post waits is there for nobody but its author and staff.
#pragma once

#include <string>
#include <vector>

#include "discussion/services.hpp"
#include "discussion/thread_form.hpp"
#include "site/action.hpp"

namespace forum::discussion {

struct NewThread {
    std::string kind;                     ///< question, experience, dilemma, announcement
    std::string title;                    ///< 1 to 140 code points
    std::string body;                     ///< markdown, 1 to 20,000 code points
    std::string theme;                    ///< slug
    std::string visibility;               ///< public, members, administrators
    std::string context, options, tried;  ///< of a dilemma
    std::vector<LinkedMunicipality> municipalities;
    std::vector<std::string> typologies;
    std::string key;  ///< makes a retry safe, "" = none
};

struct Started {
    base::ThreadId thread;
    base::PostId post;
    std::string slug;
    bool is_live;   ///< false: it waits for review
    bool is_again;  ///< the key was used before; this is what it made then
};

/// Writes checked input. A theme, municipality or type that is gone meanwhile is a db::ConstraintViolation.
Started start_thread(db::Tx& tx, const Services& services, const access::Viewer& author, const NewThread& thread);

/// POST /gesprekken, POST /api/v1/threads.
site::ActionResult post_thread(const site::ActionContext& context, const Services& services);

}  // namespace forum::discussion
