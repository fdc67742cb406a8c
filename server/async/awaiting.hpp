// How the forum's coroutines wait for an operation of Asio. Only for .cpp files: it brings Asio in.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace forum::async {

/// The operation's error_code is the first part of what co_await gives; nothing is thrown for it.
inline constexpr auto awaiting = boost::asio::as_tuple(boost::asio::use_awaitable);

}  // namespace forum::async
