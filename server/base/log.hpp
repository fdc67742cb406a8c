// One place that writes the log: a line of key=value pairs on standard error, never personal data.
// Rule: log ids, counts and kinds; no names, addresses, mail, text or cookies.
#pragma once

#include <spdlog/fmt/fmt.h>

#include <string>
#include <string_view>

namespace forum::base {

enum class LogLevel { debug, info, warning, error };

void set_log_level(LogLevel level);
void log_line(LogLevel level, std::string_view line);

/// Writes lines that are complete already (each with its own time and its line end, no other control characters)
/// in one go: the access log gathers them. Kept back when the level is above info.
void log_block(std::string_view lines);

template <class... Args>
void log(LogLevel level, fmt::format_string<Args...> format, Args&&... args) {
    log_line(level, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace forum::base
