#include "db/connection.hpp"

#include <libpq-fe.h>
#include <poll.h>
#include <pqxx/pqxx>

#include <algorithm>
#include <csignal>
#include <mutex>

#include "db/rows_data.hpp"
#include "db/tx.hpp"

namespace forum::db {

namespace {

class PqxxData : public RowsData {
public:
    explicit PqxxData(pqxx::result result) : result_{std::move(result)} {
        for (pqxx::row_size_type column = 0; column < result_.columns(); ++column) {
            names_.emplace_back(result_.column_name(column));
        }
    }
    int rows() const override { return static_cast<int>(result_.size()); }
    int find_column(std::string_view name) const override {
        const auto found = std::find(names_.begin(), names_.end(), name);
        return found == names_.end() ? -1 : static_cast<int>(found - names_.begin());
    }
    std::optional<std::string_view> value(int row, int column) const override {
        const pqxx::field found{result_[static_cast<pqxx::result_size_type>(row)], static_cast<pqxx::row_size_type>(column)};
        return found.is_null() ? std::nullopt : std::optional{std::string_view{found.c_str(), found.size()}};
    }
    std::size_t affected() const override { return result_.affected_rows(); }

private:
    pqxx::result result_;
    std::vector<std::string_view> names_;  ///< as libpq holds them
};

Rows make_rows(pqxx::result result) { return Rows{std::make_shared<const PqxxData>(std::move(result))}; }

/// The text behind `label` up to the end of its line ("" when absent). libpq's labels stay English, because
/// nothing in this program sets the C locale.
std::string labelled(std::string_view message, std::string_view label) {
    const auto at = message.find(label);
    if (at == std::string_view::npos) {
        return {};
    }
    auto rest = message.substr(at + label.size());
    rest = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    return std::string{rest};
}

/// The first line: severity, SQLSTATE and message. The lines below it may hold values of a row.
std::string first_line(std::string_view message) {
    const auto begin = std::min(message.find_first_not_of(" \n"), message.size());
    message.remove_prefix(begin);
    return std::string{message.substr(0, message.find('\n'))};
}

std::string join_lines(std::string_view message) {
    std::string out;
    for (const char c : message) {
        if (c != '\n' && c != '\t') {
            out += c;
        } else if (!out.empty() && out.back() != ' ') {
            out += ' ';
        }
    }
    while (!out.empty() && out.back() == ' ') {
        out.pop_back();
    }
    return out;
}

/// "ERROR:  42501: permission denied ..." -> "42501". libpqxx 6 leaves it out of some of its exceptions.
std::string sqlstate_of(std::string_view line) {
    const auto at = line.find(":  ");
    if (at == std::string_view::npos || line.size() < at + 9 || line[at + 8] != ':') {
        return "XX000";
    }
    return std::string{line.substr(at + 3, 5)};
}

[[noreturn]] void throw_sql_error(std::string_view message) {
    const auto line = first_line(message);
    const auto state = sqlstate_of(line);
    // 57P01 to 57P03: told to end, crashed, starting up. 57P05: ended while idle.
    if (state.starts_with("08") || (state.starts_with("57P") && state != "57P04")) {
        throw ConnectionLost{line};
    }
    if (state == "23505" || state == "23503" || state == "23514" || state == "23P01") {
        throw ConstraintViolation{labelled(message, "CONSTRAINT NAME:"), line};
    }
    throw DatabaseError{state, line};
}

void ignore_sigpipe() {
    static std::once_flag once;
    std::call_once(once, [] {
        struct sigaction present {};
        if (::sigaction(SIGPIPE, nullptr, &present) == 0 && present.sa_handler == SIG_DFL) {
            ::signal(SIGPIPE, SIG_IGN);
        }
    });
}

std::string session_settings(const ConnectionSettings& settings) {
    return "SET client_min_messages TO warning; SET timezone TO 'UTC'; SET datestyle TO 'ISO, YMD'; "
           "SET intervalstyle TO 'iso_8601'; SET statement_timeout TO "
           + std::to_string(settings.statement_timeout.count());
}

class ConninfoOptions {
public:
    explicit ConninfoOptions(const std::string& url) {
        char* error = nullptr;
        options_ = PQconninfoParse(url.c_str(), &error);
        if (options_ == nullptr) {
            // libpq repeats the whole text in some messages, and a password may be in it.
            PQfreemem(error);
            throw std::invalid_argument{"the database address is malformed; write it as "
                                        "postgresql://user:password@host:5432/name or as host=... dbname=... user=..."};
        }
    }
    ~ConninfoOptions() { PQconninfoFree(options_); }
    ConninfoOptions(const ConninfoOptions&) = delete;
    ConninfoOptions& operator=(const ConninfoOptions&) = delete;

    std::vector<std::pair<std::string, std::string>> given() const {
        std::vector<std::pair<std::string, std::string>> found;
        for (const auto* option = options_; option->keyword != nullptr; ++option) {
            if (option->val != nullptr) {
                found.emplace_back(option->keyword, option->val);
            }
        }
        return found;
    }

private:
    PQconninfoOption* options_;
};

std::string write_conninfo(const std::vector<std::pair<std::string, std::string>>& pairs) {
    std::string out;
    for (const auto& [key, value] : pairs) {
        out += (out.empty() ? "" : " ") + key + "='";
        for (const char c : value) {
            if (c == '\'' || c == '\\') {
                out += '\\';
            }
            out += c;
        }
        out += '\'';
    }
    return out;
}

std::string merge_url(const std::string& url, const std::vector<std::pair<std::string, std::string>>& additions, bool overwrite) {
    auto pairs = ConninfoOptions{url}.given();
    for (const auto& [key, value] : additions) {
        const auto same = [&key = key](const auto& pair) { return pair.first == key; };
        const auto found = std::find_if(pairs.begin(), pairs.end(), same);
        if (found == pairs.end()) {
            pairs.emplace_back(key, value);
        } else if (overwrite) {
            found->second = value;
        }
    }
    return write_conninfo(pairs);
}

}  // namespace

std::string change_url(const std::string& url, const std::vector<std::pair<std::string, std::string>>& changes) {
    return merge_url(url, changes, true);
}

std::string find_in_url(const std::string& url, const std::string& key) {
    for (auto& [name, value] : ConninfoOptions{url}.given()) {
        if (name == key) {
            return value;
        }
    }
    return {};
}

std::string complete_url(const std::string& url, const std::vector<std::pair<std::string, std::string>>& defaults) {
    return merge_url(url, defaults, false);
}

class Connection::Impl {
public:
    Impl(const std::string& url, const ConnectionSettings& settings)
        : connection_{
            complete_url(url, {{"connect_timeout", std::to_string(settings.connect_timeout.count())},
                               {"application_name", settings.application_name},
                               {"client_encoding", "UTF8"},
                               // A server that vanished behind a network is noticed within seconds, not within TCP's quarter of an hour.
                               {"tcp_user_timeout", "15000"},
                               {"keepalives_idle", "15"},
                               {"keepalives_interval", "5"},
                               {"keepalives_count", "3"}})} {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
        // A silent reconnect would drop an open transaction and go on; ours is explicit.
        connection_.inhibit_reactivation(true);
#pragma GCC diagnostic pop
        // Only verbose messages carry the constraint's name, and libpqxx 6 gives no other way to it.
        connection_.set_verbosity(pqxx::connection_base::verbose);
        work_.emplace(connection_);
        guarded([&] { return work_->exec(session_settings(settings)); });
    }

    /// Runs `action` and turns libpqxx's exceptions into ours.
    template <class Action>
    pqxx::result guarded(Action&& action) {
        try {
            return action();
        } catch (const pqxx::failure& error) {
            if (!connection_.is_open()) {
                // libpqxx 6 hides what the server said behind a complaint about the encoding.
                throw ConnectionLost{"the server ended the connection"};
            }
            throw_sql_error(error.what());
        }
    }

    const std::string& prepared(const Query& query) {
        if (prepared_.insert(query.name).second) {
            connection_.prepare(query.name, query.sql);
        }
        return query.name;
    }

    pqxx::connection connection_;
    std::optional<pqxx::nontransaction> work_;

private:
    std::unordered_set<std::string> prepared_;
};

namespace {

/// libpqxx 6 knows no std::optional; a null pointer is its NULL.
std::vector<const char*> pointers(const Params& params) {
    std::vector<const char*> out;
    out.reserve(params.values().size());
    for (const auto& value : params.values()) {
        out.push_back(value ? value->c_str() : nullptr);
    }
    return out;
}

}  // namespace

Connection::Connection(const std::string& url, const ConnectionSettings& settings) {
    ignore_sigpipe();
    try {
        impl_ = std::make_unique<Impl>(url, settings);
    } catch (const pqxx::failure& error) {
        throw ConnectionLost{join_lines(error.what())};
    }
}

Connection::~Connection() = default;

Rows Connection::run(const char* sql) {
    return make_rows(impl_->guarded([&] { return impl_->work_->exec(sql); }));
}

Rows Connection::run(const Query& query, const Params& params) {
    const auto values = pointers(params);
    return make_rows(
        impl_->guarded([&] { return impl_->work_->exec_prepared(impl_->prepared(query), pqxx::prepare::make_dynamic_params(values)); }));
}

Rows Connection::run_once(const std::string& sql, const Params& params) {
    const auto values = pointers(params);
    return make_rows(impl_->guarded([&] { return impl_->work_->exec_params(sql, pqxx::prepare::make_dynamic_params(values)); }));
}

bool Connection::is_usable() const {
    if (!impl_->connection_.is_open()) {
        return false;
    }
    // An idle server says nothing, except that it goes away.
    pollfd waiting{.fd = impl_->connection_.sock(), .events = POLLIN, .revents = 0};
    return ::poll(&waiting, 1, 0) == 0;
}

int Connection::backend_pid() const { return impl_->connection_.backendpid(); }

}  // namespace forum::db
