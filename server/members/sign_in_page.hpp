// The page /inloggen, also as the answer to a form whose session ended while its writer was typing. Rule: it never shows a
// password, and what was typed elsewhere travels along in it.
#pragma once

#include "members/services.hpp"
#include "site/action.hpp"

namespace forum::members {

/// What stands in the form.
struct SignInForm {
    std::string email;
    std::string return_to{"/"};
    http::Pairs typed;       ///< fields of the form that found no session
    std::string typed_path;  ///< where that form went; "" = there was none
};

/// The page for whoever is not signed in; the others are sent on to `terug`.
site::Page load_sign_in(const site::PageContext& context, const Services& services);

site::Page sign_in_page(const SignInForm& form, const site::FormErrors& errors, view::Language language, const Services& services);

/// The page in place of an action that needs a member: 401, with all that was typed.
site::Page sign_in_again(const site::ActionContext& context, const Services& services);

/// The fields that came along, under the names they had.
http::Pairs typed_fields(const site::ActionContext& context);

}  // namespace forum::members
