// Reads comma-separated values (RFC 4180) with a header line. Rule: rows keep their line number, so that a fault can be told
// to the person who made the file.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace forum::places {

struct CsvRow {
    std::size_t line;  ///< from 1, where the row begins
    std::map<std::string, std::string, std::less<>> values;

    /// "" when the column is absent or empty.
    const std::string& operator[](std::string_view column) const;
};

struct Csv {
    std::vector<std::string> columns;
    std::vector<CsvRow> rows;
};

/// Throws std::runtime_error ("line 7: 3 values where 4 are expected"). A byte order mark at the start is skipped; input is
/// valid UTF-8 or refused.
Csv parse_csv(std::string_view text);

}  // namespace forum::places
