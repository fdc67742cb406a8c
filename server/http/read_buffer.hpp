// The bytes of one connection that were read and not yet used. Rule: views into `unread` are good until make_room.
#pragma once

#include <boost/asio/buffer.hpp>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace forum::http {

class ReadBuffer {
public:
    /// Grows up to `most` bytes when one request needs it.
    explicit ReadBuffer(std::size_t most)
        : most_{most}, capacity_{std::min(first_capacity, most)}, bytes_{std::make_unique_for_overwrite<char[]>(capacity_)} {}

    std::string_view unread() const { return {bytes_.get() + begin_, end_ - begin_}; }
    void drop(std::size_t count) { begin_ += count; }
    void drop_all() { begin_ = end_ = 0; }

    /// False when all `most` bytes are unread.
    bool make_room();
    /// Where the next bytes go; `filled` says how many came.
    boost::asio::mutable_buffer room() { return {bytes_.get() + end_, capacity_ - end_}; }
    void filled(std::size_t count) { end_ += count; }

private:
    static constexpr std::size_t first_capacity = 4 * 1024;

    std::size_t most_;
    std::size_t capacity_;
    std::unique_ptr<char[]> bytes_;
    std::size_t begin_{0};
    std::size_t end_{0};
};

inline bool ReadBuffer::make_room() {
    if (begin_ == end_) {
        drop_all();
    }
    if (end_ < capacity_) {
        return true;
    }
    if (begin_ > 0) {
        std::memmove(bytes_.get(), bytes_.get() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
        return true;
    }
    if (capacity_ >= most_) {
        return false;
    }
    const auto larger = std::min(capacity_ * 4, most_);
    auto bytes = std::make_unique_for_overwrite<char[]>(larger);
    std::memcpy(bytes.get(), bytes_.get(), end_);
    bytes_ = std::move(bytes);
    capacity_ = larger;
    return true;
}

}  // namespace forum::http
