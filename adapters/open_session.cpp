#include "adapters/open_session.h"

namespace casebridge {
namespace {

struct Opener {
    Secret const& key;
    Result<std::unique_ptr<SqlSession>> operator()(SqliteSettings const& settings) const {
        return open_sqlite_session(settings, key);
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
