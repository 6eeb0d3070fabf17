#include "adapters/scratch_database.h"

#include "adapters/sqlite_key.h"
#include "adapters/sqlite_query.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <numeric>
#include <optional>

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

namespace casebridge {
namespace {

constexpr std::size_t batch_bytes = std::size_t{8} << 20;
constexpr std::size_t batch_values = 500'000;

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
    if (code != SQLITE_OK) return sqlite_error(code, "opening the scratch file");
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

/// Rows on their way into the table made last. In batches in the order of the index: an index is a tree, and keys that
/// come in no order touch, decipher and encipher a page of it each.
struct ScratchDatabase::Insertion {
    std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement{nullptr, sqlite3_finalize};
    std::optional<std::size_t> sorted_by;  ///< place of the first indexed column; none: rows are not held back

    struct Value {
        std::size_t begin = 0, size = 0;
        bool null = true;
    };
    std::string text;
    std::vector<Value> values;  ///< of all rows that wait, one row after the other
    std::size_t width = 1;

    [[nodiscard]] std::string_view key(std::size_t row) const {
        auto const& value = values[row * width + *sorted_by];
        return std::string_view(text).substr(value.begin, value.size);
    }
    /// Rows of one key stay in the order of the file.
    [[nodiscard]] std::vector<std::size_t> order() const {
        std::vector<std::size_t> rows(values.size() / width);
        std::iota(rows.begin(), rows.end(), std::size_t{0});
        if (sorted_by) std::ranges::stable_sort(rows, {}, [this](std::size_t row) { return key(row); });
        return rows;
    }
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
    RETURN_IF_ERROR(insert_waiting());
    insertion_ = std::make_unique<Insertion>();
    insertion_->width = columns.size();
    std::string definition, places;
    for (auto const& column : columns) {
        definition += (definition.empty() ? "" : ", ") + quoted_identifier(column) + " TEXT";
        places += places.empty() ? "?" : ", ?";
    }
    std::string sql = "CREATE TABLE " + quoted_identifier(name) + " (" + definition + ");";
    // Before the rows: made afterwards, an index would be sorted in memory as a whole.
    for (std::size_t at = 0; at < indexed.size(); ++at) {
        auto const column = std::ranges::find(columns, indexed[at]);
        if (column == columns.end()) continue;
        if (!insertion_->sorted_by) insertion_->sorted_by = static_cast<std::size_t>(column - columns.begin());
        sql += "CREATE INDEX " + quoted_identifier(name + " by " + std::to_string(at)) + " ON " +
               quoted_identifier(name) + " (" + quoted_identifier(indexed[at]) + ");";
    }
    RETURN_IF_ERROR(run_pragmas(database_.get(), sql.c_str()));
    std::string const insert = "INSERT INTO " + quoted_identifier(name) + " VALUES (" + places + ")";
    sqlite3_stmt* raw = nullptr;
    int const code = sqlite3_prepare_v2(database_.get(), insert.c_str(), -1, &raw, nullptr);
    insertion_->statement.reset(raw);
    if (code != SQLITE_OK) return sqlite_error(code, "preparing the scratch file");
    return Done{};
}

Status ScratchDatabase::insert(std::vector<std::optional<std::string_view>> const& row) {
    auto& waiting = *insertion_;
    for (auto const& value : row) {
        waiting.values.push_back({waiting.text.size(), value ? value->size() : 0, !value});
        if (value) waiting.text += *value;
    }
    bool const enough = waiting.text.size() >= batch_bytes || waiting.values.size() >= batch_values;
    return enough || !waiting.sorted_by ? insert_waiting() : Status(Done{});
}

Status ScratchDatabase::insert_waiting() {
    auto& waiting = *insertion_;
    auto* const statement = waiting.statement.get();
    for (auto const row : waiting.order()) {
        int code = SQLITE_OK;
        for (std::size_t at = 0; at < waiting.width && code == SQLITE_OK; ++at) {
            auto const& value = waiting.values[row * waiting.width + at];
            int const place = static_cast<int>(at) + 1;
            code = value.null ? sqlite3_bind_null(statement, place)
                              : sqlite3_bind_text64(statement, place, waiting.text.data() + value.begin, value.size,
                                                    SQLITE_STATIC, SQLITE_UTF8);
        }
        if (code == SQLITE_OK) code = sqlite3_step(statement);
        sqlite3_reset(statement);
        if (code != SQLITE_DONE) return sqlite_error(code, "filling the scratch file");
    }
    waiting.text.clear();
    waiting.values.clear();
    return Done{};
}

Status ScratchDatabase::finish(std::size_t maximum_row_bytes) {
    RETURN_IF_ERROR(insert_waiting());
    insertion_ = std::make_unique<Insertion>();
    RETURN_IF_ERROR(run_pragmas(database_.get(), "COMMIT"));
    return allow_only_reading(database_.get(), maximum_row_bytes, Writable::until_now);
}

}  // namespace casebridge
