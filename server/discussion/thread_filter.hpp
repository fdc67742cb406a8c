// What a list of threads is narrowed by, as it stands in the URL. Rule: values of one filter add up (OR), filters narrow each
// other (AND), and every count beside a filter's value is the number of rows one gets by choosing it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "access/viewer.hpp"
#include "db/tx.hpp"
#include "places/directory.hpp"
#include "site/page.hpp"

namespace forum::discussion {

enum class Sort { activity, newest, unanswered_first };

struct ThreadFilter {
    std::vector<std::string> kinds;       ///< empty = all
    std::vector<std::string> themes;      ///< slugs
    std::vector<std::string> typologies;  ///< slugs
    std::string municipality;             ///< CBS code; the thread is linked to it or was asked from there
    std::string state;                    ///< "", open, answered, unanswered, closed, own
    std::string text;                     ///< words in the title or in a post that the viewer may read
    std::string like_mine;                ///< typology slug of the viewer's municipality: linked to it or asked from such a place
    Sort sort{Sort::activity};

    bool is_filtered() const;
    int count_active() const;
};

/// Parameters of the page (soort, thema, ...) or the API (kind, theme, ...). An unknown value finds nothing and is no error,
/// as an old link may hold one; a municipality may be a code or a name.
ThreadFilter parse_filter(const site::PageContext& context, const places::Directory& places);

/// The word for a filter's value in a page's address ("vraag"); the API's own ("question") where it has none.
std::string page_word(std::string_view value);

/// Position after (or before) which a page of the list begins.
struct ListCursor {
    std::int64_t rank, at, id;
};

struct FoundThreads {
    std::vector<std::int64_t> ids;
    std::string next;      ///< cursor, "" at the end
    std::string previous;  ///< cursor of the page before; "" when that is the first page
    bool has_previous{false};
};

/// At most `limit` threads. `cursor`: "" = from the start; Problem{bad_request} when it is none of ours.
FoundThreads find_threads(db::Tx& tx, const access::Viewer& viewer, const ThreadFilter& filter, std::string_view cursor, int limit);

/// Number of threads by filter value, each counted with all other filters on, and of the whole list.
struct ThreadCounts {
    std::int64_t all{0};
    std::map<std::string, std::int64_t> kinds, themes, typologies, states;
};
ThreadCounts count_threads(db::Tx& tx, const access::Viewer& viewer, const ThreadFilter& filter);

/// Number of threads by CBS code, each as the list with that municipality has them; codes without threads are absent.
std::map<std::string, std::int64_t> count_by_municipality(db::Tx& tx, const access::Viewer& viewer);

}  // namespace forum::discussion
