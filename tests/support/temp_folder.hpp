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
    /// Under /tmp, so that a unix socket's path fits in it. Others may pass through and not look: started by root,
    /// PostgreSQL runs as another user and must reach its own folder in it.
    TempFolder() {
        std::string pattern{"/tmp/forum-test-XXXXXX"};
        if (::mkdtemp(pattern.data()) == nullptr) {
            throw std::system_error{errno, std::generic_category(), pattern};
        }
        path_ = pattern;
        using std::filesystem::perms;
        std::filesystem::permissions(path_, perms::owner_all | perms::group_exec | perms::others_exec);
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
