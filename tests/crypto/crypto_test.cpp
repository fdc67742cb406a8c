#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "base/problem.hpp"
#include "crypto/password.hpp"
#include "crypto/sha256.hpp"
#include "crypto/token.hpp"

namespace forum::crypto {
namespace {

/// As cheap as argon2 allows: what is tested here is not how slow it is.
constexpr PasswordOptions cheap{.memory_kib = 64, .passes = 1, .lanes = 1};

TEST(Password, FitsItsOwnHashOnly) {
    const PasswordHasher hasher{cheap};
    const auto hash = hasher.hash("geheim én lang");
    EXPECT_TRUE(hasher.verify("geheim én lang", hash));
    EXPECT_FALSE(hasher.verify("geheim en lang", hash));
    EXPECT_FALSE(hasher.verify("", hash));
}

TEST(Password, HashSaysHowItWasMadeAndIsSalted) {
    const PasswordHasher hasher{cheap};
    const auto hash = hasher.hash("a");
    EXPECT_THAT(hash, testing::StartsWith("$argon2id$v=19$m=64,t=1,p=1$"));
    EXPECT_NE(hash, hasher.hash("a"));
}

TEST(Password, MalformedHashFitsNothing) {
    const PasswordHasher hasher{cheap};
    for (const auto* hash : {"", "geheim", "$argon2id$", "$argon2id$v=19$m=64,t=1,p=1$AAAA$AAAA", "$2b$12$abcdefghijklmnopqrstuv"}) {
        EXPECT_FALSE(hasher.verify("geheim", hash)) << hash;
    }
}

TEST(Password, KnowsTheDefaultsOfOwasp) {
    const PasswordHasher hasher{PasswordOptions{}};
    EXPECT_THAT(hasher.hash("a"), testing::StartsWith("$argon2id$v=19$m=19456,t=2,p=1$"));
}

TEST(Password, NobodyCostsOneComputationAndIsNeverRight) {
    const PasswordHasher hasher{cheap};
    const auto before = hasher.computed();
    EXPECT_FALSE(hasher.verify_nobody("geheim"));
    EXPECT_EQ(hasher.computed(), before + 1);
}

TEST(Password, OtherParametersAreRehashed) {
    const PasswordHasher old{cheap};
    const PasswordHasher raised{{.memory_kib = 128, .passes = 1, .lanes = 1}};
    const auto hash = old.hash("a");
    EXPECT_FALSE(old.needs_rehash(hash));
    EXPECT_TRUE(raised.needs_rehash(hash));
    EXPECT_TRUE(raised.verify("a", hash));
    EXPECT_TRUE(old.needs_rehash("$argon2i$v=19$m=64,t=1,p=1$c2FsdHNhbHQ$aGFzaA"));
}

TEST(Password, ManyThreadsAllGetTheirAnswer) {
    const PasswordHasher hasher{cheap};
    const auto hash = hasher.hash("a");
    std::atomic<int> right{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&] { right += hasher.verify("a", hash) ? 1 : 0; });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(right, 8);
}

TEST(Password, WhoWouldWaitTooLongIsRefusedAsBusyAndLaterServed) {
    auto options = cheap;
    options.longest_wait = std::chrono::milliseconds{0};
    const PasswordHasher hasher{options};
    const auto hash = hasher.hash("a");
    const auto before = hasher.computed();
    std::atomic<int> right{0}, refused{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&] {
            // Until two were at it while a third came, which nothing but luck keeps from happening soon.
            while (refused == 0) {
                try {
                    right += hasher.verify("a", hash) ? 1 : 0;
                } catch (const base::Problem& problem) {
                    EXPECT_EQ(problem.kind, base::ProblemKind::busy);
                    ++refused;
                }
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(hasher.computed() - before, static_cast<std::uint64_t>(right)) << "a refused one computes nothing";
    EXPECT_TRUE(hasher.verify("a", hash)) << "the places are free again";
    EXPECT_TRUE(hasher.verify("a", hash));
    EXPECT_TRUE(hasher.verify("a", hash));
}

TEST(Token, HasBase64urlOf256RandomBits) {
    std::set<std::string> seen;
    for (int i = 0; i < 200; ++i) {
        const auto token = random_token();
        EXPECT_EQ(token.size(), 43U);
        EXPECT_EQ(token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"), token.npos);
        EXPECT_TRUE(seen.insert(token).second);
    }
}

TEST(Sha256, FollowsFips180) {
    EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(sha256("abc").size(), 32U);
}

}  // namespace
}  // namespace forum::crypto
