#include "app/commands.hpp"

#include <sys/resource.h>
#include <sys/signalfd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <functional>
#include <iostream>
#include <sstream>

#include "app/application.hpp"
#include "app/canary.hpp"
#include "app/config.hpp"
#include "app/database_start.hpp"
#include "app/features.hpp"
#include "app/health.hpp"
#include "app/seed.hpp"
#include "base/log.hpp"
#include "db/connection.hpp"
#include "db/database.hpp"
#include "db/migrate.hpp"
#include "live/announce.hpp"
#include "members/create_administrator.hpp"
#include "moderation/check_invariants.hpp"
#include "moderation/public_account.hpp"
#include "places/reference_data.hpp"

namespace forum::app {

namespace {

constexpr int wrong_use = 2;

base::LogLevel level_of(const std::string& name) {
    if (name == "debug") {
        return base::LogLevel::debug;
    }
    if (name == "warning") {
        return base::LogLevel::warning;
    }
    return name == "error" ? base::LogLevel::error : base::LogLevel::info;
}

/// SIGINT and SIGTERM are blocked in every thread from the start, so that this one can wait for them.
sigset_t block_stop_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    // A follower that is gone is an error of write(), not the end of the process.
    std::signal(SIGPIPE, SIG_IGN);
    return signals;
}

/// A connection is an open file, and most systems let a process have 1,024 until it asks for what it may have.
void raise_file_limit(std::size_t connections) {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return;
    }
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_max < connections) {
        base::log(base::LogLevel::warning, "event=few_files max={} connections={}", limit.rlim_max, connections);
    }
}

int serve(const Config& config) {
    const auto signals = block_stop_signals();
    raise_file_limit(config.max_connections);
    Application application{config};
    std::printf("listening on http://%s:%u\n", config.listen.c_str(), application.port());
    if (config.demo) {
        std::printf("demo accounts (password forum-demo-2026): wethouder@demo.example nieuw@demo.example "
                    "adviseur@demo.example moderator@demo.example moderator2@demo.example beheer@demo.example\n");
    }
    std::fflush(stdout);
    int signal = 0;
    sigwait(&signals, &signal);
    application.stop();
    return 0;
}

int print_plan(const Config& config) {
    const auto plan = DatabaseStart{config, Schema::leave}.plan();
    for (const auto& name : plan.migrations) {
        std::printf("would run %s\n", name.c_str());
    }
    for (const auto& name : plan.replaceable) {
        std::printf("would replace %s\n", name.c_str());
    }
    if (plan.empty()) {
        std::puts("nothing to do");
    }
    return 0;
}

int migrate(const Config& config) {
    if (config.database.empty()) {
        // Its own PostgreSQL: starting it migrates.
        const DatabaseStart start{config};
        std::puts("the database is up to date");
        return 0;
    }
    db::migrate(config.database, config.sql_folder, [](std::string_view line) { std::cout << line << '\n'; });
    return 0;
}

crypto::PasswordHasher make_hasher(const Config& config) {
    return crypto::PasswordHasher{{.memory_kib = config.argon2_memory_kib, .passes = config.argon2_passes, .lanes = config.argon2_lanes}};
}

/// Opens the database as its owner for one command. One that only looks does not migrate: it says that the database is behind.
template <class Job>
int with_database(const Config& config, Schema schema, Job&& job) {
    const DatabaseStart start{config, schema};
    if (schema == Schema::leave) {
        start.require_up_to_date();
    }
    db::Database database{{.url = start.owner_url()}};
    const int status = job(database);
    database.close_this_thread();
    return status;
}

int seed_command(const Config& config) {
    const DatabaseStart start{config};
    start.fill(make_hasher(config));
    std::puts("reference data is in place");
    return 0;
}

std::string read_text(const std::string& path) {
    std::ifstream in{path, std::ios::binary};
    if (!in) {
        throw std::runtime_error{"cannot read " + path};
    }
    std::ostringstream out;
    out << in.rdbuf();
    return std::move(out).str();
}

int import_command(const Config& config, const std::string& what, const std::string& file, bool dry_run) {
    const auto text = read_text(file);
    return with_database(config, dry_run ? Schema::leave : Schema::migrate, [&](db::Database& database) {
        const auto report = database.write([&](db::Tx& tx) {
            auto found =
                what == "typologies" ? places::import_typologies(tx, text, dry_run) : places::import_municipalities(tx, text, dry_run);
            if (found.problems.empty() && !found.changes.empty() && !dry_run) {
                // Servers that run read the register anew, and their kept pages fall.
                live::Announcer{}.announce(tx, {.topic = "places", .kind = "places.changed"});
            }
            return found;
        });
        for (const auto& change : report.changes) {
            std::printf("%s\n", change.c_str());
        }
        for (const auto& problem : report.problems) {
            std::fprintf(stderr, "%s\n", problem.c_str());
        }
        const char* outcome = !report.problems.empty() ? "nothing was changed" : dry_run ? "dry run" : "imported";
        std::printf("%s: %zu changes, %zu unchanged, %zu problems\n", outcome, report.changes.size(), report.unchanged,
                    report.problems.size());
        return report.problems.empty() ? 0 : 1;
    });
}

int create_administrator(const Config& config, const std::string& email, const std::string& name) {
    std::string password;
    std::getline(std::cin, password);
    return with_database(config, Schema::migrate, [&](db::Database& database) {
        const auto hasher = make_hasher(config);
        database.write([&](db::Tx& tx) { members::create_administrator(tx, hasher, email, name, password); });
        std::printf("%s can sign in as administrator\n", email.c_str());
        return 0;
    });
}

int check(const Config& config) {
    return with_database(config, Schema::leave, [](db::Database& database) {
        const auto faults = database.read([](db::Tx& tx) { return moderation::check_invariants(tx); });
        for (const auto& fault : faults) {
            std::fprintf(stderr, "%s\n", fault.c_str());
        }
        std::printf("%zu faults\n", faults.size());
        return faults.empty() ? 0 : 1;
    });
}

int print_figures(const Config& config, const std::string& quarter) {
    const auto wanted = quarter.empty() ? moderation::quarter_of(base::now()) : *moderation::parse_quarter(quarter);
    return with_database(config, Schema::leave, [&](db::Database& database) {
        const auto account = database.read([&](db::Tx& tx) { return moderation::load_public_account(tx, wanted); });
        std::fputs(moderation::to_csv(account).c_str(), stdout);
        return 0;
    });
}

int print_routes(const Config& config) {
    // Nothing asks the database until a request comes.
    db::Database database{{}};
    const view::Templates templates{config.web_folder};
    const live::Announcer announcer;
    places::Directory directory;
    access::SessionCache sessions;
    access::RateLimiter rate_limiter{{}};
    const auto passwords = make_hasher(config);
    const Features features{{database, templates, announcer, directory, sessions, rate_limiter, passwords, false, config.web_folder}};
    auto routes = features.routes();
    Canary{announcer}.add_routes(routes);
    Health{database}.add_routes(routes);
    auto lines = routes.table();
    // Their sockets leave HTTP before a route is looked for.
    lines.push_back("GET " + std::string{live::Live::socket_path} + " anyone live.socket");
    lines.push_back("GET " + std::string{live::Live::stream_path} + " anyone live.stream");
    std::sort(lines.begin(), lines.end());
    for (const auto& line : lines) {
        std::puts(line.c_str());
    }
    return 0;
}

}  // namespace

int run(int argc, char** argv) {
    Config config;
    CLI::App app{"Forum Diversiteit"};
    app.require_subcommand(1);
    app.set_version_flag("--version", FORUM_VERSION);
    std::function<int()> command;

    const auto add_command = [&](CLI::App& parent, const char* name, const char* help) {
        auto* sub = parent.add_subcommand(name, help);
        add_common_options(*sub, config);
        return sub;
    };
    auto* serve_app = add_command(app, "serve", "serves the forum");
    add_serve_options(*serve_app, config);
    serve_app->callback([&] { command = [&] { return serve(config); }; });

    bool plan_only = false;
    auto* migrate_app = add_command(app, "migrate", "brings the database up to date");
    migrate_app->add_flag("--plan", plan_only, "only says what it would do");
    migrate_app->callback([&] { command = [&] { return plan_only ? print_plan(config) : migrate(config); }; });

    auto* seed_app = add_command(app, "seed", "puts the reference data in place");
    seed_app->callback([&] { command = [&] { return seed_command(config); }; });

    std::string what;
    std::string file;
    bool dry_run = false;
    auto* import_app = add_command(app, "import", "imports municipalities or typologies from CSV");
    import_app->add_option("what", what, "municipalities or typologies")
        ->required()
        ->check(CLI::IsMember({"municipalities", "typologies"}));
    import_app->add_option("file", file, "the CSV file")->required();
    import_app->add_flag("--dry-run", dry_run, "only says what would change");
    import_app->callback([&] { command = [&] { return import_command(config, what, file, dry_run); }; });

    auto* admin_app = app.add_subcommand("admin", "accounts");
    admin_app->require_subcommand(1);
    std::string email;
    std::string name;
    auto* create_app = add_command(*admin_app, "create", "makes an administrator; reads the password from a line of input");
    create_app->add_option("email", email)->required();
    create_app->add_option("name", name)->required();
    create_app->callback([&] { command = [&] { return create_administrator(config, email, name); }; });

    auto* check_app = add_command(app, "check", "verifies the invariants of posts, cases and decisions");
    check_app->callback([&] { command = [&] { return check(config); }; });

    std::string quarter;
    auto* figures_app = add_command(app, "figures", "prints the public figures of a quarter about moderation, as CSV");
    figures_app->add_option("--quarter", quarter, "such as 2026-4; the running one when it is left out")
        ->check(CLI::Validator{[](const std::string& text) {
                                   return moderation::parse_quarter(text) ? "" : "--quarter: not a quarter such as 2026-4: " + text;
                               },
                               "QUARTER"});
    figures_app->callback([&] { command = [&] { return print_figures(config, quarter); }; });

    auto* routes_app = add_command(app, "routes", "prints the route table");
    routes_app->callback([&] { command = [&] { return print_routes(config); }; });

    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp& help) {
        return app.exit(help);
    } catch (const CLI::CallForVersion& version) {
        return app.exit(version);
    } catch (const CLI::ParseError& error) {
        const auto unknown = app.remaining();
        const auto said = unknown.empty() ? std::string{error.what()} : "unknown: " + unknown.front();
        std::fprintf(stderr, "forum: %s (forum --help tells more)\n", said.c_str());
        return wrong_use;
    }
    try {
        complete(config);
        base::set_log_level(level_of(config.log_level));
        return command();
    } catch (const db::ConnectionLost& error) {
        const auto line = error.reason.substr(0, error.reason.find('\n'));
        std::fprintf(stderr, "forum: cannot reach the database: %s\n", line.c_str());
        return 1;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "forum: %s\n", error.what());
        return 1;
    }
}

}  // namespace forum::app
