// The one translation unit with the bodies of Boost.Asio, for the whole server (BOOST_ASIO_SEPARATE_COMPILATION).
// Rule to keep: nothing else here, so that it is compiled once and never again.

#include <boost/asio/impl/src.hpp>
