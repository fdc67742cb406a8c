// The form of a new thread: what was sent, checked as a whole, and the page that shows it. Rule: every fault is found at
// once, and whatever was typed stands in the form again.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "discussion/author_check.hpp"
#include "discussion/services.hpp"
#include "site/action.hpp"

namespace forum::discussion {

struct LinkedMunicipality {
    std::string code;
    std::string role;  ///< "about" or "experience"
};

struct ThreadForm {
    std::string kind, title, body, context, options, tried, theme, visibility;
    std::vector<LinkedMunicipality> municipalities;
    std::vector<std::string> typologies;
    std::string nonce;
    std::int64_t draft_revision{0};
    std::string preview_html;
    bool has_wall{false};     ///< with a wall for questions at once
    bool is_searched{false};  ///< similar threads were asked for
    AuthorCheck check;
    site::FormErrors errors;
};

/// Reads the fields (VIEWMODELS names, the same for form and JSON; a municipality is "GM1783", "GM1783:experience" or, in
/// municipality_add, a name) and checks them all; the faults are in `errors`.
ThreadForm parse_thread_form(const site::ActionContext& context, const Services& services);

/// Only where a thread stands: kind, theme, municipalities, typologies. `reason` is let through for the caller.
ThreadForm parse_place(const site::ActionContext& context, const Services& services);

/// What can be chosen, and what is: kinds, themes, typologies, visibilities, municipalities, municipalityChoices.
void put_choices(nlohmann::json& model, const site::PageContext& context, const Services& services, const ThreadForm& form);

/// The page thread_new for this form.
site::Page thread_form_page(const site::PageContext& context, const Services& services, const ThreadForm& form);

/// /gesprekken/nieuw: empty, from the member's draft, or with ?title=.
site::Page load_thread_new_page(const site::PageContext& context, const Services& services);

}  // namespace forum::discussion
