// Threads whose title looks like one that is being typed (B2, C5). Rule: only what the asker may open now.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "discussion/services.hpp"
#include "site/page.hpp"

namespace forum::discussion {

/// At most five rows, most alike first; none for a title without words that carry meaning.
nlohmann::json similar_rows(const site::PageContext& context, const Services& services, const std::string& title);

/// GET /api/v1/threads/similar?title=
site::Page load_similar(const site::PageContext& context, const Services& services);

}  // namespace forum::discussion
