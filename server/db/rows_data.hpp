// What a result must answer, so that rows.cpp needs no libpqxx. Rule: only connection.cpp makes one.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace forum::db {

class RowsData {
public:
    RowsData() = default;
    virtual ~RowsData() = default;
    RowsData(const RowsData&) = delete;
    RowsData& operator=(const RowsData&) = delete;

    virtual int rows() const = 0;
    /// -1 when the result has no such column.
    virtual int find_column(std::string_view name) const = 0;
    /// Nothing for NULL.
    virtual std::optional<std::string_view> value(int row, int column) const = 0;
    virtual std::size_t affected() const = 0;
};

}  // namespace forum::db
