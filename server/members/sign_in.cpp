#include "members/sign_in.hpp"

#include <nlohmann/json.hpp>

#include "access/cookies.hpp"
#include "access/session_store.hpp"
#include "base/text.hpp"
#include "members/device_name.hpp"
#include "members/member_rights.hpp"
#include "members/member_store.hpp"
#include "members/return_to.hpp"
#include "members/sign_in_page.hpp"

namespace forum::members {

namespace {

constexpr std::size_t most_email_bytes = 254;  ///< RFC 5321 §4.5.3.1.3, as corrected by erratum 1690
constexpr std::size_t most_password_bytes = 1'000;

struct Fields {
    std::string email;
    std::string password;
};

Fields parse(const site::ActionContext& context, const Services& services, site::FormErrors& errors) {
    const auto& input = context.input;
    const auto say = [&](const char* key) { return services.texts.text(key, context.language); };
    site::check_fields(errors, input, {.texts = {"email", "password", "code", "terug"}, .others = {}}, services.texts, context.language);
    Fields fields{base::trim(input.text("email")), input.text("password")};
    if (fields.email.empty()) {
        errors.add("email", say("members.email_missing"));
    }
    if (fields.password.empty()) {
        errors.add("password", say("members.password_missing"));
    }
    return fields;
}

void count_try(const site::ActionContext& context, const Services& services, const std::string& email) {
    try {
        services.rate_limiter.check_sign_in(context.request, base::lower_ascii(email));
    } catch (base::Problem& problem) {
        problem.detail = "members.too_many_sign_ins";
        throw;
    }
}

/// The member whose address and password these are, or a guest. The same work is done for an address that nobody has.
access::Viewer check_password(const site::ActionContext& context, const Services& services, const Fields& fields) {
    const bool is_possible = fields.email.size() <= most_email_bytes && fields.password.size() <= most_password_bytes;
    const auto found = is_possible ? find_credentials(context.tx, fields.email) : std::nullopt;
    if (!found || found->password_hash.empty()) {
        services.passwords.verify_nobody(is_possible ? fields.password : std::string{});
        return {};
    }
    if (!services.passwords.verify(fields.password, found->password_hash)) {
        return {};
    }
    if (services.passwords.needs_rehash(found->password_hash)) {
        set_password_hash(context.tx, found->viewer.member, services.passwords.hash(fields.password));
    }
    return found->viewer;
}

site::ShowAgain show_again(const site::ActionContext& context, const Services& services, const Fields& fields, site::FormErrors errors) {
    const SignInForm form{.email = fields.email,
                          .return_to = safe_return_to(context.input.text("terug")),
                          .typed = typed_fields(context),
                          .typed_path = context.input.text("typed_path")};
    auto page = sign_in_page(form, errors, context.language, services);
    return {std::move(page), std::move(errors)};
}

/// Where the text is that was typed while there was no session; "" when none came along or it cannot be kept.
std::string keep_typed(const site::ActionContext& context, const Services& services, const access::Viewer& member) {
    const auto path = context.input.text("typed_path");
    const auto typed = typed_fields(context);
    if (path.empty() || typed.empty() || !services.keep_typed) {
        return {};
    }
    site::Input input;
    for (const auto& [name, value] : typed) {
        input.add(name, value);
    }
    const site::ActionContext as_member{{context.request, context.path, member, context.tx, context.language, context.is_api}, input, {}};
    return services.keep_typed(as_member, path);
}

site::Done signed_out(const site::ActionContext& context) {
    site::Done done{.status = 204, .location = "/", .flash = "members.flash_signed_out"};
    done.set_cookies.emplace_back("forum", access::clear_session_cookie(context.request.is_secure));
    return done;
}

}  // namespace

site::ActionResult sign_in(const site::ActionContext& context, const Services& services) {
    site::FormErrors errors;
    const auto fields = parse(context, services, errors);
    if (errors.any()) {
        return show_again(context, services, fields, std::move(errors));
    }
    count_try(context, services, fields.email);
    const auto member = check_password(context, services, fields);
    if (!member.is_signed_in()) {
        errors.add("password", services.texts.text("members.sign_in_wrong", context.language));
        return show_again(context, services, fields, std::move(errors));
    }
    services.rate_limiter.forgive_sign_in(context.request, base::lower_ascii(fields.email));
    if (context.viewer.is_signed_in()) {
        access::end_session(context.tx, context.viewer.member, context.viewer.session);
        announce_session_changed(context.tx, services.announcer, context.viewer.member);
    }
    const auto token = access::create_session(context.tx, member.member, device_name(context.request.header("user-agent")));
    site::Done done{.status = 200, .location = safe_return_to(context.input.text("terug"))};
    if (auto kept = keep_typed(context, services, member); !kept.empty()) {
        done.location = std::move(kept);
        done.flash = "members.flash_text_kept";
    }
    done.model = nlohmann::json{{"id", member.member.value},
                                {"name", member.name},
                                {"function", member.function},
                                {"role", role_name(member.role)},
                                {"isTrusted", member.is_trusted}};
    done.set_cookies.emplace_back("forum", access::session_cookie(token, context.request.is_secure));
    return done;
}

site::ActionResult sign_out(const site::ActionContext& context, const Services& services) {
    if (context.viewer.is_signed_in()) {
        access::end_session(context.tx, context.viewer.member, context.viewer.session);
        announce_session_changed(context.tx, services.announcer, context.viewer.member);
    }
    return signed_out(context);
}

site::ActionResult end_session(const site::ActionContext& context, const Services& services) {
    const auto session = context.id<base::SessionId>("id");
    if (!access::end_session(context.tx, context.viewer.member, session)) {
        throw base::Problem{base::ProblemKind::not_found};
    }
    announce_session_changed(context.tx, services.announcer, context.viewer.member);
    if (session == context.viewer.session) {
        return signed_out(context);
    }
    return site::Done{.status = 204, .location = "/ik", .flash = "members.flash_session_ended"};
}

}  // namespace forum::members
