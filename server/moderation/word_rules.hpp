// The staff's list of words and web addresses, matched against a text. Rule: whole words, whatever their case and accents; a
// pattern is text, never an expression, so that every moderator can foresee what it meets.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace forum::moderation {

struct WordRule {
    std::int64_t id;
    bool is_host;         ///< the pattern is the name of a web server, its subdomains included; else one to five words
    std::string pattern;  ///< as clean_pattern gave it
    std::string effect;   ///< "warn", "hold" or "block"
    std::string reason;   ///< for the author
};

/// A pattern as it is kept: words with single spaces, or a host name in lower case without scheme, "www." and path.
/// "" when it is none: no letter or digit, over five words, over 100 characters; for a host no ASCII name with a point in it.
std::string clean_pattern(std::string_view typed, bool is_host);

struct WordMatch {
    std::size_t rule;        ///< index in the list that the matcher was made of
    std::size_t begin, end;  ///< bytes of the text
};

/// Made once for a list of rules, used from any thread.
class WordMatcher {
public:
    explicit WordMatcher(std::vector<WordRule> rules);

    const std::vector<WordRule>& rules() const { return rules_; }
    /// The first place where each rule is met, in order of the rules. `markdown`: valid UTF-8.
    /// Words are read without invisible signs, with digits for letters ("g3heim") and letters one by one ("g e h e i m").
    std::vector<WordMatch> find(std::string_view markdown) const;

private:
    std::vector<WordRule> rules_;
    /// By their first word, which is what a text is looked up by; the words of each.
    std::multimap<std::string, std::size_t, std::less<>> by_word_;
    std::vector<std::vector<std::string>> words_;
    bool has_hosts_{false};
};

}  // namespace forum::moderation
