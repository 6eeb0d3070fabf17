#include "adapters/sqlite_key.h"

namespace casebridge {

Status apply_key(sqlite3*, SqliteSettings const&, Secret const&) {
    return Error{ErrorKind::invalid, "source.cipher_unsupported", "this program reads files without encryption only"};
}

}  // namespace casebridge
