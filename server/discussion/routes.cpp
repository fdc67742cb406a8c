#include "discussion/routes.hpp"

#include "discussion/drafts.hpp"
#include "discussion/edit_post.hpp"
#include "discussion/hide_version.hpp"
#include "discussion/home_page.hpp"
#include "discussion/merge_threads.hpp"
#include "discussion/move_thread.hpp"
#include "discussion/moved.hpp"
#include "discussion/post_acts.hpp"
#include "discussion/post_history_page.hpp"
#include "discussion/preview.hpp"
#include "discussion/read_marker.hpp"
#include "discussion/similar.hpp"
#include "discussion/split_thread.hpp"
#include "discussion/start_thread.hpp"
#include "discussion/submit_reply.hpp"
#include "discussion/thread_acts.hpp"
#include "discussion/thread_form.hpp"
#include "discussion/thread_log_page.hpp"
#include "discussion/thread_page.hpp"
#include "discussion/threads_page.hpp"
#include "discussion/wall_acts.hpp"
#include "discussion/wall_page.hpp"

namespace forum::discussion {

void add_routes(site::Routes& routes, const Services& services) {
    using enum site::Access;
    using enum http::Method;
    const auto page = [&](auto loader) {
        return [&services, loader](const site::PageContext& context) { return loader(context, services); };
    };
    const auto action = [&](auto use_case) {
        return [&services, use_case](const site::ActionContext& context) { return use_case(context, services); };
    };

    const auto page_or_moved = [&](auto loader) { return or_moved(page(loader)); };
    const auto action_or_moved = [&](auto use_case) { return or_moved(action(use_case)); };

    routes.page("discussion.home", "/", "/api/v1/home", anyone, page(load_home_page));
    routes.page("discussion.threads", "/gesprekken", "/api/v1/threads", anyone, page(load_threads_page));
    routes.page("discussion.similar", "", "/api/v1/threads/similar", anyone, page(load_similar));
    routes.page("discussion.thread_new", "/gesprekken/nieuw", "", member, page(load_thread_new_page));
    routes.writing();
    routes.action("discussion.start_thread", "/gesprekken", post, "/api/v1/threads", member, action(post_thread));
    routes.writing();
    routes.page("discussion.thread_redirect", "/gesprekken/{id}", "", anyone, or_moved(load_thread_redirect));
    routes.page("discussion.thread", "/gesprekken/{id}/{slug}", "/api/v1/threads/{id}", anyone,
                or_moved([&services](const site::PageContext& context) { return load_thread_page(context, services); }));
    routes.action("discussion.reply", "/gesprekken/{id}/berichten", post, "/api/v1/threads/{id}/posts", member,
                  action_or_moved(post_reply));
    routes.writing();
    routes.page("discussion.post", "/gesprekken/{id}/berichten/{n}", "/api/v1/threads/{id}/posts/{n}", anyone,
                page_or_moved(load_post_page));

    routes.page("discussion.edit", "/gesprekken/{id}/berichten/{n}/wijzig", "", member, page_or_moved(load_edit_page));
    routes.writing();
    routes.action("discussion.edit_post", "/gesprekken/{id}/berichten/{n}/wijzig", put, "/api/v1/threads/{id}/posts/{n}", member,
                  action_or_moved(edit_post));
    routes.writing();
    routes.page("discussion.history", "/gesprekken/{id}/berichten/{n}/versies", "/api/v1/threads/{id}/posts/{n}/versions", anyone,
                page_or_moved(load_history_page));
    routes.action("discussion.change_version", "/gesprekken/{id}/berichten/{n}/versies/{v}", put,
                  "/api/v1/threads/{id}/posts/{n}/versions/{v}", moderator, action_or_moved(change_version));
    routes.page("discussion.withdraw", "/gesprekken/{id}/berichten/{n}/intrekken", "", member, page_or_moved(load_withdraw_page));
    routes.action("discussion.withdraw_post", "/gesprekken/{id}/berichten/{n}/intrekken", del, "/api/v1/threads/{id}/posts/{n}", member,
                  action_or_moved(withdraw_post));
    routes.page("discussion.undo", "/gesprekken/{id}/berichten/{n}/terugzetten", "", member, page_or_moved(load_undo_page));
    routes.action("discussion.undo_withdrawal", "/gesprekken/{id}/berichten/{n}/terugzetten", del,
                  "/api/v1/threads/{id}/posts/{n}/withdrawal", member, action_or_moved(undo_withdraw_post));
    routes.page("discussion.accept", "/gesprekken/{id}/berichten/{n}/antwoord", "", member, page_or_moved(load_accept_page));
    routes.action("discussion.accept_answer", "/gesprekken/{id}/berichten/{n}/antwoord", put, "/api/v1/threads/{id}/answer", member,
                  action(accept_answer));
    routes.page("discussion.unaccept", "/gesprekken/{id}/berichten/{n}/geen-antwoord", "", member, page(load_unaccept_page));
    routes.action("discussion.unaccept_answer", "/gesprekken/{id}/berichten/{n}/geen-antwoord", del, "/api/v1/threads/{id}/answer", member,
                  action(unaccept_answer));

    add_thread_acts(routes, services);
    routes.page("discussion.move", "/gesprekken/{id}/verplaatsen", "", moderator, page(load_move_page));
    routes.action("discussion.move_thread", "/gesprekken/{id}/verplaatsen", put, "/api/v1/threads/{id}/place", moderator,
                  action(move_thread));
    routes.page("discussion.merge", "/gesprekken/{id}/samenvoegen", "", moderator, page_or_moved(load_merge_page));
    routes.action("discussion.merge_threads", "/gesprekken/{id}/samenvoegen", post, "/api/v1/threads/{id}/merge", moderator,
                  action(merge_threads));
    routes.page("discussion.split", "/gesprekken/{id}/splitsen", "", moderator, page_or_moved(load_split_page));
    routes.action("discussion.split_thread", "/gesprekken/{id}/splitsen", post, "/api/v1/threads/{id}/split", moderator,
                  action(split_thread));

    routes.page("discussion.log", "/gesprekken/{id}/logboek", "/api/v1/threads/{id}/acts", staff, page_or_moved(load_thread_log));

    routes.page("discussion.wall", "/gesprekken/{id}/wand", "/api/v1/threads/{id}/wall", anyone,
                or_moved([&services](const site::PageContext& context) { return load_wall_page(context, services); }));
    add_wall_acts(routes, services);

    routes.action("discussion.preview", "/gesprekken/voorbeeld", post, "/api/v1/previews", member, action(preview_text));
    routes.light();
    routes.action("discussion.marker", "/gesprekken/{id}/gelezen", put, "/api/v1/threads/{id}/marker", member, action(move_marker));
    routes.light();
    routes.page("discussion.draft", "", "/api/v1/drafts/{key}", member, load_draft);
    routes.action("discussion.put_draft", "", put, "/api/v1/drafts/{key}", member, action(put_draft));
    routes.light();
    routes.action("discussion.delete_draft", "", del, "/api/v1/drafts/{key}", member, action(delete_draft));
    routes.light();
}

}  // namespace forum::discussion
