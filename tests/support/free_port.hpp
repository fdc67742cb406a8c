// A port on 127.0.0.1 that nobody has at this moment. Rule: prefer port 0 and asking the server; this is for programs
// that must be told their port.
#pragma once

#include <cstdint>

namespace forum::test {

std::uint16_t free_port();

}  // namespace forum::test
