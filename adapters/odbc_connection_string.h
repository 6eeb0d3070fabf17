// The connection string of an ODBC driver, from parts that cannot run into each other.
#pragma once

#include "adapters/odbc_session.h"

namespace casebridge {

/// Whether `key` may stand in the map's `attributes`: one word, and neither driver, data source, user nor password,
/// which have places of their own.
bool is_plain_attribute(std::string_view key);

/// "DRIVER={…};SERVER=…;…;UID=…;PWD={…};" in UTF-8: every value in braces that is more than letters, digits and ._-:/,
/// a closing brace doubled. What a known driver needs for streaming and for verified TLS is added where the map does
/// not say otherwise. Errors: `source.login_refused` (a zero byte, or a brace that this driver is not known to read
/// back).
Result<Secret> odbc_connection_string(OdbcSettings const& settings, Secret const& password);

}  // namespace casebridge
