#include "adapters/odbc_table_scan.h"

#include <algorithm>
#include <array>

namespace casebridge {
namespace {

constexpr std::size_t part_bytes = std::size_t{12} << 20;
constexpr std::size_t first_rows = 1000;
constexpr std::size_t most_rows = 200'000;
constexpr std::size_t growth = 8;
constexpr std::size_t row_overhead = 64;  // what a driver keeps beside the values, about

std::size_t bytes_of(SqlRow const& row) {
    std::size_t bytes = row_overhead;
    for (auto const& value : row) {
        auto const* const text = std::get_if<std::string>(&value);
        bytes += text == nullptr ? sizeof(std::int64_t) : text->size();
    }
    return bytes;
}

/// How many rows a part has.
class PartSize {
public:
    [[nodiscard]] std::size_t rows() const { return rows_; }
    /// The next part, after one of `rows_` rows with so many bytes.
    void after(std::size_t bytes) {
        auto const fitting = part_bytes / std::max<std::size_t>(bytes / rows_, 1);
        rows_ = std::clamp(fitting, std::size_t{1}, std::min(most_rows, growth * rows_));
    }

private:
    std::size_t rows_ = first_rows;
};

/// Where a part begins: at the row with this key, after as many of those that follow in the key's order.
struct Position {
    SqlValue key;  ///< none: the start of the table
    std::uint64_t passed = 0;

    [[nodiscard]] bool at_start() const { return std::holds_alternative<std::monostate>(key); }
};

class KeyedScan {
public:
    KeyedScan(PartReader const& reader, SqlSession::TableScan const& scan)
        : reader_(reader), key_("c." + reader.quote(scan.key)), from_(" FROM " + reader.quote(scan.table) + " c") {
        select_ = "SELECT " + key_;
        for (auto const& column : scan.columns) select_ += ", c." + reader.quote(column);
    }

    Status run(std::function<bool(SqlRow const&)> const& on_row) {
        PartSize size;
        for (;;) {
            auto const sql = select_ + from_ + (position_.at_start() ? "" : " WHERE " + key_ + " >= ?") + " ORDER BY " +
                             key_ + std::string(reader_.limit) + std::to_string(size.rows()) + " OFFSET " +
                             std::to_string(position_.passed);
            std::size_t rows = 0;
            std::size_t bytes = 0;
            bool wanted = true;
            SqlValue last;
            RETURN_IF_ERROR(reader_.run(sql, start(), [&](SqlRow const& row) {
                ++rows;
                bytes += bytes_of(row);
                last = row.front();
                values_.assign(row.begin() + 1, row.end());
                return wanted = on_row(values_);
            }));
            if (!wanted || rows < size.rows()) return Done{};
            RETURN_IF_ERROR(go_on(last, rows));
            size.after(bytes);
        }
    }

private:
    [[nodiscard]] std::vector<SqlValue> start() const {
        return position_.at_start() ? std::vector<SqlValue>() : std::vector<SqlValue>{position_.key};
    }

    /// INVARIANT: what follows the new position is what follows the old one less the rows that were read. Which keys
    /// are equal, and which rows lie before a key, the server counts itself, as it compares.
    Status go_on(SqlValue const& last, std::size_t rows) {
        bool const same = last == position_.key || std::holds_alternative<std::monostate>(last);  // NULLs come first
        position_.passed += rows;
        if (same) return Done{};
        ASSIGN_OR_RETURN(auto const equal, count(key_ + " = ?", {last}));
        if (equal == 1) {
            position_.passed = 1;
        } else {
            auto parameters = start();
            parameters.push_back(last);
            auto const since = position_.at_start() ? key_ + " IS NULL OR " : key_ + " >= ? AND ";
            ASSIGN_OR_RETURN(auto const before, count(since + key_ + " < ?", parameters));
            position_.passed -= std::min(before, position_.passed);
        }
        position_.key = last;
        return Done{};
    }

    Result<std::uint64_t> count(std::string const& condition, std::vector<SqlValue> const& parameters) {
        std::uint64_t rows = 0;
        RETURN_IF_ERROR(
            reader_.run("SELECT COUNT(*)" + from_ + " WHERE " + condition, parameters, [&](SqlRow const& row) {
                if (auto const* const number = std::get_if<std::int64_t>(&row.front())) {
                    rows = static_cast<std::uint64_t>(*number);
                }
                return true;
            }));
        return rows;
    }

    PartReader const& reader_;
    std::string key_, from_, select_;
    Position position_;
    SqlRow values_;  ///< of one row; its texts keep their room
};

}  // namespace

Status scan_by_offset(PartReader const& reader, std::string const& sql,
                      std::function<bool(SqlRow const&)> const& on_row) {
    PartSize size;
    for (std::uint64_t from = 0;;) {
        std::size_t rows = 0;
        std::size_t bytes = 0;
        bool wanted = true;
        auto const part =
            sql + std::string(reader.limit) + std::to_string(size.rows()) + " OFFSET " + std::to_string(from);
        RETURN_IF_ERROR(reader.run(part, {}, [&](SqlRow const& row) {
            ++rows;
            bytes += bytes_of(row);
            return wanted = on_row(row);
        }));
        if (!wanted || rows < size.rows()) return Done{};
        from += rows;
        size.after(bytes);
    }
}

Status scan_by_key(PartReader const& reader, SqlSession::TableScan const& scan,
                   std::function<bool(SqlRow const&)> const& on_row) {
    return KeyedScan(reader, scan).run(on_row);
}

bool orders_as_it_compares(std::string_view declared_type) {
    constexpr std::array<std::string_view, 8> types = {"CHAR",     "VARCHAR",   "INT",     "BIGINT",
                                                       "SMALLINT", "MEDIUMINT", "TINYINT", "DECIMAL"};
    auto const word = declared_type.substr(0, declared_type.find_first_of("( "));
    return std::ranges::any_of(types, [&](auto type) {
        return std::ranges::equal(type, word, [](char a, char b) { return a == (b >= 'a' && b <= 'z' ? b - 32 : b); });
    });
}

}  // namespace casebridge
