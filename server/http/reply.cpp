#include "http/reply.hpp"

#include <boost/beast/http/status.hpp>
#include <stdexcept>
#include <utility>

#include "http/accept.hpp"
#include "http/compress.hpp"
#include "http/syntax.hpp"
#include "http/wire.hpp"

namespace forum::http {

namespace {

constexpr std::string_view line_end = "\r\n";

// What is said about the body apart from the reply's own headers.
struct Framing {
    Encoding encoding{Encoding::identity};
    bool varies{false};  ///< the same target has other encodings
    std::string etag;
};

bool is_written_by_http(std::string_view name) {
    for (const std::string_view own : {"Content-Length", "Date", "Connection", "Transfer-Encoding", "ETag"}) {
        if (equals_ignoring_case(name, own)) {
            return true;
        }
    }
    return false;
}

bool is_kept_in_not_modified(std::string_view name) {
    for (const std::string_view kept : {"Cache-Control", "Content-Location", "Expires", "Set-Cookie"}) {
        if (equals_ignoring_case(name, kept)) {
            return true;
        }
    }
    return false;
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
    out.append(name).append(": ").append(value).append(line_end);
}

void check_header(std::string_view name, std::string_view value) {
    if (is_written_by_http(name)) {
        throw std::invalid_argument{"header is written by http alone: " + std::string{name}};
    }
    const auto is_control = [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; };
    if (!is_token(name) || std::any_of(value.begin(), value.end(), is_control)) {
        throw std::invalid_argument{"header has characters that none may have: " + std::string{name}};
    }
}

std::string_view name_of(Encoding encoding) { return encoding == Encoding::brotli ? "br" : "gzip"; }

std::string status_line(int status) {
    const auto reason = boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(static_cast<unsigned>(status)));
    std::string line = "HTTP/1.1 " + std::to_string(status) + " ";
    return line.append(reason.data(), reason.size()).append(line_end);
}

bool may_have_body(int status) { return status >= 200 && status != 204 && status != 304; }

std::string_view find_header(const Reply& reply, std::string_view wanted) {
    for (const auto& [name, value] : reply.headers) {
        if (equals_ignoring_case(name, wanted)) {
            return value;
        }
    }
    return {};
}

std::string with_suffix(std::string_view etag, Encoding encoding) {
    std::string out{etag};
    if (encoding != Encoding::identity && out.size() >= 2) {
        out.insert(out.size() - 1, "-" + std::string{name_of(encoding)});
    }
    return out;
}

PreparedReply::Form make_form(const Reply& reply, std::string body, const Framing& framing) {
    PreparedReply::Form form;
    form.head = status_line(reply.status);
    if (!framing.etag.empty()) {
        form.not_modified_head = status_line(304);
    }
    std::string vary;
    for (const auto& [name, value] : reply.headers) {
        check_header(name, value);
        if (equals_ignoring_case(name, "Vary")) {
            vary += vary.empty() ? value : ", " + value;
            continue;
        }
        append_header(form.head, name, value);
        if (!framing.etag.empty() && is_kept_in_not_modified(name)) {
            append_header(form.not_modified_head, name, value);
        }
    }
    if (framing.varies) {
        vary += vary.empty() ? "Accept-Encoding" : ", Accept-Encoding";
    }
    for (auto* head : {&form.head, &form.not_modified_head}) {
        if (!head->empty() && !vary.empty()) {
            append_header(*head, "Vary", vary);
        }
        if (!head->empty() && !framing.etag.empty()) {
            append_header(*head, "ETag", framing.etag);
        }
    }
    if (framing.encoding != Encoding::identity) {
        append_header(form.head, "Content-Encoding", name_of(framing.encoding));
    }
    if (may_have_body(reply.status)) {
        append_header(form.head, "Content-Length", std::to_string(body.size()));
        form.body = std::move(body);
    }
    return form;
}

bool can_compress(const Reply& reply) {
    return may_have_body(reply.status) && find_header(reply, "Content-Encoding").empty()
           && is_worth_compressing(find_header(reply, "Content-Type"), reply.body);
}

}  // namespace

std::shared_ptr<const PreparedReply> prepare(const Reply& reply, std::string etag, Encoding encoding) {
    auto prepared = std::make_shared<PreparedReply>();
    prepared->status = reply.status;
    const bool varies = can_compress(reply);
    for (const auto made : {Encoding::identity, encoding}) {
        auto& form = prepared->forms[static_cast<std::size_t>(made)];
        if (!form && (made == Encoding::identity || varies)) {
            form = std::make_shared<const PreparedReply::Form>(
                make_form(reply, compress(reply.body, made, Effort::page), {made, varies, with_suffix(etag, made)}));
        }
    }
    prepared->etag = std::move(etag);
    return prepared;
}

bool names_etag(std::string_view if_none_match, std::string_view etag) {
    while (!if_none_match.empty()) {
        auto tag = next_element(if_none_match, ',');
        if (tag == "*") {
            return true;
        }
        if (tag.starts_with("W/")) {
            tag.remove_prefix(2);
        }
        if (!tag.empty() && tag == etag) {
            return true;
        }
    }
    return false;
}

Answer choose_form(const PreparedReply& prepared, std::string_view accept_encoding, std::string_view if_none_match) {
    auto encoding = Encoding::identity;
    if (!accept_encoding.empty() && (prepared.forms[1] || prepared.forms[2])) {
        encoding = choose_encoding(accept_encoding);
        if (!prepared.forms[static_cast<std::size_t>(encoding)]) {
            encoding = Encoding::identity;
        }
    }
    Answer answer{prepared.status, prepared.forms[static_cast<std::size_t>(encoding)]};
    if (!if_none_match.empty() && prepared.status == 200 && !answer.form->not_modified_head.empty()
        && (names_etag(if_none_match, prepared.etag) || names_etag(if_none_match, with_suffix(prepared.etag, encoding)))) {
        answer.status = 304;
        answer.is_not_modified = true;
    }
    return answer;
}

Answer make_answer(Reply reply, const Request& request) {
    const auto if_none_match = request.header("if-none-match");
    if (reply.prepared) {
        return choose_form(*reply.prepared, request.header("accept-encoding"), if_none_match);
    }
    Framing framing;
    framing.varies = can_compress(reply);
    if (framing.varies) {
        framing.encoding = choose_encoding(request.header("accept-encoding"));
    }
    const auto etag = std::find_if(reply.headers.begin(), reply.headers.end(),
                                   [](const auto& header) { return equals_ignoring_case(header.first, "ETag"); });
    bool is_not_modified = false;
    if (etag != reply.headers.end()) {
        framing.etag = with_suffix(etag->second, framing.encoding);
        is_not_modified = reply.status == 200 && !if_none_match.empty() && (request.method == Method::get || request.method == Method::head)
                          && names_etag(if_none_match, framing.etag);
        reply.headers.erase(etag);
    }
    auto body = is_not_modified                          ? std::string{}
                : framing.encoding == Encoding::identity ? std::move(reply.body)
                                                         : compress(reply.body, framing.encoding, Effort::answer);
    auto form = std::make_shared<const PreparedReply::Form>(make_form(reply, std::move(body), framing));
    return {is_not_modified ? 304 : reply.status, std::move(form), is_not_modified};
}

}  // namespace forum::http
