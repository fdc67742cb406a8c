#include "site/page.hpp"

namespace forum::site {

std::string_view PageContext::query(std::string_view page_name, std::string_view api_name) const {
    return request.query_value(is_api ? api_name : page_name);
}

}  // namespace forum::site
