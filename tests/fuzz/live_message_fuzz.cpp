// Sources: server/live/message.cpp server/live/frame.cpp server/view/model.cpp server/base/time.cpp
// What a follower says, in any bytes. Rule held: what is taken has a topic that parses to itself and a number in its bounds; what is
// refused can be answered.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "live/frame.hpp"
#include "live/message.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace forum::live;
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    if (size > 4096 || !is_utf8(text)) {
        return 0;  // the frame reader lets neither through
    }
    ClientFault fault;
    const auto message = parse_client_message(text, fault);
    if (message) {
        const auto again = parse_topic(message->topic.name);
        if (!again || again->kind != message->topic.kind || message->since.value_or(0) < 0) {
            std::abort();
        }
    } else if (!is_utf8(say_refused(fault.topic, "bad-request"))) {
        std::abort();
    }
    stored_topic_kind(text);
    return 0;
}
