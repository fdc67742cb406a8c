// What a member can follow: a thread, a theme, a municipality, a type or a person. Rule: a subject that the viewer may not open does
// not exist for him, so it is described before anything is said or done with it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "discussion/services.hpp"
#include "site/page.hpp"

namespace forum::following {

enum class SubjectKind { thread, theme, municipality, typology, member };

struct Subject {
    SubjectKind kind;
    std::string key;  ///< id, slug or CBS code

    base::ThreadId thread() const;  ///< none when it is something else
    base::MemberId member() const;
};

/// By the words of addresses, Dutch ("gesprek") or of the API ("thread"); nothing when there is no such kind or the key cannot be one.
std::optional<Subject> parse_subject(std::string_view kind, std::string_view key);
/// As it is stored: "thread/12", "municipality/GM1783".
std::optional<Subject> parse_stored(std::string_view subject);
std::string stored(const Subject& subject);
std::string_view kind_name(SubjectKind kind);

/// "/volgen/gesprek/12" and "/api/v1/me/follows/thread/12".
std::string page_url(const Subject& subject);
std::string api_url(const Subject& subject);

struct Described {
    std::string name, url;  ///< "" both when it is not there for this viewer
};
/// One for each subject, in their order; at most two queries.
std::vector<Described> describe(const site::PageContext& context, const discussion::Services& services,
                                const std::vector<Subject>& subjects);

}  // namespace forum::following
