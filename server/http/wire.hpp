// Answers as bytes: the head of a reply, the choice of its encoding, and whether 304 will do. Rule: every answer of the
// server gets its bytes here, ready or made for one request.
#pragma once

#include <string>
#include <string_view>

#include "http/reply.hpp"
#include "http/request.hpp"

namespace forum::http {

/// One answer to one request, as the session sends it.
struct Answer {
    int status{0};
    std::shared_ptr<const PreparedReply::Form> form;
    bool is_not_modified{false};  ///< send form->not_modified_head alone
};

/// Chooses among the forms by Accept-Encoding and If-None-Match ("" = absent).
Answer choose_form(const PreparedReply& prepared, std::string_view accept_encoding, std::string_view if_none_match);

/// The bytes of a reply made for this request only, compressed as it asks for; a header ETag is answered with 304
/// where it matches. Throws as `prepare` does. May take a millisecond: on a worker.
Answer make_answer(Reply reply, const Request& request);

/// Does If-None-Match name this etag, or is it '*' (RFC 9110 §13.1.2, weak comparison)?
bool names_etag(std::string_view if_none_match, std::string_view etag);

}  // namespace forum::http
