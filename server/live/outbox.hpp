// What waits to be written to one follower. Rule: bounded by whoever fills it; the bytes are shared, never copied.
#pragma once

#include <array>
#include <boost/asio/buffer.hpp>
#include <cstddef>
#include <vector>

#include "live/message.hpp"

namespace forum::live {

class Outbox {
public:
    static constexpr std::size_t gather_limit = 64;  // what Asio passes to the kernel in one call
    using Buffers = std::array<boost::asio::const_buffer, gather_limit>;

    bool empty() const { return frames_.empty(); }
    std::size_t bytes() const { return bytes_; }

    void push(Bytes frame) {
        bytes_ += frame->size();
        frames_.push_back(std::move(frame));
    }

    /// The first frames as buffers for one gathering write; how many of `buffers` were set.
    std::size_t gather(Buffers& buffers) const {
        const std::size_t count = frames_.size() < gather_limit ? frames_.size() : gather_limit;
        for (std::size_t i = 0; i < count; ++i) {
            buffers[i] = boost::asio::buffer(*frames_[i]);
        }
        if (count > 0) {
            buffers[0] += written_;
        }
        return count;
    }

    /// `size` bytes were written.
    void consume(std::size_t size) {
        bytes_ -= size;
        size += written_;
        std::size_t done = 0;
        while (done < frames_.size() && size >= frames_[done]->size()) {
            size -= frames_[done]->size();
            ++done;
        }
        written_ = size;
        if (done == frames_.size() && frames_.capacity() > 8) {
            frames_ = {};  // after a burst: an idle follower stays small
        } else {
            frames_.erase(frames_.begin(), frames_.begin() + static_cast<std::ptrdiff_t>(done));
        }
    }

    /// Forgets all but a frame of which a part was written, since half a frame cannot be taken back.
    void drop_unwritten() {
        if (frames_.empty()) {
            return;
        }
        frames_.resize(written_ > 0 ? 1 : 0);
        bytes_ = written_ > 0 ? frames_.front()->size() - written_ : 0;
    }

private:
    std::vector<Bytes> frames_;
    std::size_t written_{0};  // bytes of the first frame
    std::size_t bytes_{0};
};

}  // namespace forum::live
