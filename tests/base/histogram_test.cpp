#include "base/histogram.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace forum::base {
namespace {

TEST(Histogram, ABoundBelongsToItsBucket) {
    Histogram histogram{{1, 2, 5}};
    for (const double value : {0.0, 1.0, 1.5, 2.0, 5.0, 5.1, 1000.0}) {
        histogram.count(value);
    }
    const auto figures = histogram.figures();
    EXPECT_EQ(figures.bounds, (std::vector<double>{1, 2, 5}));
    EXPECT_EQ(figures.counts, (std::vector<std::uint64_t>{2, 2, 1, 2}));
    EXPECT_DOUBLE_EQ(figures.sum, 1014.6);
}

TEST(Histogram, OneActMayBeManyDeliveries) {
    Histogram histogram{{0.5}};
    histogram.count(0.25, 2000);
    histogram.count(2, 0);
    EXPECT_EQ(histogram.figures().counts, (std::vector<std::uint64_t>{2000, 0}));
    EXPECT_DOUBLE_EQ(histogram.figures().sum, 500);
}

TEST(Histogram, LosesNothingBetweenThreads) {
    Histogram histogram{{1}};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int n = 0; n < 10'000; ++n) {
                histogram.count(n % 2 == 0 ? 1 : 3);
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(histogram.figures().counts, (std::vector<std::uint64_t>{20'000, 20'000}));
    EXPECT_DOUBLE_EQ(histogram.figures().sum, 80'000);
}

}  // namespace
}  // namespace forum::base
