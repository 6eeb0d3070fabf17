// What a failure at the staging table means: the codes of `received:`, made of a driver's and a server's.
//
//   received.unavailable      server or file cannot be reached now: tried again
//   received.login_refused, received.tls_failed, received.driver_missing, received.wrong_key, received.not_a_database,
//   received.cipher_unsupported   as the source's codes of these names
//   received.not_permitted    the login may not do what it has to
//   received.no_table         there is no such table
//   received.table_unfit      a column is missing, or does not take and give back what belongs into it
//   received.value_refused    the table refuses this row
//   received.other_content    another row stands under this row's key
//   received.query_failed     anything else the server says
#pragma once

#include "crypto/result.h"

namespace casebridge {

/// An error of a session or connection (`source.*`) as one of the staging table; others (`file.*`) as they are.
Error received_error(Error const& error);

/// The same, where the server said why: by SQLSTATE, and by the server's number where drivers have one SQLSTATE for
/// many things. `doing` says what failed; the server's own words, which may hold values, are not passed on.
Error received_failure(Error const& error, std::string_view doing, std::string_view sqlstate, int native);

/// Whether it is about one row, and others may still be written.
bool is_of_one_row(Error const& error);

}  // namespace casebridge
