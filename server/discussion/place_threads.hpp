// What the pages of places show of discussions. Rule: the same filter as the list of threads, so that a count there equals the
// rows behind its link.
#pragma once

#include "discussion/services.hpp"
#include "places/thread_source.hpp"

namespace forum::discussion {

/// Keeps references to `texts` and `places`.
places::ThreadSource thread_source(const view::Templates& texts, const places::Directory& places);

}  // namespace forum::discussion
