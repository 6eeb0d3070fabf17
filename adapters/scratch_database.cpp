#include "adapters/scratch_database.h"

#include "adapters/sqlite_key.h"
#include "adapters/sqlite_query.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

namespace casebridge {
namespace {

Error unavailable(std::string detail) {
    return {ErrorKind::unavailable, "source.unavailable", std::move(detail)};
}

/// An empty file of our own in `folder`, open in SQLite and without a name.
Result<SqliteConnection> open_nameless(std::filesystem::path const& folder) {
    auto path = (std::filesystem::absolute(folder) / "casebridge-scratch-XXXXXX").string();
    int const descriptor = ::mkostemp(path.data(), O_CLOEXEC);
    if (descriptor < 0) return unavailable("scratch folder " + folder.string() + ": " + std::strerror(errno));
    ::close(descriptor);
    sqlite3* raw = nullptr;
    int const flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
    int const code = sqlite3_open_v2(path.c_str(), &raw, flags, nullptr);
    SqliteConnection database(raw);
    bool const gone = ::unlink(path.c_str()) == 0;
    if (code != SQLITE_OK) return sqlite_error(raw, code, "opening the scratch file");
    if (!gone) return unavailable("the scratch file's name could not be removed");
    return database;
}

SqliteSettings cipher_settings() {
    SqliteSettings settings;
    settings.encryption = SqliteSettings::Encryption::sqlcipher;
    settings.cipher_page_size = 4096;
    return settings;
}

}  // namespace

struct ScratchDatabase::Insertion {
    std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement{nullptr, sqlite3_finalize};
};

ScratchDatabase::ScratchDatabase(SqliteConnection database)
    : database_(std::move(database)), insertion_(std::make_unique<Insertion>()) {}
ScratchDatabase::ScratchDatabase(ScratchDatabase&&) noexcept = default;
ScratchDatabase& ScratchDatabase::operator=(ScratchDatabase&& other) noexcept {
    insertion_ = std::move(other.insertion_);
    database_ = std::move(other.database_);
    return *this;
}
ScratchDatabase::~ScratchDatabase() = default;

Result<ScratchDatabase> ScratchDatabase::make(std::filesystem::path const& folder) {
    ASSIGN_OR_RETURN(auto database, open_nameless(folder));
    constexpr std::size_t key_bytes = 32;
    RETURN_IF_ERROR(apply_key(database.get(), cipher_settings(), Secret::random(key_bytes)));
    // SECURITY: a journal or a sorter's spill file would have a name, and spills are not encrypted.
    RETURN_IF_ERROR(run_pragmas(database.get(),
                                "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY;"
                                "PRAGMA locking_mode = EXCLUSIVE; PRAGMA mmap_size = 0; PRAGMA cache_size = -16384;"
                                "BEGIN"));
    return ScratchDatabase(std::move(database));
}

Status ScratchDatabase::create_table(std::string const& name, std::vector<std::string> const& columns,
                                     std::vector<std::string> const& indexed) {
    insertion_->statement.reset();
    std::string definition, places;
    for (auto const& column : columns) {
        definition += (definition.empty() ? "" : ", ") + quoted_identifier(column) + " TEXT";
        places += places.empty() ? "?" : ", ?";
    }
    std::string sql = "CREATE TABLE " + quoted_identifier(name) + " (" + definition + ");";
    // Before the rows: made afterwards, an index would be sorted in memory as a whole.
    for (std::size_t at = 0; at < indexed.size(); ++at) {
        if (std::find(columns.begin(), columns.end(), indexed[at]) == columns.end()) continue;
        sql += "CREATE INDEX " + quoted_identifier(name + " by " + std::to_string(at)) + " ON " +
               quoted_identifier(name) + " (" + quoted_identifier(indexed[at]) + ");";
    }
    RETURN_IF_ERROR(run_pragmas(database_.get(), sql.c_str()));
    std::string const insert = "INSERT INTO " + quoted_identifier(name) + " VALUES (" + places + ")";
    sqlite3_stmt* raw = nullptr;
    int const code = sqlite3_prepare_v2(database_.get(), insert.c_str(), -1, &raw, nullptr);
    insertion_->statement.reset(raw);
    if (code != SQLITE_OK) return sqlite_error(database_.get(), code, "preparing the scratch file");
    return Done{};
}

Status ScratchDatabase::insert(std::vector<std::optional<std::string_view>> const& row) {
    auto* const statement = insertion_->statement.get();
    int code = SQLITE_OK;
    for (int at = 0; at < static_cast<int>(row.size()) && code == SQLITE_OK; ++at) {
        auto const& value = row[static_cast<std::size_t>(at)];
        code = value ? sqlite3_bind_text64(statement, at + 1, value->data(), value->size(), SQLITE_STATIC, SQLITE_UTF8)
                     : sqlite3_bind_null(statement, at + 1);
    }
    if (code == SQLITE_OK) code = sqlite3_step(statement);
    sqlite3_reset(statement);
    if (code != SQLITE_DONE) return sqlite_error(nullptr, code, "filling the scratch file");
    return Done{};
}

Status ScratchDatabase::finish(std::size_t maximum_row_bytes) {
    insertion_->statement.reset();
    RETURN_IF_ERROR(run_pragmas(database_.get(), "COMMIT"));
    return allow_only_reading(database_.get(), maximum_row_bytes, Writable::until_now);
}

}  // namespace casebridge
