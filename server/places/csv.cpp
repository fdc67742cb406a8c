#include "places/csv.hpp"

#include <stdexcept>

#include "base/text.hpp"

namespace forum::places {

namespace {

[[noreturn]] void fail(std::size_t line, const std::string& fault) {
    throw std::runtime_error{"line " + std::to_string(line) + ": " + fault};
}

/// One pass over the text; gives one record at a time.
class Reader {
public:
    explicit Reader(std::string_view text) : text_{text} {}

    bool next(std::vector<std::string>& record) {
        record.clear();
        while (at_ < text_.size() && (text_[at_] == '\n' || text_[at_] == '\r')) {
            skip_line_end();
        }
        if (at_ >= text_.size()) {
            return false;
        }
        record_line_ = line_;
        for (;;) {
            record.push_back(field());
            if (at_ >= text_.size()) {
                return true;
            }
            if (text_[at_] == ',') {
                ++at_;
                continue;
            }
            skip_line_end();
            return true;
        }
    }

    std::size_t record_line() const { return record_line_; }

private:
    void skip_line_end() {
        if (text_[at_] == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n') {
            ++at_;
        }
        ++at_;
        ++line_;
    }

    std::string field() {
        std::string value;
        if (at_ < text_.size() && text_[at_] == '"') {
            const auto opened_at = line_;
            ++at_;
            for (;;) {
                if (at_ >= text_.size()) {
                    fail(opened_at, "a quoted value does not end");
                }
                const char c = text_[at_++];
                if (c == '"') {
                    if (at_ < text_.size() && text_[at_] == '"') {
                        value += '"';
                        ++at_;
                        continue;
                    }
                    break;
                }
                line_ += c == '\n' ? 1 : 0;
                value += c;
            }
            if (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '\n' && text_[at_] != '\r') {
                fail(line_, "text after a closing quote");
            }
            return value;
        }
        while (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '\n' && text_[at_] != '\r') {
            if (text_[at_] == '"') {
                fail(line_, "a quote inside a value without quotes");
            }
            value += text_[at_++];
        }
        return value;
    }

    std::string_view text_;
    std::size_t at_{0};
    std::size_t line_{1};
    std::size_t record_line_{1};
};

}  // namespace

const std::string& CsvRow::operator[](std::string_view column) const {
    static const std::string none;
    const auto found = values.find(column);
    return found == values.end() ? none : found->second;
}

Csv parse_csv(std::string_view text) {
    if (text.starts_with("\xEF\xBB\xBF")) {
        text.remove_prefix(3);
    }
    if (!base::is_valid_utf8(text)) {
        fail(1, "the file is not UTF-8");
    }
    Reader reader{text};
    Csv csv;
    std::vector<std::string> record;
    if (!reader.next(csv.columns)) {
        fail(1, "the file is empty");
    }
    while (reader.next(record)) {
        if (record.size() != csv.columns.size()) {
            fail(reader.record_line(),
                 std::to_string(record.size()) + " values where " + std::to_string(csv.columns.size()) + " are expected");
        }
        CsvRow row{reader.record_line(), {}};
        for (std::size_t index = 0; index < record.size(); ++index) {
            row.values[csv.columns[index]] = base::trim(record[index]);
        }
        csv.rows.push_back(std::move(row));
    }
    return csv;
}

}  // namespace forum::places
