#include "http/trusted_proxies.hpp"

#include <boost/system/error_code.hpp>
#include <charconv>
#include <optional>
#include <stdexcept>

#include "http/syntax.hpp"

namespace forum::http {

namespace ip = boost::asio::ip;

namespace {

constexpr unsigned mapped_prefix = 96;

// IPv4 as its IPv6 form, so that one comparison serves both.
ip::address_v6::bytes_type bytes_of(const ip::address& address) {
    return address.is_v4() ? ip::make_address_v6(ip::v4_mapped, address.to_v4()).to_bytes() : address.to_v6().to_bytes();
}

std::optional<ip::address> parse_address(std::string_view text) {
    boost::system::error_code error;
    const auto address = ip::make_address(std::string{text}, error);
    return error ? std::nullopt : std::optional{unmapped(address)};
}

// "192.0.2.1", "192.0.2.1:4711", "[2001:db8::1]:4711", "2001:db8::1", each maybe in double quotes.
std::optional<ip::address> parse_node(std::string_view text) {
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
        text = text.substr(1, text.size() - 2);
    }
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        return end == std::string_view::npos ? std::nullopt : parse_address(text.substr(1, end - 1));
    }
    const auto colon = text.find(':');
    const bool has_port = colon != std::string_view::npos && text.find(':', colon + 1) == std::string_view::npos;
    return parse_address(has_port ? text.substr(0, colon) : text);
}

// The values of a list header in the order in which the proxies added them.
template <class Headers>
std::vector<std::string_view> elements_of(const Headers& headers, std::string_view wanted) {
    std::vector<std::string_view> elements;
    for (const auto& [name, value] : headers) {
        if (equals_ignoring_case(name, wanted)) {
            for (std::string_view rest = value; !rest.empty();) {
                if (const auto element = next_element(rest, ','); !element.empty()) {
                    elements.push_back(element);
                }
            }
        }
    }
    return elements;
}

std::string_view parameter_of(std::string_view element, std::string_view wanted) {
    while (!element.empty()) {
        const auto pair = next_element(element, ';');
        const auto equals = pair.find('=');
        if (equals != std::string_view::npos && equals_ignoring_case(pair.substr(0, equals), wanted)) {
            return pair.substr(equals + 1);
        }
    }
    return {};
}

bool is_https(std::string_view value) { return equals_ignoring_case(value, "https") || equals_ignoring_case(value, "\"https\""); }

template <class Headers>
bool says_https(const Headers& headers) {
    const auto protos = elements_of(headers, "x-forwarded-proto");
    if (!protos.empty()) {
        return is_https(protos.back());
    }
    const auto forwarded = elements_of(headers, "forwarded");
    return !forwarded.empty() && is_https(parameter_of(forwarded.back(), "proto"));
}

}  // namespace

ip::address unmapped(const ip::address& address) {
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
        return ip::make_address_v4(ip::v4_mapped, address.to_v6());
    }
    return address;
}

TrustedProxies::TrustedProxies(const std::vector<std::string>& proxies) {
    for (const std::string_view proxy : proxies) {
        const auto slash = proxy.find('/');
        const auto address = parse_address(proxy.substr(0, slash));
        const unsigned width = address && address->is_v4() ? 32 : 128;
        unsigned bits = width;
        bool is_good = address.has_value();
        if (slash != std::string_view::npos) {
            const auto text = proxy.substr(slash + 1);
            const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bits);
            is_good = is_good && error == std::errc{} && end == text.data() + text.size() && bits <= width;
        }
        if (!is_good) {
            throw std::invalid_argument{"not an address or network: " + std::string{proxy}};
        }
        networks_.push_back({bytes_of(*address), width == 32 ? bits + mapped_prefix : bits});
    }
}

bool TrustedProxies::trusts(const ip::address& address) const {
    const auto bytes = bytes_of(address);
    for (const auto& network : networks_) {
        bool is_inside = true;
        for (unsigned bit = 0; bit < network.bits && is_inside; ++bit) {
            const auto mask = static_cast<unsigned>(0x80U >> (bit % 8));
            is_inside = ((bytes[bit / 8] ^ network.bytes[bit / 8]) & mask) == 0;
        }
        if (is_inside) {
            return true;
        }
    }
    return false;
}

TrustedProxies::Origin TrustedProxies::resolve(const ip::address& peer, const Pairs& headers) const {
    if (networks_.empty() || !trusts(peer)) {
        return {peer, false};
    }
    const auto walk = [&](const std::vector<std::string_view>& elements, auto&& node_of) {
        auto nearest = peer;
        for (auto element = elements.rbegin(); element != elements.rend() && trusts(nearest); ++element) {
            const auto address = parse_node(node_of(*element));
            if (!address) {
                break;
            }
            nearest = *address;
        }
        return nearest;
    };
    const auto forwarded_for = elements_of(headers, "x-forwarded-for");
    const auto forwarded = elements_of(headers, "forwarded");
    const auto by_list = walk(forwarded_for, [](std::string_view element) { return element; });
    const auto by_rfc = walk(forwarded, [](std::string_view element) { return parameter_of(element, "for"); });
    Origin origin{peer, says_https(headers)};
    if (forwarded.empty() || by_list == by_rfc) {
        origin.address = by_list;
    } else if (forwarded_for.empty()) {
        origin.address = by_rfc;
    }
    return origin;
}

bool TrustedProxies::is_secure(const ip::address& peer, std::span<const std::pair<std::string_view, std::string_view>> headers) const {
    return !networks_.empty() && trusts(peer) && says_https(headers);
}

}  // namespace forum::http
