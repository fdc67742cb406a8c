// The page of one thread: question, braid, twenty replies, the form below. Rule: one snapshot and a number of queries that
// does not depend on how long the thread is.
#pragma once

#include <optional>
#include <string>

#include "discussion/author_check.hpp"
#include "discussion/services.hpp"
#include "site/form.hpp"
#include "site/page.hpp"

namespace forum::discussion {

/// What stands in the reply form when it is shown again: nothing that was typed is lost.
struct ReplyFormState {
    std::string body;
    int reply_to{0};  ///< number of the post that is answered, 0 = the thread
    std::string preview_html;
    AuthorCheck check;
    site::FormErrors errors;
    std::string not_placed;  ///< why this text cannot be placed here any more, for the reader; "" = it can
};

/// /gesprekken/{id}/{slug}, /api/v1/threads/{id}.
site::Page load_thread_page(const site::PageContext& context, const Services& services,
                            const std::optional<ReplyFormState>& form = std::nullopt);

/// /gesprekken/{id}: to the address with the title in it, for a member to the first post that is new to him.
site::Page load_thread_redirect(const site::PageContext& context);

/// /gesprekken/{id}/berichten/{n}: to the page on which the post stands; the API gives the post itself.
site::Page load_post_page(const site::PageContext& context, const Services& services);

}  // namespace forum::discussion
