// Trusted members who reply without pause, through discussion::submit_reply with the real gate: markdown, rules, the commit that those of
// one moment share, and the word on app/application.cpp's channel, on which the running forum reads the events for its followers.
//
// Usage: bench_write_replies URL WEB_FOLDER WRITERS SECONDS THREAD... Prints the replies a second that were made.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include "base/ids.hpp"
#include "db/database.hpp"
#include "db/notify.hpp"
#include "discussion/submit_reply.hpp"
#include "moderation/review_gate.hpp"
#include "places/directory.hpp"
#include "view/templates.hpp"

namespace {

using namespace forum;
using Clock = std::chrono::steady_clock;

access::Viewer alderman() {
    access::Viewer viewer;
    viewer.member = base::MemberId{1};  // of the demo
    viewer.role = access::Role::member;
    viewer.is_trusted = true;
    viewer.is_office_holder = true;
    viewer.name = "Marit Oosterwegel";
    viewer.function = "wethouder";
    viewer.municipality = "GM1783";
    return viewer;
}

/// What a forum needs to take a reply.
struct Forum {
    Forum(const std::string& url, const std::string& web_folder)
        : database{{.url = url}}, templates{web_folder}, notifier{url, "forum_events", "wake bench"} {
        announcer.set_sink([this](const std::vector<live::Event>&) { notifier.notify(); });
        database.read([&](db::Tx& tx) {
            directory.load(tx);
            guard.load(tx);
            holds.load(tx);
        });
    }

    db::Database database;
    view::Templates templates;
    db::Notifier notifier;
    live::Announcer announcer;
    places::Directory directory;
    moderation::TextGuard guard{directory, templates};
    moderation::StandingHolds holds;
    moderation::HandlingTime handling{std::chrono::hours{8}, templates};
    moderation::ReviewGate gate{announcer, guard, holds, handling, database};
    discussion::Services services{directory, templates, announcer, gate};
};

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> given{argv + 1, argv + argc};
    if (given.size() < 5) {
        std::fputs("usage: bench_write_replies URL WEB_FOLDER WRITERS SECONDS THREAD...\n", stderr);
        return 2;
    }
    Forum forum{given[0], given[1]};
    std::vector<base::ThreadId> threads;
    for (auto id = given.begin() + 4; id != given.end(); ++id) {
        threads.push_back(base::ThreadId{std::stol(*id)});
    }
    const auto viewer = alderman();
    std::atomic<std::size_t> count{0};
    const auto begin = Clock::now();
    const auto end = begin + std::chrono::seconds{std::stol(given[3])};
    std::vector<std::thread> writers;
    for (long writer = 0; writer < std::stol(given[2]); ++writer) {
        writers.emplace_back([&] {
            while (Clock::now() < end) {
                const auto number = count++;
                discussion::Reply reply;
                reply.thread = threads.at(number % threads.size());
                reply.body = "Een antwoord om te meten, nummer " + std::to_string(number) + ". Zo doen wij dat hier.";
                forum.database.write([&](db::Tx& tx) { discussion::submit_reply(tx, forum.services, viewer, reply).value(); });
            }
            forum.database.close_this_thread();
        });
    }
    for (auto& writer : writers) {
        writer.join();
    }
    std::printf("%.1f\n", static_cast<double>(count) / std::chrono::duration<double>(Clock::now() - begin).count());
}
