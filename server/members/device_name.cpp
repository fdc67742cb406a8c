#include "members/device_name.hpp"

#include <array>
#include <utility>

namespace forum::members {

namespace {

struct Word {
    std::string_view mark;
    std::string_view name;
};

// In this order: every browser also claims to be those below it.
constexpr std::array browsers{
    Word{"Edg", "Edge"},           Word{"OPR/", "Opera"},       Word{"SamsungBrowser/", "Samsung Internet"},
    Word{"FxiOS/", "Firefox"},     Word{"Firefox/", "Firefox"}, Word{"CriOS/", "Chrome"},
    Word{"Chromium/", "Chromium"}, Word{"Chrome/", "Chrome"},   Word{"Safari/", "Safari"},
};
constexpr std::array systems{
    Word{"iPhone", "iPhone"},  Word{"iPad", "iPad"},     Word{"Android", "Android"}, Word{"Windows", "Windows"},
    Word{"Mac OS X", "macOS"}, Word{"CrOS", "ChromeOS"}, Word{"Linux", "Linux"},
};

template <std::size_t size>
std::string_view find_name(const std::array<Word, size>& words, std::string_view text) {
    for (const auto& word : words) {
        if (text.find(word.mark) != text.npos) {
            return word.name;
        }
    }
    return {};
}

}  // namespace

std::string device_name(std::string_view user_agent) {
    const auto browser = find_name(browsers, user_agent);
    const auto system = find_name(systems, user_agent);
    std::string name{browser};
    if (!browser.empty() && !system.empty()) {
        name += ", ";
    }
    return name += system;
}

}  // namespace forum::members
