// What discussion needs from other rooms to do its work, handed over once by app. Rule: everything here lives as long as the
// server and may be used from any worker thread.
#pragma once

#include "discussion/publication_gate.hpp"
#include "live/announce.hpp"
#include "places/directory.hpp"
#include "site/page.hpp"
#include "view/templates.hpp"

namespace forum::discussion {

struct Services {
    const places::Directory& places;
    const view::Templates& texts;
    const live::Announcer& announcer;
    PublicationGate& gate;
};

/// The text `key` of web/texts in the reader's language, with `arguments` (a JSON object) in it.
std::string say(const site::PageContext& context, const Services& services, const std::string& key);
std::string say(const site::PageContext& context, const Services& services, const std::string& key, const nlohmann::json& arguments);

}  // namespace forum::discussion
