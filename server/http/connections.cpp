#include "http/connections.hpp"

#include <algorithm>

namespace forum::http {

namespace ip = boost::asio::ip;

namespace {

ip::address key_of(const ip::address& address) {
    if (address.is_v4()) {
        return address;
    }
    auto bytes = address.to_v6().to_bytes();
    std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
    return ip::address_v6{bytes};
}

}  // namespace

std::shared_ptr<void> Connections::enter(const ip::address& address, Source source) {
    const auto key = key_of(address);
    {
        const std::lock_guard lock{mutex_};
        if (open_ >= limit_) {
            return nullptr;
        }
        auto& count = by_address_[key];
        if (source == Source::visitor && count >= limit_per_address_) {
            return nullptr;
        }
        ++open_;
        ++count;
    }
    return {this, [self = shared_from_this(), key](void*) { self->leave(key); }};
}

void Connections::leave(const ip::address& key) {
    const std::lock_guard lock{mutex_};
    --open_;
    const auto found = by_address_.find(key);
    if (--found->second == 0) {
        by_address_.erase(found);
    }
}

std::size_t Connections::open() const {
    const std::lock_guard lock{mutex_};
    return open_;
}

}  // namespace forum::http
