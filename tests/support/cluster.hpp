// The private PostgreSQL of the tests (README.md). Rule: tests take a TestDatabase; only that uses this.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace forum::test {

class Cluster {
public:
    /// Starts or joins it at the first call. Throws when it cannot.
    static Cluster& get();

    std::string url(std::string_view role, const std::string& database) const;

    /// A database with all migrations, to be copied and never connected to.
    const std::string& template_name() const { return template_name_; }

private:
    Cluster();
    ~Cluster();
    void make_template();

    class Server;
    std::unique_ptr<Server> server_;
    std::string template_name_;
};

/// The folder with migrations/ and replaceable/.
std::filesystem::path sql_folder();

}  // namespace forum::test
