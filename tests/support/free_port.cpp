#include "support/free_port.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace forum::test {

std::uint16_t free_port() {
    const int file = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    // The socket interface takes every address family through this one type.
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    const bool found = file >= 0 && ::bind(file, any, length) == 0 && ::getsockname(file, any, &length) == 0;
    const int error = errno;
    ::close(file);
    if (!found) {
        throw std::system_error{error, std::generic_category(), "no free port"};
    }
    return ntohs(address.sin_port);
}

}  // namespace forum::test
