#include "discussion/services.hpp"

#include <nlohmann/json.hpp>

namespace forum::discussion {

std::string say(const site::PageContext& context, const Services& services, const std::string& key) {
    return say(context, services, key, nlohmann::json::object());
}

std::string say(const site::PageContext& context, const Services& services, const std::string& key, const nlohmann::json& arguments) {
    return services.texts.text(key, context.language, arguments);
}

}  // namespace forum::discussion
