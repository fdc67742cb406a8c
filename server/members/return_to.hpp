// Where to go after signing in. Rule: only to a page of this site, whatever the request says.
#pragma once

#include <string>
#include <string_view>

namespace forum::members {

/// `path` when it is a path on this site (one slash, no backslash, no control characters, at most 2,000 bytes) and not a page
/// about signing in; "/" otherwise.
std::string safe_return_to(std::string_view path);

}  // namespace forum::members
