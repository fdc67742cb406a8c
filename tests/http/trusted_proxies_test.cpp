#include "http/trusted_proxies.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace forum::http {
namespace {

using boost::asio::ip::make_address;

TEST(TrustedProxies, are_addresses_and_networks) {
    const TrustedProxies proxies{{"127.0.0.1", "10.1.0.0/16", "192.0.2.128/25", "2001:db8::/33", "::1"}};
    for (const auto* address : {"127.0.0.1", "10.1.0.0", "10.1.255.255", "192.0.2.128", "192.0.2.255", "2001:db8::", "2001:db8:7fff::1",
                                "::1", "::ffff:10.1.2.3"}) {
        EXPECT_TRUE(proxies.trusts(make_address(address))) << address;
    }
    for (const auto* address :
         {"127.0.0.2", "10.2.0.0", "192.0.2.127", "192.0.3.128", "2001:db8:8000::", "2001:db9::", "::2", "::", "0.0.0.0"}) {
        EXPECT_FALSE(proxies.trusts(make_address(address))) << address;
    }
    EXPECT_TRUE(TrustedProxies{{"0.0.0.0/0"}}.trusts(make_address("203.0.113.1")));
    EXPECT_FALSE(TrustedProxies{{"0.0.0.0/0"}}.trusts(make_address("2001:db8::1")));
    EXPECT_FALSE(TrustedProxies{{}}.trusts(make_address("127.0.0.1")));
}

TEST(TrustedProxies, refuse_what_is_no_network) {
    for (const auto* text :
         {"", "localhost", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x", "::/129", "1.2.3", "10.0.0.0/8/8"}) {
        EXPECT_THROW((TrustedProxies{{text}}), std::invalid_argument) << text;
    }
}

struct ProxyCase {
    std::string what, peer;
    Pairs headers;
    std::string address;
    bool is_secure{false};
};

TEST(TrustedProxies, lead_to_the_visitor) {
    const TrustedProxies proxies{{"10.0.0.0/8", "::1"}};
    for (const auto& [what, peer, headers, address, is_secure] : std::vector<ProxyCase>{
             {"no proxy", "203.0.113.1", {}, "203.0.113.1"},
             {"a visitor who claims to be a proxy",
              "203.0.113.1",
              {{"x-forwarded-for", "10.0.0.9"}, {"x-forwarded-proto", "https"}},
              "203.0.113.1"},
             {"a proxy without a header", "10.0.0.1", {}, "10.0.0.1"},
             {"one proxy", "10.0.0.1", {{"x-forwarded-for", "203.0.113.7"}}, "203.0.113.7"},
             {"two proxies", "10.0.0.1", {{"x-forwarded-for", "203.0.113.7, 10.0.0.2"}}, "203.0.113.7"},
             {"an entry made up by the visitor", "10.0.0.1", {{"x-forwarded-for", "1.1.1.1, 203.0.113.7"}}, "203.0.113.7"},
             {"a trusted address made up by the visitor",
              "10.0.0.1",
              {{"x-forwarded-for", "10.0.0.5, 203.0.113.7, 10.0.0.2"}},
              "203.0.113.7"},
             {"only proxies", "10.0.0.1", {{"x-forwarded-for", "10.0.0.3, 10.0.0.2"}}, "10.0.0.3"},
             {"the header twice", "10.0.0.1", {{"x-forwarded-for", "1.1.1.1"}, {"x-forwarded-for", "203.0.113.7"}}, "203.0.113.7"},
             {"garbage", "10.0.0.1", {{"x-forwarded-for", "203.0.113.7, nonsense"}}, "10.0.0.1"},
             {"garbage further on", "10.0.0.1", {{"x-forwarded-for", "nonsense, 10.0.0.2"}}, "10.0.0.2"},
             {"empty elements", "10.0.0.1", {{"x-forwarded-for", ", 203.0.113.7,, "}}, "203.0.113.7"},
             {"an empty header", "10.0.0.1", {{"x-forwarded-for", ""}}, "10.0.0.1"},
             {"a port", "10.0.0.1", {{"x-forwarded-for", "203.0.113.7:4711"}}, "203.0.113.7"},
             {"IPv6", "::1", {{"x-forwarded-for", "2001:db8::7"}}, "2001:db8::7"},
             {"IPv6 with a port", "::1", {{"x-forwarded-for", "[2001:db8::7]:4711"}}, "2001:db8::7"},
             {"IPv4 wrapped in IPv6", "::1", {{"x-forwarded-for", "::ffff:203.0.113.7"}}, "203.0.113.7"},

             {"Forwarded", "10.0.0.1", {{"forwarded", "for=203.0.113.7;proto=https;by=10.0.0.1"}}, "203.0.113.7", true},
             {"Forwarded, quoted", "10.0.0.1", {{"forwarded", "proto=http;For=\"[2001:db8::7]:47011\""}}, "2001:db8::7"},
             {"Forwarded by two",
              "10.0.0.1",
              {{"forwarded", "for=1.1.1.1;proto=https, for=203.0.113.7;proto=http"}, {"forwarded", "for=10.0.0.2"}},
              "203.0.113.7"},
             {"Forwarded with a hidden name", "10.0.0.1", {{"forwarded", "for=203.0.113.7, for=_hidden"}}, "10.0.0.1"},
             {"Forwarded without for", "10.0.0.1", {{"forwarded", "proto=https"}}, "10.0.0.1", true},
             {"both of one mind", "10.0.0.1", {{"forwarded", "for=203.0.113.7"}, {"x-forwarded-for", "203.0.113.7"}}, "203.0.113.7"},
             {"both of two minds: one came from the visitor",
              "10.0.0.1",
              {{"forwarded", "for=1.1.1.1"}, {"x-forwarded-for", "203.0.113.7"}},
              "10.0.0.1"},

             {"https at the proxy", "10.0.0.1", {{"x-forwarded-proto", "https"}}, "10.0.0.1", true},
             {"HTTPS", "10.0.0.1", {{"x-forwarded-proto", "HTTPS"}}, "10.0.0.1", true},
             {"http at the proxy", "10.0.0.1", {{"x-forwarded-proto", "http"}}, "10.0.0.1"},
             {"the last proxy says http", "10.0.0.1", {{"x-forwarded-proto", "https, http"}}, "10.0.0.1"},
             {"the visitor wrote the first", "10.0.0.1", {{"x-forwarded-proto", "http, https"}}, "10.0.0.1", true},
         }) {
        SCOPED_TRACE(what);
        const auto origin = proxies.resolve(make_address(peer), headers);
        EXPECT_EQ(origin.address.to_string(), address);
        EXPECT_EQ(origin.is_secure, is_secure);
        std::vector<std::pair<std::string_view, std::string_view>> views;
        for (const auto& [name, value] : headers) {
            views.emplace_back(name == "x-forwarded-proto" ? std::string_view{"X-Forwarded-Proto"} : name, value);
        }
        EXPECT_EQ(proxies.is_secure(make_address(peer), views), is_secure);
    }
}

}  // namespace
}  // namespace forum::http
