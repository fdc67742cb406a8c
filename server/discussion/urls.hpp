// Addresses of threads and posts, and on which page of its thread a post stands. Rule: a post's page follows from its number
// alone, so an address stays good whatever happens to the posts around it (A1).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/ids.hpp"

namespace forum::discussion {

/// Replies on one page of a thread. The opening post (number 1) stands on every page and is not counted.
constexpr int page_size = 20;

/// A post's number as somebody wrote it; nothing when no post can have it (zero, words, a thousand million and more).
std::optional<int> parse_post_number(std::string_view text);

/// The page, from 1, on which post `number` stands: 2-21 on page 1, 22-41 on page 2.
int page_of(int number);
/// The lowest number of the replies on a page.
int first_number(int page);

std::string thread_url(base::ThreadId thread, std::string_view slug);
std::string thread_page_url(base::ThreadId thread, std::string_view slug, int page);
/// With the page that holds it, for example "/gesprekken/12/hallo?pagina=2#bericht-25".
std::string post_url(base::ThreadId thread, std::string_view slug, int number);
/// "/gesprekken/12/berichten/25" and what hangs under it: act is "" or for example "/wijzig".
std::string post_act_url(base::ThreadId thread, int number, std::string_view act);
std::string post_api_url(base::ThreadId thread, int number);
/// "/gesprekken/12/wand"; a question on it is "#vraag-5".
std::string wall_url(base::ThreadId thread);
/// All questions in the order in which they were asked, from this number on.
std::string wall_list_url(base::ThreadId thread, int from);

/// The slug for a title; never one of the words that have a meaning of their own after /gesprekken/{id}/.
std::string thread_slug(std::string_view title);

}  // namespace forum::discussion
