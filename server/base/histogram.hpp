// How long things take, or how many they are, counted in a fixed row of buckets for whoever watches the server. Rule: counting
// takes no lock, so that it may stand where many pass; what is added up is added up by the reader.
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>
#include <vector>

namespace forum::base {

class Histogram {
public:
    /// `bounds`: the highest value of each bucket, rising; one more bucket holds what is above the last.
    explicit Histogram(std::vector<double> bounds) : bounds_{std::move(bounds)}, counts_(bounds_.size() + 1) {}

    /// `value` came `times` times. Any thread.
    void count(double value, std::uint64_t times = 1) {
        std::size_t bucket = 0;
        while (bucket < bounds_.size() && value > bounds_[bucket]) {
            ++bucket;
        }
        counts_[bucket].fetch_add(times, std::memory_order_relaxed);
        sum_.fetch_add(value * static_cast<double>(times), std::memory_order_relaxed);
    }

    struct Figures {
        std::vector<double> bounds;
        std::vector<std::uint64_t> counts;  ///< of each bucket by itself, one more than bounds
        double sum;
    };
    Figures figures() const {
        Figures figures{bounds_, {}, sum_.load(std::memory_order_relaxed)};
        for (const auto& count : counts_) {
            figures.counts.push_back(count.load(std::memory_order_relaxed));
        }
        return figures;
    }

private:
    const std::vector<double> bounds_;
    std::vector<std::atomic<std::uint64_t>> counts_;
    std::atomic<double> sum_{0};
};

}  // namespace forum::base
