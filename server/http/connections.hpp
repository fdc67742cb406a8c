// Counts the open connections, in all and per address. Rule: a place is given back when its ticket is destroyed, on
// whatever thread that happens, also after the socket has left HTTP.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>

namespace forum::http {

class Connections : public std::enable_shared_from_this<Connections> {
public:
    Connections(std::size_t limit, std::size_t limit_per_address) : limit_{limit}, limit_per_address_{limit_per_address} {}

    enum class Source { visitor, many };

    /// A place, or nothing when one of the limits is reached. An IPv6 visitor is counted by his /64, which is one
    /// household's; an address that stands for many visitors has no limit of its own.
    std::shared_ptr<void> enter(const boost::asio::ip::address& address, Source source);

    std::size_t open() const;

private:
    void leave(const boost::asio::ip::address& key);

    const std::size_t limit_;
    const std::size_t limit_per_address_;
    mutable std::mutex mutex_;
    std::size_t open_{0};
    std::map<boost::asio::ip::address, std::size_t> by_address_;
};

}  // namespace forum::http
