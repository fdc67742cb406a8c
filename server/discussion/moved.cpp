#include "discussion/moved.hpp"

#include <nlohmann/json.hpp>

#include "discussion/post_rules.hpp"
#include "discussion/urls.hpp"

namespace forum::discussion {

namespace {

const db::Query find_moved_query{"discussion.find_moved", R"(
    SELECT p.thread_id, t.slug, p.number
      FROM post_moves v
      JOIN visible_posts($1, $2) p ON p.id = v.post_id
      JOIN visible_threads($1, $2) t ON t.id = p.thread_id
     WHERE v.thread_id = $3 AND v.number = $4)"};

std::optional<MovedTo> find_asked(const site::PageContext& context) {
    const int number = context.path.contains("n") ? post_number(context) : 1;
    return find_moved(context.tx, context.viewer, context.id<base::ThreadId>("id"), number);
}

/// The address that was asked for with the new values in it: of a post with what hangs under it, "/versies" for example.
std::string address_there(const site::PageContext& context, const MovedTo& there) {
    const auto& path = context.request.path;
    const bool names_post = context.path.contains("n");
    if (!names_post) {
        return context.is_api ? "/api/v1/threads/" + to_string(there.thread) : post_url(there.thread, there.slug, there.number);
    }
    const std::string_view mark = context.is_api ? "/posts/" : "/berichten/";
    const auto end_of_number = path.find('/', path.find(mark) + mark.size());
    const auto under = end_of_number == path.npos ? std::string{} : path.substr(end_of_number);
    if (context.is_api) {
        return post_api_url(there.thread, there.number) + under;
    }
    return under.empty() ? post_url(there.thread, there.slug, there.number) : post_act_url(there.thread, there.number, under);
}

}  // namespace

std::optional<MovedTo> find_moved(db::Tx& tx, const access::Viewer& viewer, base::ThreadId thread, int number) {
    const auto rows = tx.exec(find_moved_query, db::Params::of(viewer.member, viewer.level(), thread, number));
    const auto row = rows.find_one();
    if (!row) {
        return std::nullopt;
    }
    return MovedTo{row->id<base::ThreadId>("thread_id"), row->text("slug"), static_cast<int>(row->integer("number"))};
}

site::PageLoader or_moved(site::PageLoader loader) {
    return [loader = std::move(loader)](const site::PageContext& context) {
        try {
            return loader(context);
        } catch (const base::Problem& problem) {
            if (problem.kind != base::ProblemKind::not_found) {
                throw;
            }
            const auto there = find_asked(context);
            if (!there) {
                throw;
            }
            site::Page page;
            page.redirect = page.api_redirect = address_there(context, *there);
            page.model = nlohmann::json{{"url", page.redirect}};
            return page;
        }
    };
}

site::Action or_moved(site::Action action) {
    return [action = std::move(action)](const site::ActionContext& context) {
        try {
            return action(context);
        } catch (const base::Problem& problem) {
            if (problem.kind != base::ProblemKind::not_found) {
                throw;
            }
        }
        const auto there = find_asked(context);
        if (!there) {
            throw base::Problem{base::ProblemKind::not_found};
        }
        auto path = context.path;
        path.insert_or_assign(std::string{moved_from}, path.find("id")->second);
        path.insert_or_assign("id", to_string(there->thread));
        if (path.contains("n")) {
            path.insert_or_assign("n", std::to_string(there->number));
        }
        return action({{context.request, path, context.viewer, context.tx, context.language, context.is_api},
                       context.input,
                       context.idempotency_key});
    };
}

}  // namespace forum::discussion
