// What waits to be written to one follower. Rule: bounded by whoever fills it; the bytes are shared, never copied.
#pragma once

#include <array>
#include <boost/asio/buffer.hpp>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "live/message.hpp"

namespace forum::live {

/// Mostly holds one frame for a moment; that one lies within, so a fan-out allocates nothing per follower.
class Outbox {
public:
    static constexpr std::size_t gather_limit = 64;  // what Asio passes to the kernel in one call
    using Buffers = std::array<boost::asio::const_buffer, gather_limit>;

    bool empty() const { return !first_; }
    std::size_t bytes() const { return bytes_; }

    void push(Bytes frame) {
        bytes_ += static_cast<std::uint32_t>(frame->size());
        if (!first_) {
            first_ = std::move(frame);
        } else {
            rest_.push_back(std::move(frame));
        }
    }

    /// One frame waits, as in a fan-out: front() is all there is.
    bool has_one() const { return first_ && rest_.empty(); }
    /// What is left of the first frame; not of an empty outbox.
    boost::asio::const_buffer front() const { return boost::asio::buffer(*first_) + written_; }

    /// The first frames as buffers for one gathering write; how many of `buffers` were set.
    std::size_t gather(Buffers& buffers) const {
        if (!first_) {
            return 0;
        }
        buffers[0] = front();
        std::size_t count = 1;
        for (; count < gather_limit && count <= rest_.size(); ++count) {
            buffers[count] = boost::asio::buffer(*rest_[count - 1]);
        }
        return count;
    }

    /// `size` bytes were written, at most bytes().
    void consume(std::size_t size) {
        bytes_ -= static_cast<std::uint32_t>(size);
        size += written_;
        written_ = 0;
        if (!first_ || size < first_->size()) {  // a part of the first, or nothing at all
            written_ = static_cast<std::uint32_t>(size);
            return;
        }
        size -= first_->size();
        first_.reset();
        if (rest_.empty()) {
            return;
        }
        std::size_t done = 0;
        while (done < rest_.size() && size >= rest_[done]->size()) {
            size -= rest_[done]->size();
            ++done;
        }
        if (done == rest_.size()) {
            rest_ = {};  // an idle follower stays small
            return;
        }
        first_ = std::move(rest_[done]);
        written_ = static_cast<std::uint32_t>(size);
        rest_.erase(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(done) + 1);
    }

    /// Forgets all but a frame of which a part was written, since half a frame cannot be taken back.
    void drop_unwritten() {
        rest_ = {};
        if (written_ == 0) {
            first_.reset();
        }
        bytes_ = first_ ? static_cast<std::uint32_t>(first_->size()) - written_ : 0;
    }

private:
    Bytes first_;
    std::uint32_t written_{0};  // bytes of the first frame
    std::uint32_t bytes_{0};
    std::vector<Bytes> rest_;
};

}  // namespace forum::live
