// Who the visitor really is when a proxy stands in front: address and https. Rule: what a request says about itself
// counts only as far as the proxies that we trust say it.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/request.hpp"

namespace forum::http {

class TrustedProxies {
public:
    /// Addresses ("127.0.0.1", "::1") and networks ("10.0.0.0/8"). Throws std::invalid_argument for anything else.
    explicit TrustedProxies(const std::vector<std::string>& proxies);

    bool trusts(const boost::asio::ip::address& address) const;

    struct Origin {
        boost::asio::ip::address address;
        bool is_secure{false};
    };
    /// The last address of X-Forwarded-For or Forwarded (RFC 7239) that we do not trust, seen from `peer`; the nearest one
    /// known when an entry cannot be read. Both headers present and not of one mind: one of them came from the visitor
    /// himself, so it is the peer. Secure when the last X-Forwarded-Proto, or Forwarded's last proto, is https.
    Origin resolve(const boost::asio::ip::address& peer, const Pairs& headers) const;
    /// Its `is_secure` alone, for a head that is not copied yet.
    bool is_secure(const boost::asio::ip::address& peer, std::span<const std::pair<std::string_view, std::string_view>> headers) const;

private:
    struct Network {
        boost::asio::ip::address_v6::bytes_type bytes;
        unsigned bits;
    };
    std::vector<Network> networks_;
};

/// An address that IPv6 wraps around an IPv4 one ("::ffff:192.0.2.1") as that IPv4 address; others as they are.
boost::asio::ip::address unmapped(const boost::asio::ip::address& address);

}  // namespace forum::http
