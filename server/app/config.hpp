// Every setting of the server: command line, environment (FORUM_...), config/forum.toml, default, in that order. Rule: a
// setting has one name everywhere, and a wrong value is one clear line and exit code 2.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace forum::app {

struct Config {
    // where it listens
    std::string listen{"127.0.0.1"};
    std::uint16_t port{8080};
    std::string public_url;                    ///< "https://forum.example.nl": https only; "" = what Host and the proxies say
    std::vector<std::string> trusted_proxies;  ///< addresses or CIDR whose Forwarded headers count
    std::string metrics_listen;                ///< "127.0.0.1:9464": /metrics there; "" = nowhere
    std::string metrics_token;                 ///< what a scraper shows (Authorization: Bearer); needed when others can reach it
    int canary_seconds{60};                    ///< between two beats of the canary; 0 = none

    // data
    std::string data{"var"};  ///< folder of its own PostgreSQL
    std::string database;     ///< libpq URL of another one; "" = its own
    bool demo{false};

    // size
    std::size_t workers{6};  ///< threads with a database connection each
    std::size_t queue{500};  ///< requests that may wait for a worker
    int io_threads{1};
    std::size_t cache_megabytes{64};
    std::size_t max_connections{12'000};
    std::size_t connections_per_address{1'000};

    // limits of people
    int writes_per_minute{30};       ///< per member; 0 = no limit
    int sign_ins_per_5_minutes{10};  ///< per address and per account; 0 = no limit
    int notices_per_hour{10};        ///< of illegal content, per address and per mail address; 0 = no limit

    // moderation
    int review_norm_hours{8};  ///< working hours within which a case is to be decided
    int report_threshold{3};   ///< reports by so many trusted members hide a post for a working day; 0 = never

    // mail
    std::string smtp_url;   ///< "smtp://localhost:25"; "" = letters stay in the database
    std::string mail_from;  ///< the forum's own address

    // argon2id (OWASP Password Storage Cheat Sheet: 19 MiB, 2 passes, 1 lane)
    std::uint32_t argon2_memory_kib{19'456};
    std::uint32_t argon2_passes{2};
    std::uint32_t argon2_lanes{1};

    std::string log_level{"info"};
    std::string web_folder;  ///< made by web/build.mjs; "" = beside the program
    std::string sql_folder;  ///< migrations, replaceable, seed; "" = beside the program
};

/// Adds the options that every command shares (data, database, folders, log level, config file).
void add_common_options(CLI::App& app, Config& config);
/// Adds what only `serve` knows.
void add_serve_options(CLI::App& app, Config& config);

/// Fills in the folders that were not given: next to the program as installed, or in a source tree. Throws
/// std::runtime_error when they are nowhere; refuses demo accounts on an address that others can reach.
void complete(Config& config);

}  // namespace forum::app
