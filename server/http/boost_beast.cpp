// The one translation unit with the bodies of Boost.Beast, for the whole server (BOOST_BEAST_SEPARATE_COMPILATION).
// Rule to keep: nothing else here, so that it is compiled once and never again.

#include <boost/beast/src.hpp>
