// StagingDatabase: a real staging table as an administrator makes it with packaging/sql/, for each kind of database.
#pragma once

#include "adapters/received_writer.h"
#include "tests/support/demo/database_writer.h"
#include "tests/support/servers/mariadb_server.h"
#include "tests/support/servers/postgres_server.h"
#include "tests/support/temporary_directory.h"

#include <functional>

namespace casebridge::test {

class StagingDatabase {
public:
    virtual ~StagingDatabase() = default;

    [[nodiscard]] virtual ReceivedSettings settings() const = 0;
    [[nodiscard]] virtual Secret key() const = 0;
    /// As the administrator, where the table is found by its plain name. Throws std::runtime_error.
    virtual void run(std::string const& sql) = 0;
    /// Ends the login's connections; false where there are none.
    virtual bool break_connections() { return false; }
    /// The server answers nothing, or goes on; false where there is none.
    virtual bool freeze(bool) { return false; }
    /// Takes a right on the table, or gives it again; false where a login has none.
    virtual bool grant(std::string const& /*right*/, bool /*given*/) { return false; }

    [[nodiscard]] ReceivedWriter writer() const { return ReceivedWriter::make(settings(), key()); }
    [[nodiscard]] std::unique_ptr<WritingSession> session() const;
    /// The values of a column, in order of sender and message, NULL as "(null)".
    [[nodiscard]] std::vector<std::string> values(std::string const& column) const;
    [[nodiscard]] std::size_t rows() const { return values("message_id").size(); }
};

/// Plain, or with a raw key of 64 hexadecimal characters.
class SqliteStaging final : public StagingDatabase {
public:
    explicit SqliteStaging(std::string raw_key = "");
    [[nodiscard]] ReceivedSettings settings() const override;
    [[nodiscard]] Secret key() const override { return Secret::from_text(raw_key_); }
    void run(std::string const& sql) override { admin_.run(sql); }
    [[nodiscard]] std::filesystem::path file() const { return directory_.path() / "received.db"; }

private:
    TemporaryDirectory directory_;
    std::string raw_key_;
    DatabaseWriter admin_;
};

class PostgresStaging : public StagingDatabase {
public:
    PostgresStaging();
    ~PostgresStaging() override;
    PostgresStaging(PostgresStaging const&) = delete;
    PostgresStaging& operator=(PostgresStaging const&) = delete;
    [[nodiscard]] ReceivedSettings settings() const override;
    [[nodiscard]] Secret key() const override { return Secret::from_text("writer's own"); }
    void run(std::string const& sql) override { admin_.run(sql); }
    bool break_connections() override;
    bool freeze(bool frozen) override;
    bool grant(std::string const& right, bool given) override;
    [[nodiscard]] PostgresSettings postgres_settings() const;
    /// Ends the whole server, or starts it again.
    void stop_server() const { PostgresServer::instance().stop(); }
    void start_server();

private:
    std::string name_;
    PostgresAdmin admin_;
};

/// The same behind PostgreSQL's ODBC driver.
class OdbcPostgresStaging final : public PostgresStaging {
public:
    [[nodiscard]] ReceivedSettings settings() const override;
};

/// One at a time: the script's database has a fixed name.
class MariadbStaging final : public StagingDatabase {
public:
    MariadbStaging();
    ~MariadbStaging() override;
    MariadbStaging(MariadbStaging const&) = delete;
    MariadbStaging& operator=(MariadbStaging const&) = delete;
    [[nodiscard]] ReceivedSettings settings() const override;
    [[nodiscard]] Secret key() const override { return Secret::from_text("writer's own"); }
    void run(std::string const& sql) override { admin_.run(sql); }
    bool break_connections() override;
    bool freeze(bool frozen) override;
    bool grant(std::string const& right, bool given) override;

private:
    MariadbAdmin admin_;
};

/// A whole row; `number` makes id and content another.
ReceivedSummary example_summary(int number = 1);

}  // namespace casebridge::test
