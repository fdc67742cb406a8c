// How long authors wait for a judgement: the norm, what was measured, and the sentence that promises it. Rule: an author reads
// what was measured; only while too little was decided does he read the norm, and then as an aim.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string>

#include "db/tx.hpp"
#include "moderation/working_time.hpp"
#include "view/templates.hpp"

namespace forum::moderation {

/// Over how long is measured, and from how many decisions on the figure is promised.
constexpr std::chrono::days measured_over{30};
constexpr int least_measured = 5;

/// Working time from sending in to decision, over cases of review; the days that a text lay with its author do not count.
struct HandlingFigures {
    int decided{0};
    base::Time::duration median{0};  ///< nearest rank: half of the authors waited no longer
    base::Time::duration p90{0};
};

/// Over the cases that were decided at `since` or later and before `until`.
HandlingFigures measure_handling(db::Tx& tx, base::Time since, base::Time until);

class HandlingTime {
public:
    /// `norm`: working time within which a case is to be decided. `texts` lives as long as this.
    HandlingTime(std::chrono::hours norm, const view::Templates& texts) : norm_{norm}, texts_{texts} {}

    std::chrono::hours norm() const { return norm_; }
    /// "Dat gebeurt meestal binnen 1 werkdag." Measured anew when the last time is ten minutes ago. Thread-safe.
    std::string promise(db::Tx& tx, view::Language language);

private:
    HandlingFigures figures(db::Tx& tx);

    const std::chrono::hours norm_;
    const view::Templates& texts_;
    std::mutex mutex_;
    std::optional<base::Time> measured_at_;
    HandlingFigures figures_;
};

}  // namespace forum::moderation
