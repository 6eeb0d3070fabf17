// How PostgreSQL's types become SqlValue: what is asked of the server for each, and how the answer is read.
#pragma once

#include "adapters/postgres_connection.h"

namespace casebridge {

/// How a column is asked for. `integer` and `text` come as they are; README.md has the table of types.
enum class PostgresForm { integer, boolean, bytes, fixed_text, text, array };

/// None for types that only the catalogue knows (arrays, enumerations, domains' bases, extensions).
std::optional<PostgresForm> form_of(PostgresType type);

/// The expression that asks for `column` in its form, cut just beyond `maximum_bytes`.
std::string projection(PostgresForm form, std::string const& column, std::size_t maximum_bytes);

/// Into `value`, whose text keeps its memory. Errors: `source.value_too_large`, `source.query_failed`; `column` is its
/// name, for them.
Status read_value(PostgresForm form, std::optional<std::string_view> text, std::string const& column,
                  std::size_t maximum_bytes, SqlValue& value);

/// A parameter as the text form of the type the server wants it in; none if no value of that type is this value, so
/// that no row can be equal to it.
std::optional<PostgresText> parameter_text(SqlValue const& value, PostgresType type);

/// Whether every text is a value of this type, so that passing it cannot fail.
bool takes_any_text(PostgresType type);

}  // namespace casebridge
