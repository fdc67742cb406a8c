// A folder that goes away with its object. Rule: nothing else of a test may stay on disk.
#pragma once

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace forum::test {

class TempFolder {
public:
    /// Under /tmp, so that a unix socket's path fits in it, open to this user only.
    TempFolder() {
        std::string pattern{"/tmp/forum-test-XXXXXX"};
        if (::mkdtemp(pattern.data()) == nullptr) {
            throw std::system_error{errno, std::generic_category(), pattern};
        }
        path_ = pattern;
    }
    ~TempFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TempFolder(const TempFolder&) = delete;
    TempFolder& operator=(const TempFolder&) = delete;

    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace forum::test
