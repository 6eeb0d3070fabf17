// Stored values: how times, digests and optional values are written into columns and read back.
//
// What was written as one of our types and does not read back as one is a damaged store: `store.failed`.
#pragma once

#include "crypto/digest.h"
#include "crypto/time.h"
#include "daemon/database.h"

namespace casebridge::stored {

inline Error damaged(std::string_view what) {
    return {ErrorKind::internal, "store.failed", "a stored value is damaged: " + std::string(what)};
}

/// A stored text, parsed again.
template <typename T>
Result<T> parsed(Result<T> value) {
    if (!value) return damaged(value.error().code);
    return value;
}

/// The enumerator whose to_text() was stored, among the first `count`.
template <typename Enum>
Result<Enum> enumerator(std::string_view text, int count) {
    for (int i = 0; i < count; ++i) {
        if (to_text(static_cast<Enum>(i)) == text) return static_cast<Enum>(i);
    }
    return damaged("an enumerator");
}

inline std::int64_t milliseconds(Timestamp time) {
    return time.time_since_epoch().count();
}
inline Timestamp time(Statement const& row, int column) {
    return Timestamp(std::chrono::milliseconds(row.integer(column)));
}
inline std::optional<Timestamp> optional_time(Statement const& row, int column) {
    if (row.is_null(column)) return std::nullopt;
    return time(row, column);
}
inline Statement& bind_time(Statement& statement, int index, std::optional<Timestamp> value) {
    return value ? statement.bind(index, milliseconds(*value)) : statement.bind_null(index);
}
inline Result<Digest> digest(Statement const& row, int column) {
    return parsed(Digest::from_bytes(row.blob(column)));
}
inline std::uint64_t count(Statement const& row, int column) {
    return static_cast<std::uint64_t>(row.integer(column));
}
inline std::int64_t integer(std::uint64_t value) {
    return static_cast<std::int64_t>(value);
}

}  // namespace casebridge::stored
