#include "live/outbox.hpp"

#include <gtest/gtest.h>

#include <random>

namespace forum::live {
namespace {

Bytes bytes(std::string text) { return std::make_shared<const std::string>(std::move(text)); }

std::string waiting(const Outbox& outbox) {
    Outbox::Buffers buffers;
    const std::size_t count = outbox.gather(buffers);
    std::string result;
    for (std::size_t i = 0; i < count; ++i) {
        result.append(static_cast<const char*>(buffers[i].data()), buffers[i].size());
    }
    return result;
}

TEST(Outbox, KeepsOrderThroughPartialWrites) {
    Outbox outbox;
    for (const char* text : {"one", "two", "three"}) {
        outbox.push(bytes(text));
    }
    EXPECT_EQ(outbox.bytes(), 11U);
    EXPECT_EQ(waiting(outbox), "onetwothree");
    outbox.consume(1);
    EXPECT_EQ(waiting(outbox), "netwothree");
    outbox.consume(3);
    EXPECT_EQ(waiting(outbox), "wothree");
    EXPECT_EQ(outbox.bytes(), 7U);
    outbox.consume(2);
    EXPECT_EQ(waiting(outbox), "three");
    outbox.consume(5);
    EXPECT_TRUE(outbox.empty());
    EXPECT_EQ(outbox.bytes(), 0U);
}

TEST(Outbox, DropsAllButAFrameThatHasBegun) {
    Outbox outbox;
    outbox.push(bytes("one"));
    outbox.push(bytes("two"));
    outbox.consume(1);
    outbox.drop_unwritten();
    EXPECT_EQ(waiting(outbox), "ne");
    EXPECT_EQ(outbox.bytes(), 2U);
    outbox.consume(2);
    outbox.push(bytes("three"));
    outbox.drop_unwritten();
    EXPECT_TRUE(outbox.empty());
    EXPECT_EQ(outbox.bytes(), 0U);
}

TEST(Outbox, IsAQueueWhateverIsWritten) {
    std::mt19937 random{7};
    Outbox outbox;
    std::string model;
    for (int step = 0; step < 20'000; ++step) {
        if (random() % 2 == 0) {
            const std::string text(1 + random() % 9, static_cast<char>('a' + random() % 26));
            outbox.push(bytes(text));
            model += text;
        } else if (!model.empty()) {
            const std::size_t size = 1 + random() % std::min<std::size_t>(model.size(), 30);
            ASSERT_EQ(waiting(outbox).substr(0, size), model.substr(0, size));
            outbox.consume(size);
            model.erase(0, size);
        }
        ASSERT_EQ(outbox.bytes(), model.size());
        ASSERT_EQ(outbox.empty(), model.empty());
    }
}

}  // namespace
}  // namespace forum::live
