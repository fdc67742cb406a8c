#include <sys/stat.h>
#include <unistd.h>

#include "db/connection.hpp"
#include "db/embedded_helpers.hpp"
#include "support/temp_folder.hpp"

namespace forum::db {
namespace {

namespace fs = std::filesystem;

TEST(EmbeddedRefusals, NoServerInstalled) {
    const test::TempFolder folder;
    auto options = in(folder.path());
    options.binaries = {"/nonexistent/bin"};
    EXPECT_EQ(refusal(options), "no PostgreSQL server is installed: install the package "
                                "postgresql, or name a database with --database");
}

TEST(EmbeddedRefusals, NoSpace) {
    const test::TempFolder folder;
    auto options = in(folder.path());
    options.least_free_bytes = std::uintmax_t{1} << 60;
    const auto line = refusal(options);
    EXPECT_NE(line.find(" is free for " + folder.path().string() + "; a new database needs "), std::string::npos) << line;
    EXPECT_FALSE(fs::exists(folder.path() / "postgres"));
}

TEST(EmbeddedRefusals, FolderWithSomethingElse) {
    const test::TempFolder folder;
    fs::create_directory(folder.path() / "postgres");
    std::ofstream{folder.path() / "postgres" / "holiday.jpg"} << "x";
    EXPECT_EQ(refusal(in(folder.path())),
              "the folder " + (folder.path() / "postgres").string() + " is not empty and holds no database; move it away");
    EXPECT_TRUE(fs::exists(folder.path() / "postgres" / "holiday.jpg"));
}

TEST(EmbeddedRefusals, FolderThatCannotBe) {
    const test::TempFolder folder;
    std::ofstream{folder.path() / "file"} << "x";
    EXPECT_EQ(refusal(in(folder.path() / "file")), "cannot open " + (folder.path() / "file" / "forum.lock").string() + ": Not a directory");
}

TEST(EmbeddedPlace, HalfMadeDatabaseAndLongPathAreNoObstacle) {
    const test::TempFolder folder;
    const auto deep = folder.path() / std::string(100, 'x');
    fs::create_directories(deep / "postgres.new");
    std::ofstream{deep / "postgres.new" / "PG_VERSION"} << "15\n";
    std::string socket_folder;
    {
        auto options = in(deep);
        options.is_durable = false;
        const Embedded embedded{options};
        Connection connection{embedded.owner_url(), {}};
        socket_folder = connection.run("SELECT current_setting('unix_socket_directories') AS t").one().text("t");
        socket_folder = socket_folder.substr(1, socket_folder.size() - 2);
        EXPECT_FALSE(fs::exists(deep / "postgres.new"));
    }
    struct stat info {};
    ASSERT_EQ(::stat(socket_folder.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0700U);
    // Somebody else may have made that name in /tmp: never follow it.
    fs::remove_all(socket_folder);
    fs::create_directory_symlink(folder.path(), socket_folder);
    EXPECT_EQ(refusal(in(deep)), "cannot make the folder " + socket_folder + ": something else is there");
    fs::remove(socket_folder);
}

TEST(EmbeddedPlace, StartedByRootItRunsAsAnotherWhoMayEnter) {
    if (::geteuid() != 0) {
        GTEST_SKIP() << "only root starts it as another user";
    }
    const test::TempFolder folder;
    fs::permissions(folder.path(), fs::perms::owner_all);
    fs::path home;
    {
        auto options = in(folder.path());
        options.is_durable = false;
        std::vector<std::string> said;
        options.say = [&](std::string_view line) { said.emplace_back(line); };
        const Embedded embedded{options};
        home = embedded.home();
        EXPECT_TRUE(home.string().starts_with("/var/lib/forum/forum-test-")) << home;
        ASSERT_FALSE(said.empty());
        EXPECT_NE(said.front().find("cannot enter " + folder.path().string()), std::string::npos) << said.front();
        struct stat info {};
        ASSERT_EQ(::stat(("/proc/" + std::to_string(postmaster(home))).c_str(), &info), 0);
        EXPECT_NE(info.st_uid, 0U);
        EXPECT_TRUE(refusal(in(folder.path())).find("is in use by another forum") != std::string::npos);
    }
    // The same folder leads to the same database.
    auto options = in(folder.path());
    const PostgresServer server{options};
    EXPECT_EQ(server.home(), home);
    fs::remove_all(home);
}

}  // namespace
}  // namespace forum::db
