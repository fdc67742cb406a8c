#include "site/routes.hpp"

#include <stdexcept>

namespace forum::site {

std::string_view access_name(Access access) {
    switch (access) {
    case Access::anyone: return "anyone";
    case Access::member: return "member";
    case Access::staff: return "staff";
    case Access::moderator: return "moderator";
    case Access::administrator: return "administrator";
    }
    return "";
}

void Routes::page(std::string name, std::string path, std::string api_path, Access access, PageLoader loader) {
    added_from_ = routes_.size();
    if (!path.empty()) {
        routes_.push_back({http::Method::get, std::move(path), access, false, name, loader});
    }
    if (!api_path.empty()) {
        routes_.push_back({http::Method::get, std::move(api_path), access, true, std::move(name), std::move(loader)});
    }
}

void Routes::action(std::string name, std::string path, http::Method api_method, std::string api_path, Access access, Action action) {
    added_from_ = routes_.size();
    if (!path.empty()) {
        routes_.push_back({http::Method::post, std::move(path), access, false, name, action});
    }
    if (!api_path.empty()) {
        routes_.push_back({api_method, std::move(api_path), access, true, std::move(name), std::move(action)});
    }
}

void Routes::raw(std::string name, http::Method method, std::string path, RawHandler handler) {
    added_from_ = routes_.size();
    const bool is_api = path.starts_with("/api/");
    routes_.push_back({method, std::move(path), Access::anyone, is_api, std::move(name), std::move(handler)});
}

void Routes::light() {
    for (auto index = added_from_; index < routes_.size(); ++index) {
        routes_[index].is_light = true;
    }
}

void Routes::writing() {
    for (auto index = added_from_; index < routes_.size(); ++index) {
        routes_[index].is_writing = true;
    }
}

void Routes::last_resort() {
    for (auto index = added_from_; index < routes_.size(); ++index) {
        routes_[index].is_last_resort = true;
    }
}

std::vector<std::string> Routes::table() const {
    std::vector<std::string> lines;
    for (const auto& route : routes_) {
        lines.push_back(std::string{http::method_name(route.method)} + " " + route.path + " " + std::string{access_name(route.access)} + " "
                        + route.name);
    }
    return lines;
}

}  // namespace forum::site
