#include "site/assets.hpp"

#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace forum::site {

namespace fs = std::filesystem;

namespace {

std::string read_file(const fs::path& path) {
    std::ifstream in{path, std::ios::binary};
    if (!in) {
        throw std::runtime_error{"cannot read " + path.string()};
    }
    std::ostringstream out;
    out << in.rdbuf();
    return std::move(out).str();
}

std::string_view media_type(const fs::path& path) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 7> types{{
        {".css", "text/css; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".map", "application/json"},
        {".svg", "image/svg+xml"},
        {".woff2", "font/woff2"},
        {".txt", "text/plain; charset=utf-8"},
        {".png", "image/png"},
    }};
    for (const auto& [extension, type] : types) {
        if (path.extension() == extension) {
            return type;
        }
    }
    return "application/octet-stream";
}

std::shared_ptr<const http::PreparedReply::Form> make_form(const fs::path& path, const std::string& common, std::string body,
                                                           std::string_view encoding) {
    auto form = std::make_shared<http::PreparedReply::Form>();
    form->not_modified_head = "HTTP/1.1 304 Not Modified\r\n" + common;
    form->head = "HTTP/1.1 200 OK\r\nContent-Type: ";
    form->head += media_type(path);
    form->head += "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
    if (!encoding.empty()) {
        form->head += "Content-Encoding: ";
        form->head += encoding;
        form->head += "\r\n";
    }
    form->head += common;
    form->body = std::move(body);
    return form;
}

/// The file with the forms beside it. A name without hash may change, so it is asked for again each hour.
std::shared_ptr<const http::PreparedReply> load(const fs::path& path, bool is_hashed) {
    auto reply = std::make_shared<http::PreparedReply>();
    reply->etag = '"' + path.filename().string() + '-' + std::to_string(fs::file_size(path)) + '"';
    std::string common = is_hashed ? "Cache-Control: public, max-age=31536000, immutable\r\n" : "Cache-Control: public, max-age=3600\r\n";
    common += "ETag: " + reply->etag
              + "\r\nVary: Accept-Encoding\r\nX-Content-Type-Options: nosniff\r\nServer: forum\r\n"
                "Cross-Origin-Resource-Policy: same-origin\r\n";
    using enum http::Encoding;
    reply->forms[static_cast<std::size_t>(identity)] = make_form(path, common, read_file(path), "");
    if (const auto gzip_path = path.string() + ".gz"; fs::exists(gzip_path)) {
        reply->forms[static_cast<std::size_t>(gzip)] = make_form(path, common, read_file(gzip_path), "gzip");
    }
    if (const auto brotli_path = path.string() + ".br"; fs::exists(brotli_path)) {
        reply->forms[static_cast<std::size_t>(brotli)] = make_form(path, common, read_file(brotli_path), "br");
    }
    return reply;
}

}  // namespace

Assets::Assets(const std::string& folder) {
    const fs::path root{folder};
    if (!fs::is_directory(root / "assets")) {
        throw std::runtime_error{"no built web files in " + folder + " (./dev build makes them)"};
    }
    for (const auto& entry : fs::directory_iterator{root / "assets"}) {
        const auto extension = entry.path().extension();
        if (entry.is_regular_file() && extension != ".br" && extension != ".gz") {
            files_["/assets/" + entry.path().filename().string()] = load(entry.path(), true);
        }
    }
    for (const auto* name : {"robots.txt", "favicon.svg"}) {
        if (fs::exists(root / name)) {
            files_[std::string{"/"} + name] = load(root / name, false);
        }
    }
    unavailable_page_ = read_file(root / "503.html");
}

std::shared_ptr<const http::PreparedReply> Assets::find(std::string_view path) const {
    const auto found = files_.find(std::string{path});
    return found == files_.end() ? nullptr : found->second;
}

}  // namespace forum::site
