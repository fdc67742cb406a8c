// Sources: server/moderation/resident_data.cpp server/moderation/resident_numbers.cpp server/base/text.cpp
// Feeds bytes to the guard of residents' data. What it finds must lie in the text, in order and without overlap.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "moderation/resident_data.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    std::size_t last = 0;
    for (const auto& found : forum::moderation::find_resident_data(text, [](std::string_view) { return false; })) {
        if (found.begin < last || found.end <= found.begin || found.end > size)
            std::abort();
        last = found.end;
    }
    return 0;
}
