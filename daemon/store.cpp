#include "daemon/store.h"

#include "daemon/migrations.h"

namespace casebridge {
namespace {

/// 4 MiB of pages: what a restart has to read again, at most, and how often commits wait for a checkpoint.
constexpr int long_wal_pages = 1024;

}  // namespace

Store::Store(Database database)
    : database_(std::move(database)),
      contents_(database_),
      peers_(database_),
      peer_revocations_(database_),
      cases_(database_, contents_),
      outbox_(database_),
      disclosures_(database_, contents_),
      inbox_(database_),
      queries_received_(database_, contents_),
      queries_asked_(database_, contents_),
      watch_(database_, contents_),
      duties_(database_, contents_),
      received_(database_),
      procedures_(database_, contents_),
      threads_(database_, contents_),
      meetings_(database_),
      meeting_keys_(database_),
      onward_(database_),
      witness_(database_),
      mirror_(database_),
      evidence_(database_),
      retired_keys_(database_),
      successions_(database_) {}

Result<std::unique_ptr<Store>> Store::open(std::filesystem::path const& path, Secret const& key, Database::Mode mode) {
    ASSIGN_OR_RETURN(auto database, Database::open(path, key, mode));
    RETURN_IF_ERROR(migrate(database));
    // A crash may have left erased content in the write-ahead log.
    RETURN_IF_ERROR(database.checkpoint());
    std::unique_ptr<Store> store(new Store(std::move(database)));
    ASSIGN_OR_RETURN(auto log, AuditLog::open(store->database_, store->contents_));
    store->log_ = std::make_unique<AuditLog>(std::move(log));
    return store;
}

Result<std::optional<std::string>> Store::setting(std::string_view key) {
    auto row = database_.prepare("SELECT value FROM settings WHERE key = ?1");
    ASSIGN_OR_RETURN(bool const found, row.bind(1, key).step());
    if (!found) return std::optional<std::string>();
    return std::optional(row.text(0));
}

Status Store::put_setting(std::string_view key, std::string_view value) {
    return database_.prepare("INSERT OR REPLACE INTO settings(key, value) VALUES(?1, ?2)")
        .bind(1, key)
        .bind_blob(2, as_bytes(value))
        .run();
}

Status Store::begin() {
    RETURN_IF_ERROR(database_.prepare("BEGIN IMMEDIATE").run());
    at_begin_ = log_->frontier();
    return Done{};
}

Status Store::commit() {
    if (!database_.in_transaction())
        return Error{ErrorKind::internal, "store.failed", "the transaction had been rolled back by a storage error"};
    return database_.prepare("COMMIT").run();
}

Status Store::rollback() {
    log_->restore(at_begin_);
    if (!database_.in_transaction()) return Done{};  // SQLite has done it already
    return database_.prepare("ROLLBACK").run();
}

Status Store::savepoint() {
    RETURN_IF_ERROR(database_.prepare("SAVEPOINT work").run());
    at_savepoint_ = log_->frontier();
    return Done{};
}

Status Store::release_savepoint() {
    return database_.prepare("RELEASE work").run();
}

Status Store::rollback_to_savepoint() {
    log_->restore(at_savepoint_);
    if (!database_.in_transaction())
        return Error{ErrorKind::internal, "store.failed", "the transaction had been rolled back by a storage error"};
    RETURN_IF_ERROR(database_.prepare("ROLLBACK TO work").run());
    return database_.prepare("RELEASE work").run();
}

Status Store::tidy() {
    bool const erased = contents_.erased_any() || meeting_keys_.destroyed_any();
    if (!erased && database_.wal_pages() < long_wal_pages) return Done{};
    RETURN_IF_ERROR(database_.checkpoint());
    contents_.forget_erasures();
    meeting_keys_.forget_destroyed();
    return Done{};
}

}  // namespace casebridge
