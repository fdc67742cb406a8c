#include "app/features.hpp"

#include <nlohmann/json.hpp>

#include "app/openapi.hpp"
#include "discussion/braid.hpp"
#include "discussion/drafts.hpp"
#include "discussion/own_posts.hpp"
#include "discussion/place_threads.hpp"
#include "discussion/post_rules.hpp"
#include "discussion/routes.hpp"
#include "discussion/submit_reply.hpp"
#include "discussion/thread_ends.hpp"
#include "discussion/thread_events.hpp"
#include "discussion/thread_store.hpp"
#include "following/follow_page.hpp"
#include "following/notices.hpp"
#include "following/notices_page.hpp"
#include "following/routes.hpp"
#include "live/event_store.hpp"
#include "members/routes.hpp"
#include "members/sign_in_page.hpp"
#include "moderation/case_store.hpp"
#include "moderation/measure_page.hpp"
#include "moderation/notice_store.hpp"
#include "moderation/review_gate.hpp"
#include "moderation/routes.hpp"
#include "moderation/run_timers.hpp"
#include "places/routes.hpp"
#include "site/plain_pages.hpp"

namespace forum::app {

namespace {

// Longer than any page stays open: whoever comes back after that reads the page anew. What changed since somebody's last visit is
// found in them too, for 28 days (following/since_page.cpp).
constexpr std::chrono::hours events_time{30 * 24};
constexpr std::chrono::hours keys_time{48};  // sql/migrations/0004_discussion.sql
constexpr std::chrono::hours drafts_time{365 * 24};
constexpr std::chrono::hours unconfirmed_time{7 * 24};
constexpr std::chrono::hours notices_time{183 * 24};

}  // namespace

class Features::Impl {
public:
    explicit Impl(const Parts& given)
        : parts{given},
          guard{parts.directory, parts.templates},
          handling{parts.review_norm, parts.templates},
          gate{parts.announcer, guard, holds, handling, parts.database},
          intake{.handling = handling,
                 .rate_limiter = parts.rate_limiter,
                 .report_threshold = parts.report_threshold,
                 .shows_links = parts.is_demo && parts.mail.smtp_url.empty()},
          courier{parts.database, parts.mail},
          discussion{parts.directory, parts.templates, parts.announcer, gate},
          following{
              discussion,
              [](db::Tx& tx, const access::Viewer& viewer) { return static_cast<int>(moderation::count_returned(tx, viewer.member)); }},
          members{.texts = parts.templates,
                  .announcer = parts.announcer,
                  .rate_limiter = parts.rate_limiter,
                  .passwords = parts.passwords,
                  .is_demo = parts.is_demo,
                  .me = me_sources(),
                  .keep_typed = {},
                  .sign_in_picture = discussion::hero_svg()},
          threads{discussion::thread_source(parts.templates, parts.directory)} {
        members.keep_typed = [this](const site::ActionContext& context, const std::string& path) {
            return discussion::keep_typed(context, discussion, path);
        };
    }

    members::MeSources me_sources() {
        return {
            .municipality = [this](const std::string& code) { return view::Model{parts.directory.municipality_ref(code)}; },
            .posts = [this](const site::PageContext& context) { return discussion::load_own_posts(context, discussion); },
            .drafts =
                [this](const site::PageContext& context) {
                    return view::Model{discussion::load_drafts(context.tx, discussion, context.viewer, context.language)};
                },
            .count_waiting = [](const site::PageContext& context) { return discussion::count_own_waiting(context.tx, context.viewer); }};
    }

    std::optional<live::Sources::Opening> open_topic(const access::Viewer& viewer, const std::string& topic) const;
    site::FrameSources::Counters count(db::Tx& tx, const access::Viewer& viewer) const {
        return {.bell = following::count_bell(tx, viewer, following),
                .queue = viewer.is_staff() ? static_cast<int>(moderation::count_open_cases(tx, viewer).count) : 0};
    }

    Parts parts;
    moderation::TextGuard guard;
    moderation::StandingHolds holds;
    moderation::HandlingTime handling;
    moderation::ReviewGate gate;
    moderation::Intake intake;
    mail::Courier courier;
    discussion::Services discussion;
    following::Services following;
    members::Services members;
    places::ThreadSource threads;
};

std::optional<live::Sources::Opening> Features::Impl::open_topic(const access::Viewer& viewer, const std::string& topic) const {
    constexpr std::string_view thread = "thread/";
    if (topic.starts_with(thread)) {
        const auto id = base::parse_id<base::ThreadId>(std::string_view{topic}.substr(thread.size()));
        if (!id) {
            return std::nullopt;
        }
        return parts.database.read([&](db::Tx& tx) -> std::optional<live::Sources::Opening> {
            const auto opening = discussion::open_thread_topic(tx, viewer, *id);
            if (!opening) {
                return std::nullopt;
            }
            return live::Sources::Opening{opening->seq, live::audience_from(opening->audience)};
        });
    }
    const auto is_known_list = [&] {
        const auto slash = topic.rfind('/');
        const auto name = topic.substr(slash + 1);
        if (topic == "list/all") {
            return true;
        }
        if (topic.starts_with("list/theme/")) {
            return parts.directory.find_theme(name).has_value();
        }
        if (topic.starts_with("list/municipality/")) {
            return parts.directory.find_municipality(name).has_value();
        }
        return topic.starts_with("list/typology/") && parts.directory.find_typology(name).has_value();
    };
    return is_known_list() ? std::optional{live::Sources::Opening{0, live::Audience::everyone}} : std::nullopt;
}

Features::Features(const Parts& parts) : impl_{std::make_unique<Impl>(parts)} {}
Features::~Features() = default;

void Features::load(db::Tx& tx) {
    impl_->guard.load(tx);
    impl_->holds.load(tx);
}

bool Features::is_kept(std::string_view topic) {
    return topic == moderation::word_rules_topic || topic == discussion::standing_holds_topic;
}

site::Routes Features::routes() const {
    site::Routes routes;
    site::add_plain_pages(routes, impl_->parts.templates);
    members::add_routes(routes, impl_->members);
    places::add_routes(routes, impl_->parts.directory, impl_->threads, impl_->parts.templates);
    discussion::add_routes(routes, impl_->discussion);
    following::add_routes(routes, impl_->following);
    moderation::add_routes(routes, impl_->discussion, impl_->parts.database, impl_->intake);
    add_openapi(routes, impl_->parts.web_folder);
    return routes;
}

site::FrameSources Features::frame_sources() const {
    auto* impl = impl_.get();
    return {.municipality = [impl](const std::string& code) { return view::Model{impl->parts.directory.municipality_ref(code)}; },
            .counters = [impl](db::Tx& tx, const access::Viewer& viewer) { return impl->count(tx, viewer); },
            .follow = following::follow_button};
}

std::vector<Chore> Features::chores() const {
    using namespace std::chrono_literals;
    std::vector<Chore> chores{
        {"events", 1min, [](db::Tx& tx, base::Time now) { live::prune_events(tx, now - events_time); }},
        {"idempotency_keys", 10min, [](db::Tx& tx, base::Time now) { discussion::prune_idempotency_keys(tx, now - keys_time); }},
        {"sessions", 1h, [](db::Tx& tx, base::Time now) { access::prune_sessions(tx, now); }},
        {"drafts", 1h, [](db::Tx& tx, base::Time now) { discussion::prune_drafts(tx, now - drafts_time); }},
        {"notices", 10min, [](db::Tx& tx, base::Time now) { following::prune_notices(tx, now - notices_time); }},
        {"case_timers", 1min, [this](db::Tx& tx, base::Time now) { moderation::run_due_timers(tx, impl_->discussion, now); }},
        {"thread_ends", 10s, [this](db::Tx& tx, base::Time now) { discussion::end_due_acts(tx, impl_->discussion, now); }},
        {"content_notices", 1h, [](db::Tx& tx, base::Time now) { moderation::prune_notices(tx, now - unconfirmed_time); }}};
    if (!impl_->parts.mail.smtp_url.empty()) {
        chores.push_back({"mails", 5s, [impl = impl_.get()](db::Tx& tx, base::Time) { impl->courier.run(tx); }});
    }
    return chores;
}

std::function<site::Page(const site::ActionContext&)> Features::sign_in_again() const {
    return [impl = impl_.get()](const site::ActionContext& context) { return members::sign_in_again(context, impl->members); };
}

std::function<site::Page(const site::PageContext&, const site::ActionContext*)> Features::restricted() const {
    return [impl = impl_.get()](const site::PageContext& context, const site::ActionContext* act) {
        const bool is_text = act != nullptr && act->input.has("body") && !discussion::wants_json(context);
        if (!is_text) {
            return moderation::load_restricted(context, impl->discussion);
        }
        const bool is_kept = !discussion::keep_typed(*act, impl->discussion, context.request.path).empty();
        return moderation::load_restricted(context, impl->discussion, act->input.text("body"), is_kept);
    };
}

void Features::fill(live::Sources& sources) const {
    auto* impl = impl_.get();
    sources.open_topic = [impl](const access::Viewer& viewer, const std::string& topic) { return impl->open_topic(viewer, topic); };
    sources.render = [impl](const live::Event& event) {
        // Ids only: who hears of them asks the page for what they show.
        if (event.topic == "moderation" || event.topic.starts_with("me/")) {
            return view::Model{nlohmann::json::parse(event.data)};
        }
        return discussion::render_event(impl->parts.database, impl->discussion, event);
    };
    sources.render_hint = [impl](const live::Event& event, const std::string& topic) {
        return discussion::render_hint(impl->parts.database, event, topic);
    };
    sources.counters = [impl](const access::Viewer& viewer) {
        const auto counters = impl->parts.database.read([&](db::Tx& tx) { return impl->count(tx, viewer); });
        return view::Model{nlohmann::json{{"bell", counters.bell}, {"queue", counters.queue}}};
    };
}

}  // namespace forum::app
