// `forum check`: the promises of the state machine, asked of the data itself (features.md 4d). Rule: each line names the
// invariant and the row; no line means that all hold.
#pragma once

#include <string>
#include <vector>

#include "db/tx.hpp"

namespace forum::moderation {

std::vector<std::string> check_invariants(db::Tx& tx);

}  // namespace forum::moderation
