// Serves the description of the API at the address where the NL API Design Rules expect it (/core/publish-openapi).
// Rule: web/openapi.json is written by hand, and tests/flows holds it against what the server answers.
#pragma once

#include <string>

#include "site/routes.hpp"

namespace forum::app {

/// GET /api/v1/openapi.json: the file of the built web folder, read once. Throws std::runtime_error when it is not there.
void add_openapi(site::Routes& routes, const std::string& web_folder);

}  // namespace forum::app
