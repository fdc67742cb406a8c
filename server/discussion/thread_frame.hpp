// The frame of a page that hangs under a thread: the way back to it and the place in the menu. Rule: what stands in the page itself
// is the caller's.
#pragma once

#include <string>

#include "discussion/services.hpp"
#include "discussion/thread_store.hpp"
#include "site/page.hpp"

namespace forum::discussion {

/// A page that needs its template, title and model yet. `back`: the address of the thread, or of the post in it that the page is about.
site::Page page_under(const ThreadFacts& facts, const std::string& back, const site::PageContext& context, const Services& services);

}  // namespace forum::discussion
