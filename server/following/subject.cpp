#include "following/subject.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "discussion/thread_store.hpp"
#include "discussion/urls.hpp"
#include "following/person.hpp"

namespace forum::following {

namespace {

struct KindWords {
    SubjectKind kind;
    std::string_view name;  ///< in the API and in the database
    std::string_view word;  ///< in addresses of pages
};
constexpr std::array kinds{KindWords{SubjectKind::thread, "thread", "gesprek"}, KindWords{SubjectKind::theme, "theme", "thema"},
                           KindWords{SubjectKind::municipality, "municipality", "gemeente"},
                           KindWords{SubjectKind::typology, "typology", "type"}, KindWords{SubjectKind::member, "member", "lid"}};

const KindWords& words_of(SubjectKind kind) {
    return *std::find_if(kinds.begin(), kinds.end(), [&](const KindWords& words) { return words.kind == kind; });
}

bool is_key(SubjectKind kind, std::string_view key) {
    if (kind == SubjectKind::thread || kind == SubjectKind::member) {
        return base::parse_id<base::ThreadId>(key).has_value();
    }
    return !key.empty() && key.size() <= 100 && std::all_of(key.begin(), key.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    });
}

template <class IdType>
IdType id_of(const Subject& subject, SubjectKind kind) {
    return subject.kind == kind ? base::parse_id<IdType>(subject.key).value_or(IdType{}) : IdType{};
}

}  // namespace

base::ThreadId Subject::thread() const { return id_of<base::ThreadId>(*this, SubjectKind::thread); }
base::MemberId Subject::member() const { return id_of<base::MemberId>(*this, SubjectKind::member); }

std::optional<Subject> parse_subject(std::string_view kind, std::string_view key) {
    for (const auto& words : kinds) {
        if ((kind == words.name || kind == words.word) && is_key(words.kind, key)) {
            return Subject{words.kind, std::string{key}};
        }
    }
    return std::nullopt;
}

std::optional<Subject> parse_stored(std::string_view subject) {
    const auto slash = subject.find('/');
    return slash == subject.npos ? std::nullopt : parse_subject(subject.substr(0, slash), subject.substr(slash + 1));
}

std::string stored(const Subject& subject) { return std::string{kind_name(subject.kind)} + "/" + subject.key; }

std::string_view kind_name(SubjectKind kind) { return words_of(kind).name; }

std::string page_url(const Subject& subject) { return "/volgen/" + std::string{words_of(subject.kind).word} + "/" + subject.key; }

std::string api_url(const Subject& subject) { return "/api/v1/me/follows/" + stored(subject); }

std::vector<Described> describe(const site::PageContext& context, const discussion::Services& services,
                                const std::vector<Subject>& subjects) {
    std::vector<std::int64_t> threads, members;
    for (const auto& subject : subjects) {
        if (subject.kind == SubjectKind::thread) {
            threads.push_back(subject.thread().value);
        } else if (subject.kind == SubjectKind::member) {
            members.push_back(subject.member().value);
        }
    }
    const auto known_threads =
        threads.empty() ? std::map<std::int64_t, discussion::ThreadFacts>{} : discussion::find_threads(context.tx, context.viewer, threads);
    const auto people = find_people(context.tx, members);
    std::vector<Described> list;
    list.reserve(subjects.size());
    for (const auto& subject : subjects) {
        Described found;
        switch (subject.kind) {
        case SubjectKind::thread:
            if (const auto thread = known_threads.find(subject.thread().value); thread != known_threads.end()) {
                found = {discussion::shown_title(thread->second, services.texts, context.language),
                         discussion::thread_url(subject.thread(), thread->second.thread.slug)};
            }
            break;
        case SubjectKind::theme:
            if (const auto theme = services.places.find_theme(subject.key)) {
                found = {theme->name, "/gesprekken?thema=" + theme->slug};
            }
            break;
        case SubjectKind::municipality:
            if (const auto municipality = services.places.find_municipality(subject.key)) {
                found = {municipality->name, "/gemeenten/" + municipality->code};
            }
            break;
        case SubjectKind::typology:
            if (const auto typology = services.places.find_typology(subject.key)) {
                found = {typology->name, "/typen/" + typology->slug};
            }
            break;
        case SubjectKind::member:
            if (const auto person = people.find(subject.member().value); person != people.end()) {
                found = {person->second.name, person_url(subject.member())};
            }
            break;
        }
        list.push_back(std::move(found));
    }
    return list;
}

}  // namespace forum::following
