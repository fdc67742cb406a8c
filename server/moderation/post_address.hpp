// Which post an address means, as somebody copied it from his browser. Rule: says nothing about whether the post is there.
#pragma once

#include <optional>
#include <string_view>

#include "base/ids.hpp"

namespace forum::moderation {

struct PostAddress {
    base::ThreadId thread;
    int number;  ///< 1 when the address is that of the whole thread
};

/// "https://<host>/gesprekken/12/hallo?pagina=2#bericht-25", "/gesprekken/12/berichten/25", with or without scheme and host.
/// Nothing for another host and for what is no address of a thread or post.
std::optional<PostAddress> parse_post_address(std::string_view text, std::string_view host);

}  // namespace forum::moderation
