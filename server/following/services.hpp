// What following needs from other rooms, handed over once by app. Rule: everything here lives as long as the server and may be
// used from any worker thread; what belongs to a room beside it comes in as a function.
#pragma once

#include <functional>

#include "discussion/services.hpp"

namespace forum::following {

struct Services {
    const discussion::Services& discussion;
    /// How many of the viewer's posts wait for something that he must do (a moderator asked for a change). They stand on the page of
    /// notices and in its count until he has done it.
    std::function<int(db::Tx&, const access::Viewer&)> count_tasks;
};

}  // namespace forum::following
