#include "base/log.hpp"

#include <gtest/gtest.h>

namespace forum::base {
namespace {

std::string logged(LogLevel level, std::string_view line) {
    ::testing::internal::CaptureStderr();
    log_line(level, line);
    return ::testing::internal::GetCapturedStderr();
}

TEST(Log, WritesOneLineWithTimeAndLevel) {
    const auto line = logged(LogLevel::warning, "event=x n=1");
    EXPECT_TRUE(line.starts_with("time=2"));
    EXPECT_TRUE(line.ends_with("Z level=warning event=x n=1\n")) << line;
}

TEST(Log, KeepsForgedLinesInOne) {
    const auto line = logged(LogLevel::error, "path=/a\nlevel=info event=paid\r\x1b[31m");
    EXPECT_TRUE(line.ends_with("path=/a level=info event=paid  [31m\n")) << line;
    // Text that looks like a format is only text.
    EXPECT_TRUE(logged(LogLevel::error, "{} %v {0}").ends_with("{} %v {0}\n"));
}

TEST(Log, IsSilentBelowItsLevel) {
    set_log_level(LogLevel::error);
    EXPECT_EQ(logged(LogLevel::warning, "event=x"), "");
    set_log_level(LogLevel::info);
    EXPECT_EQ(logged(LogLevel::debug, "event=x"), "");
}

}  // namespace
}  // namespace forum::base
