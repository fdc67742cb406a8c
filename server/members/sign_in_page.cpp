#include "members/sign_in_page.hpp"

#include <nlohmann/json.hpp>

#include "http/form.hpp"
#include "members/demo_members.hpp"
#include "members/return_to.hpp"

namespace forum::members {

namespace {

using nlohmann::json;

constexpr std::string_view typed_prefix = "getypt.";

/// The page with the form that was sent: its address is in Referer, which our own pages send along.
std::string page_of_form(const http::Request& request) {
    const auto referer = request.header("referer");
    const auto host = request.header("host");
    const auto scheme = referer.find("://");
    if (scheme == referer.npos || host.empty() || !referer.substr(scheme + 3).starts_with(host)) {
        return "/";
    }
    return safe_return_to(referer.substr(scheme + 3 + host.size()));
}

json offered_accounts(view::Language language, const Services& services) {
    auto list = json::array();
    if (services.is_demo) {
        for (const auto& account : demo_accounts()) {
            list.push_back({{"email", account.email}, {"label", services.texts.text(account.label, language)}});
        }
    }
    return list;
}

}  // namespace

site::Page load_sign_in(const site::PageContext& context, const Services& services) {
    const auto return_to = safe_return_to(context.query("terug", "return_to"));
    if (context.viewer.is_signed_in()) {
        site::Page page;
        page.redirect = return_to;
        page.status = 303;
        return page;
    }
    return sign_in_page({.return_to = return_to}, {}, context.language, services);
}

site::Page sign_in_page(const SignInForm& form, const site::FormErrors& errors, view::Language language, const Services& services) {
    json model{{"email", form.email},
               {"returnTo", form.return_to},
               {"typedPath", form.typed_path},
               {"typed", json::array()},
               {"demoAccounts", offered_accounts(language, services)},
               {"demoPassword", services.is_demo ? demo_password : std::string_view{}},
               {"heroSvgHtml", services.sign_in_picture}};
    for (const auto& [name, value] : form.typed) {
        model["typed"].push_back({{"name", std::string{typed_prefix} + name}, {"value", value}});
    }
    errors.write_to(model, {"email", "password"});
    site::Page page;
    page.template_name = "sign_in";
    page.title = services.texts.text("members.sign_in_title", language);
    page.model = std::move(model);
    return page;
}

site::Page sign_in_again(const site::ActionContext& context, const Services& services) {
    SignInForm form;
    form.return_to = page_of_form(context.request);
    form.typed_path = context.request.path;
    form.typed = http::parse_form(context.request.body).value_or(http::Pairs{});
    auto page = sign_in_page(form, {}, context.language, services);
    page.status = 401;
    return page;
}

http::Pairs typed_fields(const site::ActionContext& context) {
    http::Pairs typed;
    for (auto& [name, value] : http::parse_form(context.request.body).value_or(http::Pairs{})) {
        if (name.starts_with(typed_prefix)) {
            typed.emplace_back(name.substr(typed_prefix.size()), std::move(value));
        }
    }
    return typed;
}

}  // namespace forum::members
