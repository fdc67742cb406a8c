// A browser by a name that its owner knows ("Firefox, Windows"), for the list of his sessions. Rule: a guess from a
// fixed list of words; nothing that the browser sent is stored as it is.
#pragma once

#include <string>
#include <string_view>

namespace forum::members {

/// "" when neither browser nor system is known.
std::string device_name(std::string_view user_agent);

}  // namespace forum::members
