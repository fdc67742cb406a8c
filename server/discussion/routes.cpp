#include "discussion/routes.hpp"

#include "discussion/drafts.hpp"
#include "discussion/similar.hpp"
#include "discussion/start_thread.hpp"
#include "discussion/submit_reply.hpp"
#include "discussion/thread_form.hpp"
#include "discussion/thread_page.hpp"
#include "discussion/threads_page.hpp"

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

    routes.page("discussion.threads", "/gesprekken", "/api/v1/threads", anyone, page(load_threads_page));
    routes.page("discussion.similar", "", "/api/v1/threads/similar", anyone, page(load_similar));
    routes.page("discussion.thread_new", "/gesprekken/nieuw", "", member, page(load_thread_new_page));
    routes.action("discussion.start_thread", "/gesprekken", post, "/api/v1/threads", member, action(post_thread));
    routes.page("discussion.thread_redirect", "/gesprekken/{id}", "", anyone, load_thread_redirect);
    routes.page("discussion.thread", "/gesprekken/{id}/{slug}", "/api/v1/threads/{id}", anyone,
                [&services](const site::PageContext& context) { return load_thread_page(context, services); });
    routes.action("discussion.reply", "/gesprekken/{id}/berichten", post, "/api/v1/threads/{id}/posts", member,
                  action(post_reply));
    routes.page("discussion.post", "/gesprekken/{id}/berichten/{n}", "/api/v1/threads/{id}/posts/{n}", anyone,
                page(load_post_page));

    routes.page("discussion.draft", "", "/api/v1/drafts/{key}", member, load_draft);
    routes.action("discussion.put_draft", "", put, "/api/v1/drafts/{key}", member, action(put_draft));
    routes.light();
    routes.action("discussion.delete_draft", "", del, "/api/v1/drafts/{key}", member, action(delete_draft));
    routes.light();
}

}  // namespace forum::discussion
