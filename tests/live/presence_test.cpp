#include "live/presence.hpp"

#include <gtest/gtest.h>

namespace forum::live {
namespace {

using namespace std::chrono_literals;

struct PresenceTest : ::testing::Test {
    Presence presence;
    Presence::Clock::time_point now{Presence::Clock::time_point{} + 1h};
    static Presence::Person member(std::uint64_t connection, std::int64_t id) {
        return {connection, base::MemberId{id}, "Lid " + std::to_string(id)};
    }
    static Presence::Person guest(std::uint64_t connection) { return {connection, {}, ""}; }
    std::vector<Presence::Change> changes() { return presence.take_changes(now); }
};

TEST_F(PresenceTest, CountsPeopleNotTabs) {
    presence.set("thread/1", member(1, 7), HereState::reading, now);
    presence.set("thread/1", member(2, 7), HereState::reading, now);
    presence.set("thread/1", member(3, 8), HereState::reading, now);
    presence.set("thread/1", guest(4), HereState::reading, now);
    presence.set("thread/1", guest(5), HereState::reading, now);
    EXPECT_EQ(presence.find("thread/1").readers, 4U);
    presence.leave("thread/1", 1);
    EXPECT_EQ(presence.find("thread/1").readers, 4U);
    presence.leave("thread/1", 2);
    EXPECT_EQ(presence.find("thread/1").readers, 3U);
}

TEST_F(PresenceTest, NamesMembersWhoWriteAndNoGuests) {
    presence.set("thread/1", member(1, 8), HereState::writing, now);
    presence.set("thread/1", member(2, 7), HereState::writing, now);
    presence.set("thread/1", member(3, 7), HereState::reading, now);
    presence.set("thread/1", guest(4), HereState::writing, now);
    const Present present = presence.find("thread/1");
    EXPECT_EQ(present.readers, 3U);
    EXPECT_EQ(present.writers, 3U);
    EXPECT_EQ(present.writing, (std::vector<std::string>{"Lid 7", "Lid 8"}));
}

TEST_F(PresenceTest, NamesAtMostFive) {
    for (std::uint64_t i = 1; i <= 9; ++i) {
        presence.set("thread/1", member(i, static_cast<std::int64_t>(i)), HereState::writing, now);
    }
    EXPECT_EQ(presence.find("thread/1").writers, 9U);
    EXPECT_EQ(presence.find("thread/1").writing.size(), Present::names_limit);
}

TEST_F(PresenceTest, AwayIsNotThere) {
    presence.set("thread/1", member(1, 7), HereState::reading, now);
    presence.set("thread/1", member(1, 7), HereState::away, now);
    EXPECT_EQ(presence.find("thread/1").readers, 0U);
    presence.set("thread/1", member(1, 7), HereState::writing, now);
    EXPECT_EQ(presence.find("thread/1").readers, 1U);
}

TEST_F(PresenceTest, WritingEndsByItself) {
    presence.set("thread/1", member(1, 7), HereState::writing, now);
    ASSERT_EQ(changes().size(), 1U);
    now += 14s;
    EXPECT_TRUE(changes().empty());
    now += 1s;
    const auto after = changes();
    ASSERT_EQ(after.size(), 1U);
    EXPECT_EQ(after[0].present.writers, 0U);
    EXPECT_EQ(after[0].present.readers, 1U);
}

TEST_F(PresenceTest, WritingGoesOnWhileItIsSaid) {
    presence.set("thread/1", member(1, 7), HereState::writing, now);
    for (int i = 0; i < 10; ++i) {
        now += 8s;
        presence.set("thread/1", member(1, 7), HereState::writing, now);
        changes();
        EXPECT_EQ(presence.find("thread/1").writers, 1U);
    }
}

TEST_F(PresenceTest, ChangesAreThrottledAndTheLastIsTold) {
    presence.set("thread/1", member(1, 7), HereState::reading, now);
    EXPECT_EQ(changes().size(), 1U);
    for (std::uint64_t i = 2; i < 20; ++i) {
        presence.set("thread/1", member(i, static_cast<std::int64_t>(i + 100)), HereState::reading, now);
        EXPECT_TRUE(changes().empty());
    }
    now += Presence::least_interval;
    const auto after = changes();
    ASSERT_EQ(after.size(), 1U);
    EXPECT_EQ(after[0].present.readers, 19U);
    now += 1h;
    EXPECT_TRUE(changes().empty());
}

TEST_F(PresenceTest, ACrowdIsToldSlower) {
    for (std::uint64_t i = 1; i <= 4000; ++i) {
        presence.set("thread/1", guest(i), HereState::reading, now);
    }
    EXPECT_EQ(changes().size(), 1U);
    presence.leave("thread/1", 1);
    now += Presence::least_interval;
    EXPECT_TRUE(changes().empty());
    now += Presence::most_interval - Presence::least_interval;
    EXPECT_EQ(changes().size(), 1U);
}

TEST_F(PresenceTest, ANewcomerIsToldEvenWhenNumbersStay) {
    presence.set("thread/1", member(1, 7), HereState::reading, now);
    changes();
    now += 1min;
    presence.set("thread/1", member(2, 7), HereState::reading, now);
    EXPECT_EQ(changes().size(), 1U);
}

TEST_F(PresenceTest, ForgetsEmptyTopics) {
    presence.set("thread/1", member(1, 7), HereState::writing, now);
    presence.leave("thread/1", 1);
    presence.leave("thread/1", 1);
    presence.leave("thread/2", 1);
    EXPECT_TRUE(changes().empty());
    EXPECT_EQ(presence.find("thread/1"), Present{});
}

TEST_F(PresenceTest, CountsWhoIsAtOtherProcesses) {
    Presence other;
    const auto exchange = [&] {
        for (const auto& beat : presence.take_beats(now)) {
            other.hear(beat, now);
            presence.hear(beat, now);
        }
        for (const auto& beat : other.take_beats(now)) {
            presence.hear(beat, now);
        }
    };
    presence.set("thread/1", member(1, 7), HereState::reading, now);
    presence.set("thread/1", guest(2), HereState::reading, now);
    other.set("thread/1", member(1, 8), HereState::writing, now);
    other.set("thread/1", member(2, 7), HereState::reading, now);
    other.set("thread/1", guest(3), HereState::reading, now);
    other.set("thread/2", guest(3), HereState::reading, now);
    changes();
    exchange();
    EXPECT_EQ(presence.find("thread/1").readers, 4U) << "the member with a tab at both counts once";
    EXPECT_EQ(presence.find("thread/1").writing, std::vector<std::string>{"Lid 8"});
    EXPECT_EQ(other.find("thread/1").readers, 4U);
    now += Presence::least_interval;
    EXPECT_EQ(changes().size(), 1U);

    other.leave("thread/1", 1);
    other.leave("thread/1", 2);
    other.leave("thread/1", 3);
    exchange();
    EXPECT_EQ(presence.find("thread/1").readers, 4U) << "not before the next beat";
    now += Presence::beat_interval;
    exchange();
    EXPECT_EQ(presence.find("thread/1").readers, 2U);
    EXPECT_EQ(changes().size(), 1U);
}

TEST_F(PresenceTest, AProcessThatSaysNothingMoreIsForgotten) {
    Presence other;
    presence.set("thread/1", guest(1), HereState::reading, now);
    other.set("thread/1", guest(1), HereState::reading, now);
    for (const auto& beat : other.take_beats(now)) {
        presence.hear(beat, now);
    }
    EXPECT_EQ(changes()[0].present.readers, 2U);
    now += Presence::heard_time - 1s;
    EXPECT_TRUE(changes().empty());
    now += 1s;
    ASSERT_EQ(changes().size(), 1U);
    EXPECT_EQ(presence.find("thread/1").readers, 1U);
}

TEST_F(PresenceTest, ACrowdIsToldInPiecesThatNotifyTakes) {
    Presence other;
    for (std::uint64_t i = 1; i <= 3000; ++i) {
        presence.set("thread/1", {i, base::MemberId{static_cast<std::int64_t>(i) + 10'000'000}, std::string(100, '"')}, HereState::writing,
                     now);
        presence.set("thread/" + std::to_string(i + 1), member(i, static_cast<std::int64_t>(i)), HereState::reading, now);
    }
    other.set("thread/1", guest(1), HereState::reading, now);
    const auto beats = presence.take_beats(now);
    EXPECT_GT(beats.size(), 10U);
    for (const auto& beat : beats) {
        EXPECT_LE(beat.size(), Presence::beat_bytes);
        other.hear(beat, now);
    }
    EXPECT_EQ(other.find("thread/1").readers, 3001U);
    for (const char* none : {"", "x", "[]", "{}", R"({"process":"p"})"}) {
        EXPECT_NO_THROW(other.hear(none, now)) << none;
    }
}

}  // namespace
}  // namespace forum::live
