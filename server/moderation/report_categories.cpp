#include "moderation/report_categories.hpp"

#include <algorithm>

namespace forum::moderation {

const std::vector<ReportCategory>& report_categories() {
    static const std::vector<ReportCategory> categories{{"resident-data", "geen-inwoners"},
                                                        {"disrespect", "respect"},
                                                        {"confidential", "vertrouwelijk"},
                                                        {"off-topic", "onderwerp"},
                                                        {"not-own-name", "eigen-naam"},
                                                        {illegal_category, ""},
                                                        {other_category, ""}};
    return categories;
}

const ReportCategory* find_report_category(std::string_view slug) {
    const auto& list = report_categories();
    const auto found = std::find_if(list.begin(), list.end(), [&](const auto& category) { return category.slug == slug; });
    return found == list.end() ? nullptr : &*found;
}

}  // namespace forum::moderation
