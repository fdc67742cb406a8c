// What stands at the head of a thread's page: everything of its view model that is not the posts. Rule: made from the page's one
// row, without a query of its own.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "db/rows.hpp"
#include "discussion/post_view.hpp"
#include "site/page.hpp"

namespace forum::discussion {

nlohmann::json thread_json(const db::Row& row, const PostThread& thread, const site::PageContext& context, const Services& services);

}  // namespace forum::discussion
