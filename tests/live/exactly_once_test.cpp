// Random writers, cuts, late words, other processes, two I/O threads and workers in any order: every follower of a thread
// ends with each event once and in order, or was told to read the page anew. The model of a follower is a browser's.
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "world.hpp"

namespace forum::live {
namespace {

// A browser with a thread open: reads the page at a number, follows from there, applies what comes.
struct Follower {
    std::string topic;
    std::size_t shard{0};
    bool is_stream{false};
    std::int64_t applied{0};             // the page as he sees it holds everything up to here
    bool is_loading{false};              // told to resync: what comes is applied when the page was read anew
    std::size_t taken{0};                // messages looked at
    std::set<std::string> known_topics;  // followed over this connection
    std::unique_ptr<Client> client;
};

class Play {
public:
    explicit Play(unsigned seed) : random_{seed}, world_{options(seed), 2} {
        for (int i = 1; i <= 3; ++i) {
            world_.threads["thread/" + std::to_string(i)];
        }
        world_.between = [this] {
            for (std::size_t i = pick(6); i > 0; --i) {
                switch (pick(4)) {
                case 0: write(); break;
                case 1: tell(); break;
                case 2: world_.step_job(world_.jobs.empty() ? 0 : pick(world_.jobs.size())); break;
                default: world_.step_io(pick(2)); break;
                }
            }
        };
    }

    void run(int steps) {
        for (int step = 0; step < steps && !::testing::Test::HasFailure(); ++step) {
            act();
        }
        finish();
    }
    std::size_t resyncs{0};
    std::size_t applied{0};
    std::size_t cuts{0};

private:
    // In every other play a few messages are too many for an outbox; that closes nobody whose socket takes them.
    static LiveOptions options(unsigned seed) {
        LiveOptions result;
        result.outbox_bytes = seed % 2 == 0 ? 600 : result.outbox_bytes;
        return result;
    }

    std::size_t pick(std::size_t count) { return std::uniform_int_distribution<std::size_t>{0, count - 1}(random_); }
    bool chance(int percent) { return pick(100) < static_cast<std::size_t>(percent); }
    std::string any_topic() { return "thread/" + std::to_string(1 + pick(3)); }

    void act() {
        switch (pick(20)) {
        case 0:
        case 1:
        case 2: write(); break;
        case 3: tell(); break;
        case 4:
            if (readers_.size() < 12) {
                come();
            }
            break;
        case 5:
            if (!readers_.empty()) {
                cut(*readers_[pick(readers_.size())]);
            }
            break;
        case 6: world_.are_workers_busy = chance(30); break;
        case 7:
            world_.now += std::chrono::milliseconds{pick(400)};
            world_.tick();
            break;
        case 8: prune(); break;
        case 9:
        case 10:
        case 11: world_.step_job(world_.jobs.empty() ? 0 : pick(world_.jobs.size())); break;
        case 12: world_.hub->pump().want_poll(); break;
        case 13:
            if (!readers_.empty()) {
                change_thread(*readers_[pick(readers_.size())]);
            }
            break;
        default: world_.step_io(pick(2)); break;
        }
        for (const auto& follower : readers_) {
            look(*follower);
        }
    }

    void write() {
        const Event event = world_.commit(any_topic(), chance(80) ? "post.new" : "post.edited");
        if (chance(70)) {
            told_late_.push_back(event);  // this process wrote it; its word comes later, in any order
        }
        if (chance(10)) {
            std::erase_if(world_.unpolled, [&](const Event& one) { return one.id == event.id; });
            told_late_.push_back(event);  // even when the poll never shows it
        }
    }
    void tell() {
        if (told_late_.empty()) {
            return;
        }
        const std::size_t which = pick(told_late_.size());
        world_.hub->pump().add({told_late_[which]});
        if (chance(90)) {  // sometimes twice
            told_late_.erase(told_late_.begin() + static_cast<std::ptrdiff_t>(which));
        }
    }
    void prune() {
        if (!chance(10)) {
            return;
        }
        auto& thread = world_.threads[any_topic()];
        thread.pruned = std::max(thread.pruned, static_cast<std::int64_t>(thread.events.size()) - 5);
    }
    void come() {
        readers_.push_back(std::make_unique<Follower>());
        Follower& follower = *readers_.back();
        follower.topic = any_topic();
        follower.shard = pick(2);
        follower.is_stream = chance(25);
        load(follower);
        connect(follower);
    }
    // The page, read from the table as it is now.
    void load(Follower& follower) {
        follower.applied = static_cast<std::int64_t>(world_.threads[follower.topic].events.size());
        follower.is_loading = false;
    }
    void connect(Follower& follower) {
        follower.taken = 0;
        follower.known_topics = {follower.topic};
        http::Request request = world_.request(0, follower.is_stream ? "/live/events" : "/live");
        if (follower.is_stream) {
            request.query = {{"topic", follower.topic}, {"since", std::to_string(follower.applied)}};
        }
        follower.client = world_.connect(request, follower.shard);
        if (!follower.is_stream) {
            follower.client->follow(follower.topic, follower.applied);
        }
    }
    void cut(Follower& follower) {
        ++cuts;
        if (chance(50)) {
            look(follower);  // or what was on its way is lost with the connection
        }
        follower.client->cut();
        if (follower.is_loading) {
            load(follower);
        }
        connect(follower);
    }
    // A script that goes on to another page over the same socket; what still comes of the old one is not his.
    void change_thread(Follower& follower) {
        const std::string next = any_topic();
        if (follower.is_stream || !follower.known_topics.insert(next).second) {
            return;
        }
        look(follower);
        follower.client->send({{"do", "leave"}, {"topic", follower.topic}});
        follower.topic = next;
        load(follower);
        follower.client->follow(follower.topic, follower.applied);
    }

    void look(Follower& follower) {
        follower.client->receive();
        for (; follower.taken < follower.client->messages.size(); ++follower.taken) {
            const json& message = follower.client->messages[follower.taken];
            if (message.value("topic", follower.topic) != follower.topic) {
                continue;
            }
            if (message.at("is") == "resync") {
                ++resyncs;
                follower.is_loading = true;
            } else if (message.at("is") == "event") {
                const auto seq = message.at("seq").get<std::int64_t>();
                if (follower.is_loading) {
                    load(follower);  // the page he reads now has this and perhaps more
                }
                if (seq <= follower.applied) {
                    // Only what a page read after a resync already had may come again.
                    ASSERT_GT(resyncs, 0U) << "twice: " << message.dump();
                    continue;
                }
                ASSERT_EQ(seq, follower.applied + 1) << "a hole in " << follower.topic;
                ASSERT_EQ(message.at("kind"), world_.threads[follower.topic].events[static_cast<std::size_t>(seq) - 1].kind);
                follower.applied = seq;
                ++applied;
            }
        }
        ASSERT_EQ(follower.client->close_code, 0);
        ASSERT_FALSE(follower.client->is_ended);
    }

    void finish() {
        world_.between = nullptr;
        world_.are_workers_busy = false;
        while (!told_late_.empty()) {
            tell();
        }
        world_.pass(std::chrono::seconds{4});
        std::vector<Client*> clients;
        for (const auto& follower : readers_) {
            clients.push_back(follower->client.get());
        }
        ASSERT_TRUE(world_.until(
            [&] {
                return std::ranges::all_of(readers_, [&](const auto& follower) {
                    look(*follower);
                    if (follower->is_loading) {
                        load(*follower);
                    }
                    return follower->applied == static_cast<std::int64_t>(world_.threads[follower->topic].events.size());
                });
            },
            clients));
    }

    std::mt19937 random_;
    World world_;
    std::vector<std::unique_ptr<Follower>> readers_;
    std::vector<Event> told_late_;
};

TEST(ExactlyOnce, WhateverHappens) {
    // FORUM_SEED repeats one play; FORUM_ROUNDS plays longer.
    const char* fixed = std::getenv("FORUM_SEED");
    const char* rounds = std::getenv("FORUM_ROUNDS");
    const unsigned first = fixed != nullptr ? static_cast<unsigned>(std::atoi(fixed)) : 1;
    const unsigned count = fixed != nullptr ? 1 : rounds != nullptr ? static_cast<unsigned>(std::atoi(rounds)) : 40;
    std::size_t applied = 0;
    std::size_t resyncs = 0;
    std::size_t cuts = 0;
    for (unsigned seed = first; seed < first + count; ++seed) {
        SCOPED_TRACE("FORUM_SEED=" + std::to_string(seed));
        Play play{seed};
        play.run(1500);
        if (HasFailure()) {
            return;
        }
        applied += play.applied;
        resyncs += play.resyncs;
        cuts += play.cuts;
    }
    if (fixed == nullptr) {
        EXPECT_GT(applied, 1000U) << "the play is about something";
        EXPECT_GT(resyncs, 0U);
        EXPECT_GT(cuts, 1000U);
    }
}

}  // namespace
}  // namespace forum::live
