// Addresses of threads and posts that stand elsewhere now (A7): what is asked there leads on, what is sent there arrives. Rule: only
// what the viewer may see in its new place is told to have gone there; for another it is not found, as before.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "discussion/services.hpp"
#include "site/action.hpp"

namespace forum::discussion {

struct MovedTo {
    base::ThreadId thread;
    std::string slug;
    int number;  ///< of the post, there
};

/// Where the post that had this number in this thread stands now, once it was moved. A thread that was merged is where its opening
/// post is (number 1).
std::optional<MovedTo> find_moved(db::Tx& tx, const access::Viewer& viewer, base::ThreadId thread, int number);

/// `loader` for an address with {id} and perhaps {n}; what is not found there and was moved answers 301 to its new address, on
/// both faces.
site::PageLoader or_moved(site::PageLoader loader);

/// `action` for such an address, done in the new place when it is not found in the old one. What was typed is not lost by it. The path
/// then has the new values, and under `moved_from` the thread that was asked for.
site::Action or_moved(site::Action action);
constexpr std::string_view moved_from = "moved_from";

}  // namespace forum::discussion
