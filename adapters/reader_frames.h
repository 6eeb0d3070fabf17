// What the daemon and casebridge-sqlite-reader say to each other over their socket.
//
// Each frame is four bytes of length (big endian) and a payload: a byte for the kind, then its members in order;
// numbers big endian, texts with their length in four bytes. One request gets one reply, but for rows: after each frame
// of rows that is not the last, the reader waits for `Next` or `Stop`. `Next` may come before the rows of the frame
// before it were looked at, so that both sides work at the same time. The daemon trusts the reader with nothing:
// whatever does not decode ends it.
#pragma once

#include "adapters/sql_session.h"

#include <chrono>

namespace casebridge::reader {

struct Open {
    std::string path;
    std::uint64_t maximum_value_bytes, maximum_row_bytes;
    std::chrono::milliseconds busy_timeout, query_time_limit;
};
struct Tables {};
struct Columns {
    std::string table;
};
struct Query {
    bool whole_table;  ///< `scan`: the time limit is for each row
    std::string sql;
    std::vector<SqlValue> parameters;
};
struct Next {};
struct Stop {};
struct Begin {};  ///< of a snapshot
struct End {};
struct Version {  ///< of the snapshot, for these tables
    std::vector<std::string> tables;
};
using Request = std::variant<Open, Tables, Columns, Query, Next, Stop, Begin, End, Version>;

struct Finished {};
struct Failed {
    Error error;
};
struct TableNames {
    std::vector<std::string> names;
};
struct ColumnList {
    std::vector<SqlSession::Column> columns;
};
/// Rows as they are sent: put in and looked at one by one, so that a scan makes no value more often than it must.
class RowBlock {
public:
    void add(SqlRow const& row);
    [[nodiscard]] std::size_t rows() const { return rows_; }
    [[nodiscard]] std::size_t bytes() const { return bytes_.size(); }
    /// In order, until `on_row` returns false; then false.
    bool for_each(std::function<bool(SqlRow const&)> const& on_row) const;

private:
    friend class RowBlockCodec;  ///< INVARIANT: `bytes_` holds `rows_` rows and nothing else
    std::size_t rows_ = 0;
    std::string bytes_;
};
struct Rows {
    bool last;
    RowBlock rows;
};
struct VersionOf {
    std::optional<SqlSession::SnapshotVersion> version;
};
using Reply = std::variant<Finished, Failed, TableNames, ColumnList, Rows, VersionOf>;

inline constexpr std::size_t maximum_request_bytes = std::size_t{4} << 20;
/// Rows are sent when so many bytes of them have come together.
inline constexpr std::size_t rows_bytes = std::size_t{256} << 10;

/// The payload of a frame.
std::string encode(Request const& request);
std::string encode(Reply const& reply);

/// Errors: `reader.bad_frame`. Error codes other than those of a session are none; details are plain text of one line.
Result<Request> decode_request(std::string_view payload);
Result<Reply> decode_reply(std::string_view payload);

}  // namespace casebridge::reader
