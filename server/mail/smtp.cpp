#include "mail/smtp.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <stdexcept>
#include <string_view>

namespace forum::mail {

namespace {

constexpr long connect_seconds = 5;
constexpr long whole_seconds = 15;

std::size_t give(char* buffer, std::size_t size, std::size_t count, void* data) {
    auto& left = *static_cast<std::string_view*>(data);
    const auto length = std::min(size * count, left.size());
    std::memcpy(buffer, left.data(), length);
    left.remove_prefix(length);
    return length;
}

}  // namespace

class Smtp::Impl {
public:
    explicit Impl(const std::string& given) : url{given} {
        static std::once_flag once;
        std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
        handle = curl_easy_init();
        if (handle == nullptr) {
            throw std::runtime_error{"libcurl does not start"};
        }
    }
    ~Impl() { curl_easy_cleanup(handle); }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    std::string url;
    CURL* handle;
};

Smtp::Smtp(const std::string& url) : impl_{std::make_unique<Impl>(url)} {}
Smtp::~Smtp() = default;

Handed Smtp::hand_over(const std::string& from, const std::string& to, const std::string& message, std::string& fault) {
    auto* handle = impl_->handle;
    std::string_view left{message};
    const auto sender = "<" + from + ">";
    curl_slist* receivers = curl_slist_append(nullptr, ("<" + to + ">").c_str());
    curl_easy_reset(handle);  // keeps the connection
    curl_easy_setopt(handle, CURLOPT_URL, impl_->url.c_str());
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    const bool has_password = impl_->url.find('@') != impl_->url.npos;
    curl_easy_setopt(handle, CURLOPT_USE_SSL, static_cast<long>(has_password ? CURLUSESSL_ALL : CURLUSESSL_TRY));
    curl_easy_setopt(handle, CURLOPT_MAIL_FROM, sender.c_str());
    curl_easy_setopt(handle, CURLOPT_MAIL_RCPT, receivers);
    curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(handle, CURLOPT_READFUNCTION, &give);
    curl_easy_setopt(handle, CURLOPT_READDATA, &left);
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, connect_seconds);
    curl_easy_setopt(handle, CURLOPT_TIMEOUT, whole_seconds);
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    const auto result = curl_easy_perform(handle);
    long code = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &code);
    curl_slist_free_all(receivers);
    if (result == CURLE_OK) {
        return Handed::over;
    }
    fault = std::string{curl_easy_strerror(result)} + (code > 0 ? ", " + std::to_string(code) : "");
    // RFC 5321 §4.2.2: 550 to 554 are about this address or this letter; others of the 500s are about us.
    return code >= 550 && code <= 554 ? Handed::refused : Handed::impossible;
}

}  // namespace forum::mail
