// Refuses changes that another site asks for in a visitor's name. Rule: asked before every unsafe method, before anything else
// is done with the request.
#pragma once

#include <string>

#include "http/request.hpp"

namespace forum::access {

/// Throws Problem{foreign_origin} unless the request comes from the site itself: `Sec-Fetch-Site: same-origin` (or none:
/// typed by the person), else an `Origin` equal to `public_origin` (or to the Host when that is ""). A client that sends
/// neither header is no browser and carries no cookies by accident (contract.md).
void check_same_origin(const http::Request& request, const std::string& public_origin);

}  // namespace forum::access
