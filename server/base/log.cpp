#include "base/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdio>

namespace forum::base {

namespace {

spdlog::level::level_enum to_spdlog(LogLevel level) {
    switch (level) {
    case LogLevel::debug: return spdlog::level::debug;
    case LogLevel::info: return spdlog::level::info;
    case LogLevel::warning: return spdlog::level::warn;
    case LogLevel::error: return spdlog::level::err;
    }
    return spdlog::level::info;
}

spdlog::logger& logger() {
    // Never destroyed: threads may log while the program ends.
    static auto& instance = *[] {
        auto* made = new spdlog::logger("forum", std::make_shared<spdlog::sinks::stderr_sink_mt>());
        made->set_pattern("time=%Y-%m-%dT%H:%M:%S.%eZ level=%l %v", spdlog::pattern_time_type::utc);
        made->flush_on(spdlog::level::trace);
        return made;
    }();
    return instance;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

}  // namespace

void set_log_level(LogLevel level) { logger().set_level(to_spdlog(level)); }

void log_line(LogLevel level, std::string_view line) {
    if (!logger().should_log(to_spdlog(level))) {
        return;
    }
    // A line break from outside must not start a forged line.
    if (std::any_of(line.begin(), line.end(), is_control)) {
        std::string clean{line};
        std::replace_if(clean.begin(), clean.end(), is_control, ' ');
        logger().log(to_spdlog(level), clean);
        return;
    }
    logger().log(to_spdlog(level), spdlog::string_view_t{line.data(), line.size()});
}

void log_block(std::string_view lines) {
    if (logger().should_log(spdlog::level::info)) {
        // stderr has no buffer of its own: this is one write.
        std::fwrite(lines.data(), 1, lines.size(), stderr);
    }
}

}  // namespace forum::base
