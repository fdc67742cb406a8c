#include "app/config.hpp"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <stdexcept>

#include "app/metrics_server.hpp"
#include "mail/message.hpp"

namespace forum::app {

namespace fs = std::filesystem;

namespace {

/// "--argon2-passes" -> FORUM_ARGON2_PASSES
std::string environment_name(const std::string& option) {
    std::string name{"FORUM_"};
    for (const char c : option.substr(2)) {
        name += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
    return name;
}

template <class T>
CLI::Option* add(CLI::App& app, const std::string& name, T& value, const std::string& help) {
    return app.add_option(name, value, help)->envname(environment_name(name))->capture_default_str();
}

/// The first of the candidates that is a folder.
std::string find_folder(const std::string& what, const std::vector<fs::path>& candidates) {
    for (const auto& candidate : candidates) {
        if (fs::is_directory(candidate)) {
            return fs::weakly_canonical(candidate).string();
        }
    }
    throw std::runtime_error{"cannot find the folder with " + what + "; name it with an option"};
}

bool is_loopback(const std::string& address) { return address == "localhost" || address == "::1" || address.starts_with("127."); }

}  // namespace

void add_common_options(CLI::App& app, Config& config) {
    app.set_config("--config", "", "settings file (config/forum.toml)")->envname("FORUM_CONFIG")->check(CLI::ExistingFile);
    app.allow_config_extras(false);
    add(app, "--data", config.data, "folder of its own PostgreSQL");
    add(app, "--database", config.database, "URL of another PostgreSQL");
    add(app, "--web-folder", config.web_folder, "folder with the built web files");
    add(app, "--sql-folder", config.sql_folder, "folder with migrations and reference data");
    add(app, "--log-level", config.log_level, "debug, info, warning or error")->check(CLI::IsMember({"debug", "info", "warning", "error"}));
    add(app, "--argon2-memory-kib", config.argon2_memory_kib, "memory of a password hash")->check(CLI::Range(8U, 4'194'304U));
    add(app, "--argon2-passes", config.argon2_passes, "passes of a password hash")->check(CLI::Range(1U, 100U));
    add(app, "--argon2-lanes", config.argon2_lanes, "lanes of a password hash")->check(CLI::Range(1U, 16U));
    auto* demo = app.add_flag("--demo", config.demo, "demo content and accounts; loopback only");
    demo->envname("FORUM_DEMO");
}

void add_serve_options(CLI::App& app, Config& config) {
    add(app, "--listen", config.listen, "address to listen on");
    add(app, "--port", config.port, "port to listen on, 0 = any free one");
    add(app, "--public-url", config.public_url, "address under which browsers know the site");
    add(app, "--trusted-proxies", config.trusted_proxies, "proxies whose Forwarded headers count");
    add(app, "--metrics-listen", config.metrics_listen, "ADDRESS:PORT of /metrics, \"\" = none");
    add(app, "--metrics-token", config.metrics_token, "what a scraper of /metrics shows; best in the environment");
    add(app, "--canary-seconds", config.canary_seconds, "between two beats of the canary, 0 = none")->check(CLI::Range(0, 86'400));
    add(app, "--workers", config.workers, "threads with a database connection each")->check(CLI::Range(1, 64));
    add(app, "--queue", config.queue, "requests that may wait for a worker")->check(CLI::Range(1, 100'000));
    add(app, "--io-threads", config.io_threads, "threads for sockets")->check(CLI::Range(1, 32));
    add(app, "--cache-megabytes", config.cache_megabytes, "memory for kept pages")->check(CLI::Range(1, 65'536));
    add(app, "--max-connections", config.max_connections, "connections at once")->check(CLI::Range(10, 1'000'000));
    add(app, "--connections-per-address", config.connections_per_address, "connections at once of one visitor's address")
        ->check(CLI::Range(1, 1'000'000));
    add(app, "--writes-per-minute", config.writes_per_minute, "per member, 0 = no limit")->check(CLI::Range(0, 1'000'000));
    add(app, "--sign-ins-per-5-minutes", config.sign_ins_per_5_minutes, "per address and account, 0 = no limit")
        ->check(CLI::Range(0, 1'000'000));
    add(app, "--notices-per-hour", config.notices_per_hour, "of illegal content, per address and per mail address, 0 = no limit")
        ->check(CLI::Range(0, 1'000'000));
    add(app, "--smtp-url", config.smtp_url, "mail server, smtp://host:port or smtps://host:port; empty = no mail is sent");
    add(app, "--mail-from", config.mail_from, "mail address of the forum");
    add(app, "--review-norm-hours", config.review_norm_hours, "working hours within which a case is to be decided")
        ->check(CLI::Range(1, 400));
    add(app, "--report-threshold", config.report_threshold, "trusted members whose reports hide a post for a working day, 0 = never")
        ->check(CLI::Range(0, 1000));
}

void complete(Config& config) {
    if (config.demo && !is_loopback(config.listen)) {
        throw std::runtime_error{"--demo has accounts with a known password: it listens on loopback only"};
    }
    if (!config.metrics_listen.empty() && config.metrics_token.empty() && !is_loopback(parse_endpoint(config.metrics_listen).address)) {
        throw std::runtime_error{"--metrics-listen on an address that others can reach needs --metrics-token"};
    }
    if (!config.smtp_url.empty()) {
        if (!config.smtp_url.starts_with("smtp://") && !config.smtp_url.starts_with("smtps://")) {
            throw std::runtime_error{"--smtp-url begins with smtp:// or smtps://"};
        }
        if (!mail::is_address(config.mail_from)) {
            throw std::runtime_error{"--smtp-url needs --mail-from, the mail address of the forum"};
        }
        if (config.public_url.empty()) {
            throw std::runtime_error{"--smtp-url needs --public-url, for the links in mails"};
        }
    }
    const auto program = fs::read_symlink("/proc/self/exe").parent_path();
    if (config.web_folder.empty()) {
        config.web_folder = find_folder("web files", {program / "../share/forum/web", program / "../web"});
    }
    if (config.sql_folder.empty()) {
        config.sql_folder = find_folder("migrations", {program / "../share/forum/sql", program / "../../sql"});
    }
}

}  // namespace forum::app
