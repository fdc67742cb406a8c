// Rows and parameters without libpqxx in sight. Rule: read a column by name through a typed getter; a NULL in a
// getter that is not optional is a programming error and throws std::logic_error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"

namespace forum::db {

/// Positional parameters $1, $2, ... in text form.
class Params {
public:
    Params() = default;
    template <class... Args>
    static Params of(Args&&... args) {
        Params params;
        (params.add(std::forward<Args>(args)), ...);
        return params;
    }

    /// Throws Problem{bad_request} for text with U+0000, which PostgreSQL cannot hold.
    Params& add(std::string_view text);
    Params& add(const char* text) { return add(std::string_view{text}); }
    Params& add(const std::string& text) { return add(std::string_view{text}); }
    Params& add(std::int64_t number);
    Params& add(int number) { return add(static_cast<std::int64_t>(number)); }
    Params& add(std::size_t number) { return add(static_cast<std::int64_t>(number)); }
    Params& add(double number);
    Params& add(bool flag);
    Params& add(base::Time time);
    Params& add(std::nullopt_t);
    Params& add(const std::vector<std::string>& values);   ///< text[]
    Params& add(const std::vector<std::int64_t>& values);  ///< bigint[]
    /// Of each parameter an array with that of every caller, in their order; all must have as many. The query casts them
    /// ($1::bigint[]).
    static Params arrays_of(const std::vector<const Params*>& callers);

    template <class Tag>
    Params& add(base::Id<Tag> id) {
        return id ? add(id.value) : add(std::nullopt);
    }
    template <class T>
    Params& add(const std::optional<T>& value) {
        return value ? add(*value) : add(std::nullopt);
    }

    const std::vector<std::optional<std::string>>& values() const { return values_; }

private:
    std::vector<std::optional<std::string>> values_;
};

class Rows;
class RowsData;

/// One row; keeps its result alive, so it may outlive the Rows it came from.
class Row {
public:
    bool is_null(const char* column) const;
    std::string text(const char* column) const;
    std::string text_or(const char* column, std::string_view fallback) const;
    std::int64_t integer(const char* column) const;
    double real(const char* column) const;
    bool flag(const char* column) const;
    base::Time time(const char* column) const;  ///< timestamptz
    std::optional<std::string> find_text(const char* column) const;
    std::optional<std::int64_t> find_integer(const char* column) const;
    std::optional<base::Time> find_time(const char* column) const;
    std::vector<std::string> texts(const char* column) const;  ///< text[]; NULL is empty
    template <class IdType>
    IdType id(const char* column) const {
        return IdType{find_integer(column).value_or(0)};
    }

private:
    friend class Rows;
    Row(std::shared_ptr<const RowsData> data, int index) : data_{std::move(data)}, index_{index} {}
    std::optional<std::string_view> value(const char* column) const;
    std::string_view present(const char* column) const;

    std::shared_ptr<const RowsData> data_;
    int index_;
};

class Rows {
public:
    using Data = RowsData;
    explicit Rows(std::shared_ptr<const Data> data) : data_{std::move(data)} {}

    std::size_t size() const;
    bool empty() const { return size() == 0; }
    std::size_t affected() const;  ///< rows changed by INSERT, UPDATE or DELETE
    Row operator[](std::size_t index) const;
    Row one() const;  ///< the only row; throws std::logic_error when there is not exactly one
    std::optional<Row> find_one() const;
    std::vector<std::int64_t> integers(const char* column) const;  ///< of all rows, in their order

    class Iterator {
    public:
        Iterator(const Rows* rows, int index) : rows_{rows}, index_{index} {}
        Row operator*() const { return (*rows_)[static_cast<std::size_t>(index_)]; }
        Iterator& operator++() {
            ++index_;
            return *this;
        }
        bool operator!=(const Iterator& other) const { return index_ != other.index_; }

    private:
        const Rows* rows_;
        int index_;
    };
    Iterator begin() const { return {this, 0}; }
    Iterator end() const { return {this, static_cast<int>(size())}; }

private:
    std::shared_ptr<const Data> data_;
};

}  // namespace forum::db
