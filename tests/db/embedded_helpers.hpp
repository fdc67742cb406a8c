// What the tests of the embedded PostgreSQL share. Rule: a refusal is one line.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "db/embedded.hpp"

namespace forum::db {

inline PostgresOptions in(const std::filesystem::path& folder) {
    PostgresOptions options;
    options.directory = folder;
    return options;
}

inline std::string refusal(PostgresOptions options) {
    try {
        const Embedded embedded{std::move(options)};
    } catch (const PostgresError& error) {
        const std::string line{error.what()};
        EXPECT_EQ(line.find('\n'), std::string::npos) << line;
        return line;
    }
    return "started";
}

inline pid_t postmaster(const std::filesystem::path& home) {
    pid_t pid = 0;
    std::ifstream{home / "postgres" / "postmaster.pid"} >> pid;
    return pid;
}

}  // namespace forum::db
