// What a result must answer, so that rows.cpp needs no libpqxx. Rule: only connection.cpp makes one.
#pragma once

#include <cstddef>
#include <string_view>

namespace forum::db {

class RowsData {
public:
    RowsData() = default;
    virtual ~RowsData() = default;
    RowsData(const RowsData&) = delete;
    RowsData& operator=(const RowsData&) = delete;

    virtual int rows() const = 0;
    virtual int columns() const = 0;
    virtual const char* column_name(int column) const = 0;
    virtual bool is_null(int row, int column) const = 0;
    virtual std::string_view value(int row, int column) const = 0;
    virtual std::size_t affected() const = 0;
};

}  // namespace forum::db
