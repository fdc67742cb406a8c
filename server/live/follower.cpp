#include "live/follower.hpp"

#include <algorithm>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <span>
#include <sys/socket.h>
#include <utility>

#include "live/message.hpp"
#include "live/shard.hpp"

namespace forum::live {

namespace asio = boost::asio;

namespace {

constexpr std::uint16_t budget_limit = 400;  // a page with 200 topics may follow them all at once
constexpr std::uint32_t budget_per_second = 20;
constexpr std::uint8_t strikes_limit = 10;
constexpr std::uint32_t closing_seconds = 5;
constexpr int send_buffer_bytes = 128 * 1024;  // the kernel's own part of what a slow reader can hold
constexpr unsigned unacknowledged_milliseconds = 60'000;

}  // namespace

Follower::Follower(std::shared_ptr<Shard> shard, asio::ip::tcp::socket socket, std::shared_ptr<void> place, Travel travel, std::uint64_t id)
    : travel_{travel},
      socket_{std::move(socket)},
      shard_{std::move(shard)},
      place_{std::move(place)},
      id_{id},
      heard_at_{shard_->seconds()},
      budget_at_{heard_at_},
      budget_{budget_limit} {
    boost::system::error_code ignored;
    socket_.non_blocking(true, ignored);
    socket_.set_option(asio::ip::tcp::no_delay{true}, ignored);
    socket_.set_option(asio::socket_base::send_buffer_size{send_buffer_bytes}, ignored);
    // A peer that is gone without a word is found by TCP itself, also on an event stream, where nothing comes back.
    ::setsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT, &unacknowledged_milliseconds, sizeof unacknowledged_milliseconds);
}

void Follower::push_frame(Bytes frame) {
    outbox_.push(std::move(frame));
    shard_->wants_flush(*this);
}

void Follower::push_bytes(std::string bytes) { push_frame(std::make_shared<const std::string>(std::move(bytes))); }

void Follower::push(const Message& message) {
    if (state_ != State::open) {
        return;
    }
    const Bytes& frame = frame_of(message);
    if (!has_room_for(frame->size()) && !waits_writable_) {
        write_waiting();  // much at once makes nobody slow: that is whose socket takes no more
    }
    if (!has_room_for(frame->size())) {
        shard_->figures().dropped.fetch_add(1, std::memory_order_relaxed);
        outbox_.drop_unwritten();
        close(CloseCode::resync, "too slow");
        return;
    }
    push_frame(frame);
}

const Bytes& Follower::frame_of(const Message& message) const {
    return travel_ == Travel::web_socket ? message.web_socket : message.event_stream;
}

bool Follower::has_room_for(std::size_t bytes) const {
    return outbox_.empty() || outbox_.bytes() + bytes <= shard_->options().outbox_bytes;
}

bool Follower::has_room_for(const std::vector<Outgoing>& replay) const {
    std::size_t bytes = 0;
    for (const Outgoing& event : replay) {
        bytes += event.message ? frame_of(*event.message)->size() : 0;
    }
    const std::size_t limit = shard_->options().outbox_bytes;
    return 2 * bytes <= limit - std::min<std::size_t>(limit, outbox_.bytes());
}

void Follower::say(std::string_view json) { push(*make_message(json)); }

void Follower::flush() {
    if (state_ == State::ended || waits_writable_) {
        return;
    }
    const boost::system::error_code error = write_waiting();
    if (error == asio::error::would_block) {
        wait_writable();
        return;
    }
    if (error) {
        end();
        return;
    }
    if (state_ == State::closing) {
        if (says_last_word_ || !is_reading_ || travel_ == Travel::event_stream) {
            end();
            return;
        }
        // Reading goes on until he closes too: closing with his bytes unread would reset the connection, and our last
        // words could be lost with it.
        boost::system::error_code ignored;
        socket_.shutdown(asio::socket_base::shutdown_send, ignored);
    }
}

boost::system::error_code Follower::write_waiting() {
    boost::system::error_code error;
    while (!outbox_.empty() && !error) {
        outbox_.consume(write_once(error));
    }
    return error;
}

std::size_t Follower::write_once(boost::system::error_code& error) {
    if (outbox_.has_one()) {
        return socket_.write_some(outbox_.front(), error);  // without a list of buffers to fill
    }
    Outbox::Buffers buffers;
    const std::size_t count = outbox_.gather(buffers);
    return socket_.write_some(std::span{buffers.data(), count}, error);
}

void Follower::wait_writable() {
    waits_writable_ = true;
    socket_.async_wait(asio::socket_base::wait_write, [self = shared_from_this()](const boost::system::error_code& error) {
        self->waits_writable_ = false;
        if (!error) {
            self->flush();
        }
    });
}

void Follower::start_reading(std::string leftover) {
    is_reading_ = true;
    if (!leftover.empty()) {
        take_input(leftover.data(), leftover.size());
    }
    wait_readable();
}

void Follower::wait_readable() {
    if (state_ == State::ended) {
        return;
    }
    socket_.async_wait(asio::socket_base::wait_read, [self = shared_from_this()](const boost::system::error_code& error) {
        if (!error) {
            self->on_readable();
        }
    });
}

void Follower::on_readable() {
    if (state_ == State::ended) {
        return;
    }
    const std::span<char> buffer = shard_->read_buffer();
    boost::system::error_code error;
    const std::size_t size = socket_.read_some(asio::buffer(buffer.data(), buffer.size()), error);
    if (error && error != asio::error::would_block) {
        end();  // he left: end of file, reset
        return;
    }
    if (size > 0) {
        heard_at_ = shard_->seconds();
        take_input(buffer.data(), size);
    }
    wait_readable();
}

void Follower::take_input(char* bytes, std::size_t size) {
    if (state_ != State::open || travel_ == Travel::event_stream) {
        return;  // read only to see the end
    }
    const FrameReader::Result result = reader_.read(bytes, size, shard_->options().message_bytes, *this);
    if (auto pong = shard_->take_pong(); pong && state_ == State::open) {
        push_bytes(server_frame(Opcode::pong, *pong));
    }
    if (result.is_broken) {
        close(result.code, result.reason);
    } else if (!spend(result.frames)) {
        close(CloseCode::policy_violation, "too many messages");
    }
}

// Enough for a page that begins or a reader who types; a flood empties it.
bool Follower::spend(std::size_t frames) {
    const std::uint32_t now = shard_->seconds();
    const std::uint32_t earned = (now - budget_at_) * budget_per_second;
    budget_at_ = now;
    budget_ = static_cast<std::uint16_t>(std::min<std::uint32_t>(budget_limit, budget_ + earned));
    if (frames > budget_) {
        return false;
    }
    budget_ = static_cast<std::uint16_t>(budget_ - frames);
    return true;
}

bool Follower::on_text(std::string_view message) {
    shard_->hear(*this, message);
    return state_ == State::open;
}

bool Follower::on_ping(std::string_view payload) {
    shard_->keep_pong(payload);  // of several pings in one portion only the last is answered (RFC 6455 section 5.5.3)
    return true;
}

bool Follower::on_pong(std::string_view) { return true; }

bool Follower::on_close(std::uint16_t code, std::string_view) {
    says_last_word_ = true;
    close(code == 1005 ? CloseCode::normal : static_cast<CloseCode>(code));
    return false;
}

void Follower::close(CloseCode code, std::string_view reason) {
    if (state_ != State::open) {
        return;
    }
    // His topics are left when the shard flushes: this may be called while one of them goes through its followers.
    state_ = State::closing;
    deadline_ = shard_->seconds() + closing_seconds;
    if (travel_ == Travel::web_socket) {
        push_bytes(close_frame(code, reason));
    }
    shard_->wants_flush(*this);
}

bool Follower::strike() {
    if (++strikes_ >= strikes_limit) {
        close(CloseCode::policy_violation, "not understood");
    }
    return state_ == State::open;
}

void Follower::beat(const Message& beat, std::uint32_t now, std::uint32_t heartbeat) {
    static const Bytes ping = std::make_shared<const std::string>(server_frame(Opcode::ping, {}));
    if (state_ != State::open) {
        return;
    }
    if (travel_ == Travel::web_socket) {
        if (now - heard_at_ > 2 * heartbeat) {
            end();  // two pings without any answer
            return;
        }
        push_frame(ping);
    }
    strikes_ = strikes_ > 0 ? static_cast<std::uint8_t>(strikes_ - 1) : strikes_;
    push(beat);
}

void Follower::check_deadline(std::uint32_t now) {
    if (state_ == State::closing && now >= deadline_) {
        end();
    }
}

void Follower::end() {
    if (state_ == State::ended) {
        return;
    }
    state_ = State::ended;
    boost::system::error_code ignored;
    socket_.close(ignored);
    place_.reset();
    shard_->forget(*this);
}

}  // namespace forum::live
