// The files that web/build.mjs made, ready to send: styles, scripts, fonts, with hashed names and for ever. Rule: loaded
// once at start; the name holds the content's hash, so a browser never asks twice.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "http/reply.hpp"

namespace forum::site {

class Assets {
public:
    /// Reads `<folder>/assets` (with the .br and .gz beside each file) and `<folder>/503.html`, robots.txt, favicon.svg.
    /// Throws std::runtime_error when the folder is not there.
    explicit Assets(const std::string& folder);

    /// The answer for "/assets/forum-1a2b.css", "/robots.txt" or "/favicon.svg"; null when there is none.
    std::shared_ptr<const http::PreparedReply> find(std::string_view path) const;

    /// The page for when nothing else works.
    const std::string& unavailable_page() const { return unavailable_page_; }

private:
    std::unordered_map<std::string, std::shared_ptr<const http::PreparedReply>> files_;
    std::string unavailable_page_;
};

}  // namespace forum::site
