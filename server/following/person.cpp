#include "following/person.hpp"

#include <nlohmann/json.hpp>

#include "discussion/thread_rows.hpp"

namespace forum::following {

namespace {

constexpr int threads_on_page = 10;

const db::Query people_query{"following.people", R"(
    SELECT id, name, function, coalesce(municipality_code, '') AS municipality, role
      FROM members WHERE id = ANY($1::bigint[]) AND ended_at IS NULL)"};

const db::Query looks_after_query{"following.looks_after", R"(
    SELECT looks_after($1, NULL, $2) AS looks_after)"};

const db::Query threads_query{"following.threads_of_person", R"(
    SELECT t.id, count(*) OVER () AS n
      FROM visible_threads($1, $2) t
     WHERE t.author_id = $3 AND t.is_published AND NOT t.is_blanked
     ORDER BY t.published_at DESC, t.id DESC
     LIMIT $4)"};

}  // namespace

std::map<std::int64_t, Person> find_people(db::Tx& tx, const std::vector<std::int64_t>& ids) {
    std::map<std::int64_t, Person> people;
    if (ids.empty()) {
        return people;
    }
    for (const auto& row : tx.exec(people_query, db::Params::of(ids))) {
        people.emplace(row.integer("id"), Person{.name = row.text("name"),
                                                 .function = row.text("function"),
                                                 .municipality = row.text("municipality"),
                                                 .is_moderator = row.text("role") == "moderator"});
    }
    return people;
}

std::string person_url(base::MemberId member) { return "/leden/" + to_string(member); }

site::Page load_person(const site::PageContext& context, const discussion::Services& services) {
    const auto id = context.id<base::MemberId>("id");
    const auto people = find_people(context.tx, {id.value});
    if (people.empty()) {
        throw base::Problem{base::ProblemKind::not_found};
    }
    const auto& person = people.begin()->second;
    const auto& viewer = context.viewer;
    const bool is_own = viewer.member == id;
    const bool may_measure =
        viewer.may_moderate() && !is_own && context.tx.exec(looks_after_query, db::Params::of(viewer.member, id)).one().flag("looks_after");
    const auto rows = context.tx.exec(threads_query, db::Params::of(viewer.member, viewer.level(), id, threads_on_page));
    site::Page page;
    page.template_name = "person";
    page.title = person.name;
    page.subject = viewer.member == id ? "" : "member/" + to_string(id);
    page.model = nlohmann::json{
        {"id", id.value},
        {"name", person.name},
        {"function", person.function},
        {"municipality", services.places.municipality_ref(person.municipality)},
        {"isModerator", person.is_moderator},
        {"isOwn", is_own},
        {"measureUrl", may_measure ? person_url(id) + "/maatregel" : ""},
        {"scopeUrl", viewer.is_administrator() && person.is_moderator ? person_url(id) + "/gebied" : ""},
        {"threadCount", rows.empty() ? 0 : rows[0].integer("n")},
        {"threads", discussion::load_rows(context.tx, viewer, context.language, services.texts, services.places, rows.integers("id"))}};
    return page;
}

}  // namespace forum::following
