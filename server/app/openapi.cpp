#include "app/openapi.hpp"

#include <fstream>
#include <iterator>
#include <stdexcept>

#include "site/headers.hpp"

namespace forum::app {

void add_openapi(site::Routes& routes, const std::string& web_folder) {
    std::ifstream in{web_folder + "/openapi.json", std::ios::binary};
    if (!in) {
        throw std::runtime_error{"cannot read " + web_folder + "/openapi.json; web/build.mjs makes it"};
    }
    std::string document{std::istreambuf_iterator<char>{in}, {}};
    routes.raw("app.openapi", http::Method::get, "/api/v1/openapi.json",
               [document = std::move(document)](const http::Request& request, const http::PathValues&) {
                   http::Reply reply;
                   site::add_api_headers(reply, request.is_secure);
                   reply.set("Content-Type", "application/json").set("Cache-Control", "no-cache");
                   // Open to every site, as the rule says: it holds nothing of anyone.
                   reply.set("Access-Control-Allow-Origin", "*");
                   reply.body = document;
                   return reply;
               });
}

}  // namespace forum::app
