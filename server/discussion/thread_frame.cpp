#include "discussion/thread_frame.hpp"

namespace forum::discussion {

site::Page page_under(const ThreadFacts& facts, const std::string& back, const site::PageContext& context, const Services& services) {
    site::Page page;
    page.breadcrumbs = {{services.texts.text("discussion.threads_title", context.language), "/gesprekken"},
                        {shown_title(facts, services.texts, context.language), back}};
    page.nav = "threads";
    return page;
}

}  // namespace forum::discussion
