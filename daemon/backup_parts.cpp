#include "daemon/backup_parts.h"

#include "daemon/stored.h"

#include <string>
#include <vector>

#include <sys/stat.h>

namespace casebridge {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t maximum_identity_file = 256 * 1024;
constexpr std::string_view pair_setting = "backup.pair";
constexpr std::string_view layout = R"sql(
CREATE TABLE pair(value BLOB NOT NULL);
CREATE TABLE content_keys(content INTEGER PRIMARY KEY, key BLOB NOT NULL);
CREATE TABLE meeting_keys(node TEXT NOT NULL, id BLOB NOT NULL, key BLOB NOT NULL);
CREATE TABLE identity(name TEXT PRIMARY KEY, mode INTEGER NOT NULL, bytes BLOB NOT NULL);
)sql";

/// A transaction that is taken back unless it is committed.
class Transaction {
public:
    explicit Transaction(Database& database) : database_(database) {}
    ~Transaction() {
        if (database_.in_transaction()) static_cast<void>(database_.execute("ROLLBACK"));
    }
    Transaction(Transaction const&) = delete;
    Transaction& operator=(Transaction const&) = delete;
    Status begin() { return database_.execute("BEGIN IMMEDIATE"); }
    Status commit() { return database_.execute("COMMIT"); }

private:
    Database& database_;
};

/// What was recorded from the wire opens with them, also after their day.
Status move_meeting_keys(Database& copy, Database& keys) {
    auto rows = copy.prepare("SELECT node, id, key FROM meeting_keys WHERE key IS NOT NULL");
    for (;;) {
        ASSIGN_OR_RETURN(bool const found, rows.step());
        if (!found) break;
        Secret const key(rows.blob(2));
        RETURN_IF_ERROR(keys.prepare("INSERT INTO meeting_keys(node, id, key) VALUES(?1, ?2, ?3)")
                            .bind(1, rows.text(0))
                            .bind_blob(2, rows.blob(1))
                            .bind_blob(3, key.reveal())
                            .run());
    }
    return copy.execute("UPDATE meeting_keys SET key = NULL");
}

Status put_meeting_keys_back(Database& keys, Database& store) {
    auto rows = keys.prepare("SELECT node, id, key FROM meeting_keys");
    for (;;) {
        ASSIGN_OR_RETURN(bool const found, rows.step());
        if (!found) return Done{};
        Secret const key(rows.blob(2));
        RETURN_IF_ERROR(store.prepare("UPDATE meeting_keys SET key = ?3 WHERE node = ?1 AND id = ?2")
                            .bind(1, rows.text(0))
                            .bind_blob(2, rows.blob(1))
                            .bind_blob(3, key.reveal())
                            .run());
    }
}

/// Returns how many.
Result<std::uint64_t> copy_content_keys(Database& from, Database& to) {
    auto rows = from.prepare("SELECT content, key FROM content_keys ORDER BY content");
    for (std::uint64_t count = 0;; ++count) {
        ASSIGN_OR_RETURN(bool const found, rows.step());
        if (!found) return count;
        Secret const key(rows.blob(1));
        RETURN_IF_ERROR(to.prepare("INSERT INTO content_keys(content, key) VALUES(?1, ?2)")
                            .bind(1, rows.integer(0))
                            .bind_blob(2, key.reveal())
                            .run());
    }
}

struct Trigger {
    std::string name, sql;
};

/// What acts on erasing; a backup erases nothing.
Result<std::vector<Trigger>> key_triggers(Database& database) {
    auto rows =
        database.prepare("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'content_keys'");
    std::vector<Trigger> triggers;
    for (;;) {
        ASSIGN_OR_RETURN(bool const found, rows.step());
        if (!found) return triggers;
        triggers.push_back({rows.text(0), rows.text(1)});
    }
}

Status drop_content_keys(Database& copy) {
    ASSIGN_OR_RETURN(auto const triggers, key_triggers(copy));
    for (auto const& each : triggers) RETURN_IF_ERROR(copy.execute("DROP TRIGGER \"" + each.name + "\""));
    RETURN_IF_ERROR(copy.execute("DELETE FROM content_keys"));
    for (auto const& each : triggers) RETURN_IF_ERROR(copy.execute(each.sql));
    return Done{};
}

Status keep_identity(fs::path const& directory, Database& keys) {
    std::error_code failure;
    for (fs::directory_iterator entry(directory, failure), end; !failure && entry != end; entry.increment(failure)) {
        struct stat status {};
        if (::lstat(entry->path().c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
        auto read = read_file(entry->path(), maximum_identity_file);
        if (!read) return read.error();
        Secret const bytes(*std::move(read));
        RETURN_IF_ERROR(keys.prepare("INSERT INTO identity(name, mode, bytes) VALUES(?1, ?2, ?3)")
                            .bind(1, entry->path().filename().string())
                            .bind(2, static_cast<std::int64_t>(status.st_mode & 0777U))
                            .bind_blob(3, bytes.reveal())
                            .run());
    }
    if (failure) return Error{ErrorKind::unavailable, "file.unreadable", directory.string() + ": " + failure.message()};
    return Done{};
}

Result<std::uint64_t> lay_out_identity(Database& keys, fs::path const& directory) {
    RETURN_IF_ERROR(make_private_directory(directory));
    auto rows = keys.prepare("SELECT name, mode, bytes FROM identity ORDER BY name");
    for (std::uint64_t count = 0;; ++count) {
        ASSIGN_OR_RETURN(bool const found, rows.step());
        if (!found) return count;
        auto const name = rows.text(0);
        if (name.empty() || name.front() == '.' || name.find('/') != std::string::npos)
            return Error{ErrorKind::invalid, "backup.damaged", "a file of the identity has no proper name"};
        Secret const bytes(rows.blob(2));
        // SECURITY: never more than a certificate may have.
        auto const mode = static_cast<unsigned>(rows.integer(1)) & 0644U;
        RETURN_IF_ERROR(write_file_atomically(directory / name, bytes.reveal(), mode, Existing::keep));
    }
}

Result<Bytes> pair_of(Statement row) {
    ASSIGN_OR_RETURN(bool const found, row.step());
    return found ? row.blob(0) : Bytes();
}

}  // namespace

Status move_keys(Database& copy, Database& keys, fs::path const& identity) {
    Transaction in_copy(copy);
    Transaction in_keys(keys);
    RETURN_IF_ERROR(in_copy.begin());
    RETURN_IF_ERROR(in_keys.begin());
    RETURN_IF_ERROR(keys.execute(layout));
    ASSIGN_OR_RETURN(auto const count, copy_content_keys(copy, keys));
    static_cast<void>(count);
    RETURN_IF_ERROR(drop_content_keys(copy));
    RETURN_IF_ERROR(move_meeting_keys(copy, keys));
    RETURN_IF_ERROR(keep_identity(identity, keys));
    auto const pair = random_bytes(16);
    RETURN_IF_ERROR(keys.prepare("INSERT INTO pair(value) VALUES(?1)").bind_blob(1, pair).run());
    RETURN_IF_ERROR(copy.prepare("INSERT OR REPLACE INTO settings(key, value) VALUES(?1, ?2)")
                        .bind(1, pair_setting)
                        .bind_blob(2, pair)
                        .run());
    RETURN_IF_ERROR(in_keys.commit());
    return in_copy.commit();
}

Result<PartsJoined> join_keys(Database& store, Database& keys, fs::path const& identity) {
    auto of_store = store.prepare("SELECT value FROM settings WHERE key = ?1");
    of_store.bind(1, pair_setting);
    ASSIGN_OR_RETURN(auto const left, pair_of(std::move(of_store)));
    ASSIGN_OR_RETURN(auto const right, pair_of(keys.prepare("SELECT value FROM pair")));
    if (left.empty() || left != right)
        return Error{ErrorKind::conflict, "backup.other_parts", "the two files are not of one backup"};
    Transaction in_store(store);
    RETURN_IF_ERROR(in_store.begin());
    PartsJoined joined;
    ASSIGN_OR_RETURN(joined.contents, copy_content_keys(keys, store));
    RETURN_IF_ERROR(put_meeting_keys_back(keys, store));
    RETURN_IF_ERROR(in_store.commit());
    ASSIGN_OR_RETURN(joined.identity_files, lay_out_identity(keys, identity));
    return joined;
}

Status require_sound(Database& part) {
    auto row = part.prepare("PRAGMA quick_check");
    auto const found = row.step();
    if (found && *found && row.text(0) == "ok") return Done{};
    return Error{ErrorKind::invalid, "backup.damaged", "its pages are not as they were written"};
}

Result<std::uint64_t> leaves_in(Database& store) {
    auto row = store.prepare("SELECT count(*) FROM log_hashes");
    ASSIGN_OR_RETURN(bool const found, row.step());
    return found ? static_cast<std::uint64_t>(row.integer(0)) : 0;
}

Status remove_traces(fs::path const& folder) {
    std::error_code failure;
    std::vector<fs::path> traces;
    for (fs::directory_iterator entry(folder, failure), end; !failure && entry != end; entry.increment(failure)) {
        auto const name = entry->path().filename().string();
        if (name.ends_with(".lock") || name.ends_with("-wal") || name.ends_with("-shm"))
            traces.push_back(entry->path());
    }
    for (auto const& each : traces) fs::remove(each, failure);
    if (failure) return Error{ErrorKind::unavailable, "file.unwritable", folder.string() + ": " + failure.message()};
    return sync_directory(folder);
}

}  // namespace casebridge
