#include "access/rate_limit.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "base/problem.hpp"

namespace forum::access {
namespace {

using namespace std::chrono_literals;

class RateLimit : public testing::Test {
protected:
    /// Seconds to wait, or 0 when it was allowed.
    template <class Job>
    static int wait_of(Job&& job) {
        try {
            job();
            return 0;
        } catch (const base::Problem& problem) {
            EXPECT_EQ(problem.kind, base::ProblemKind::too_many_requests);
            return static_cast<int>(problem.retry_after.value_or(-1s).count());
        }
    }
    static http::Request from(const std::string& address) {
        http::Request request;
        request.client_address = address;
        return request;
    }
    static Viewer member(std::int64_t id) { return {.member = {id}, .role = Role::member}; }
    int write(const std::string& address, const Viewer& viewer = {}, bool is_light = false) {
        return wait_of([&] { limiter.check_write(from(address), viewer, is_light); });
    }
    int sign_in(const std::string& address, const std::string& email) {
        return wait_of([&] { limiter.check_sign_in(from(address), email); });
    }

    std::chrono::steady_clock::time_point now{};
    RateLimiter limiter{{.writes_per_minute = 30, .light_writes_per_minute = 60, .sign_ins_per_5_minutes = 10}, [this] { return now; }};
};

TEST_F(RateLimit, RefusesTheOneTooManyAndSaysWhenToComeBack) {
    for (int i = 0; i < 30; ++i) {
        EXPECT_EQ(write("1.1.1.1", member(1)), 0) << i;
    }
    EXPECT_EQ(write("1.1.1.1", member(1)), 2);
    now += 1s;
    EXPECT_EQ(write("1.1.1.1", member(1)), 1);
    now += 1s;
    EXPECT_EQ(write("1.1.1.1", member(1)), 0);
    EXPECT_EQ(write("1.1.1.1", member(1)), 2);
}

TEST_F(RateLimit, WhoComesBackWhenToldIsLetIn) {
    for (int i = 0; i < 200; ++i) {
        if (const int wait = sign_in("1.1.1.1", "a@b.nl")) {
            now += std::chrono::seconds{wait};
            EXPECT_EQ(sign_in("1.1.1.1", "a@b.nl"), 0) << i;
        }
    }
}

TEST_F(RateLimit, ABucketNeverHoldsMoreThanItsMeasure) {
    EXPECT_EQ(write("1.1.1.1", member(1)), 0);
    now += 24h;
    int allowed = 0;
    while (write("1.1.1.1", member(1)) == 0) {
        ++allowed;
    }
    EXPECT_EQ(allowed, 30);
}

TEST_F(RateLimit, MembersCountForThemselvesAndGuestsByAddress) {
    while (write("1.1.1.1", member(1)) == 0) {
    }
    EXPECT_EQ(write("1.1.1.1", member(2)), 0);
    while (write("1.1.1.1") == 0) {
    }
    EXPECT_EQ(write("2.2.2.2"), 0);
    EXPECT_EQ(write("1.1.1.1", member(2)), 0);
}

TEST_F(RateLimit, NoticesCountByAddressAndByMailAddress) {
    const auto notice = [&](const std::string& address, const std::string& email) {
        return wait_of([&] { limiter.check_notice(from(address), email); });
    };
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(notice("1.1.1.1", ""), 0) << i;
        EXPECT_EQ(notice("2.2.2." + std::to_string(i), "a@b.nl"), 0) << i;
    }
    EXPECT_EQ(notice("1.1.1.1", ""), 360);
    EXPECT_EQ(notice("3.3.3.3", "a@b.nl"), 360) << "nobody's box is filled from many addresses";
    EXPECT_EQ(notice("4.4.4.4", ""), 0);
}

TEST_F(RateLimit, LightWritesHaveAMeasureOfTheirOwn) {
    while (write("1.1.1.1", member(1)) == 0) {
    }
    int light = 0;
    while (write("1.1.1.1", member(1), true) == 0) {
        ++light;
    }
    EXPECT_EQ(light, 60);
}

TEST_F(RateLimit, SignInsCountPerAddressAndPerAccount) {
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(sign_in("1.1.1." + std::to_string(i), "a@b.nl"), 0);
    }
    EXPECT_EQ(sign_in("9.9.9.9", "a@b.nl"), 30);  // ten in 300 seconds
    EXPECT_EQ(sign_in("9.9.9.9", "c@d.nl"), 0);
    for (int i = 0; i < 10; ++i) {
        sign_in("8.8.8.8", std::to_string(i) + "@b.nl");
    }
    EXPECT_EQ(sign_in("8.8.8.8", "e@f.nl"), 30);
}

TEST_F(RateLimit, GoodSignInsAreForgiven) {
    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(sign_in("1.1.1.1", "a@b.nl"), 0);
        limiter.forgive_sign_in(from("1.1.1.1"), "a@b.nl");
    }
    int tries = 0;
    while (sign_in("1.1.1.1", "a@b.nl") == 0) {
        ++tries;
    }
    EXPECT_EQ(tries, 10);
}

TEST_F(RateLimit, OneIpv6NetworkIsOneAddress) {
    for (const auto* spelling : {"2001:db8::1", "2001:db8::a:b:c:d", "2001:0db8:0:0:ffff::"}) {
        for (int i = 0; i < 10; ++i) {
            write(spelling);
        }
    }
    EXPECT_EQ(write("2001:db8:0:0:1:2:3:4"), 2);
    EXPECT_EQ(write("2001:db8:0:1::1"), 0);
    EXPECT_EQ(write("::ffff:1.1.1.1"), 0);
    while (write("::ffff:1.1.1.1") == 0) {
    }
    EXPECT_EQ(write("::ffff:1.1.1.2"), 0);
}

TEST_F(RateLimit, NoLimitIsNoLimit) {
    RateLimiter open{{.writes_per_minute = 0, .light_writes_per_minute = 0, .sign_ins_per_5_minutes = 0}};
    for (int i = 0; i < 1000; ++i) {
        EXPECT_NO_THROW(open.check_write(from("1.1.1.1"), member(1), false));
        EXPECT_NO_THROW(open.check_sign_in(from("1.1.1.1"), "a@b.nl"));
    }
}

TEST_F(RateLimit, ManyAddressesPushOutWhoWasNotSeenForLongest) {
    while (write("1.1.1.1", member(1)) == 0) {
    }
    for (int i = 0; i < 100'000; ++i) {
        write(std::to_string(i));
    }
    EXPECT_EQ(write("1.1.1.1", member(1)), 0) << "the bucket of member 1 was kept beyond the bound";
}

TEST_F(RateLimit, CountsOnManyThreads) {
    std::atomic<int> allowed{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int n = 0; n < 50; ++n) {
                try {
                    limiter.check_write(from("1.1.1.1"), member(1), false);
                    ++allowed;
                } catch (const base::Problem&) {
                }
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(allowed, 30);
}

}  // namespace
}  // namespace forum::access
