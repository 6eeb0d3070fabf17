#include "adapters/open_session.h"

#include "adapters/csv_session.h"
#include "adapters/reader_session.h"

namespace casebridge {
namespace {

struct Opener {
    Secret const& key;
    Result<std::unique_ptr<SqlSession>> operator()(SqliteSettings const& settings) const {
        if (settings.encryption == SqliteSettings::Encryption::sqlcipher) return open_sqlite_session(settings, key);
        if (!key.empty()) {
            return Error{ErrorKind::invalid, "source.wrong_key", "a key is given for a database that is not encrypted"};
        }
        return open_reader_session(settings);
    }
    Result<std::unique_ptr<SqlSession>> operator()(CsvSettings const& settings) const {
        if (!key.empty()) return Error{ErrorKind::invalid, "source.wrong_key", "files have no key, but one is given"};
        return open_csv_session(settings);
    }
    Result<std::unique_ptr<SqlSession>> operator()(PostgresSettings const& settings) const {
        return open_postgres_session(settings, key);
    }
    Result<std::unique_ptr<SqlSession>> operator()(OdbcSettings const& settings) const {
        return open_odbc_session(settings, key);
    }
    Result<std::unique_ptr<SqlSession>> operator()(PrimeroSettings const&) const {
        return Error{ErrorKind::invalid, "source.no_sql", "Primero is read over REST, not by SQL"};
    }
};

}  // namespace

Result<std::unique_ptr<SqlSession>> open_session(DatabaseSettings const& settings, Secret const& key) {
    return std::visit(Opener{key}, settings);
}

}  // namespace casebridge
