// What an author is told before he writes: that a moderator reads it first, and why. Rule: it says no more than what the gate will do.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "discussion/services.hpp"
#include "discussion/thread_store.hpp"

namespace forum::discussion {

/// Of these, what holds a text about that.
std::vector<StandingHold> that_apply(std::vector<StandingHold> holds, const ThreadPlace& place);

/// Writes isHeld and held[].text: why a text of this viewer waits, as sentences; none for a guest. `thread`: where he will write; none for
/// a new one, whose author is told of every place. `own_key`: the text for whose own texts wait wherever he writes. One query while
/// anything is held that may touch him.
void put_held(nlohmann::json& model, const site::PageContext& context, const Services& services, base::ThreadId thread,
              const char* own_key);

}  // namespace forum::discussion
