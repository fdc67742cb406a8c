// Names behind an "@" in a text: members and municipalities become links when the text is written. Rule: a name is linked only when it can
// be no other; two members of one name are told apart by their municipality, "@Jan Jansen (Westland)".
#pragma once

#include <string>
#include <string_view>

#include "db/tx.hpp"
#include "discussion/post_view.hpp"

namespace forum::discussion {

/// A post's markdown as safe HTML (view/markdown) with its mentions as links to /leden/{id} and /gemeenten/{code}. A text without "@" costs
/// no query, another one. Whoever is told of mentions reads them from this HTML (sql/replaceable/30_notices.sql).
std::string render_post(db::Tx& tx, std::string_view markdown, RoundTrip trip = RoundTrip::in_transaction);

}  // namespace forum::discussion
