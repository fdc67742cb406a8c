#include "discussion/preview.hpp"

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "discussion/mentions.hpp"
#include "discussion/post_rules.hpp"

namespace forum::discussion {

site::ActionResult preview_text(const site::ActionContext& context, const Services& services) {
    const auto body = base::trim(context.input.text("body"));
    site::FormErrors errors;
    site::check_fields(errors, context.input, {.texts = {"body"}, .others = {}}, services.texts, context.language);
    check_text(errors, "body", body, body_limit, services.texts, context.language);
    if (errors.any()) {
        return refuse(context, errors);
    }
    site::Done done;
    // A browser without script previews in the form itself (actie=voorbeeld); this address is the script's.
    done.location = "/gesprekken";
    done.model = nlohmann::json{{"html", render_post(context.tx, body)}};
    return done;
}

}  // namespace forum::discussion
