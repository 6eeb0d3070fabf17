// OdbcConnection: handles of unixODBC, and the calls that OdbcSession makes. Every call may block as long as the driver
// pleases: OdbcSession makes them on a DriverThread.
#pragma once

#include "adapters/odbc_session.h"
#include "adapters/odbc_statement.h"

namespace casebridge {

/// What a driver says of a failure; without its words, which may name anything, also what is stored.
struct OdbcFailure {
    std::string sqlstate;
    int native = 0;
};

class OdbcConnection {
public:
    OdbcConnection();
    ~OdbcConnection();
    OdbcConnection(OdbcConnection const&) = delete;
    OdbcConnection& operator=(OdbcConnection const&) = delete;

    /// Errors: as `open_odbc_session`, but for encryption.
    Status connect(OdbcSettings const& settings, Secret const& connection_string);

    /// The server's product ("MariaDB"), and what stands around a quoted name.
    [[nodiscard]] std::string const& product() const { return product_; }
    [[nodiscard]] std::string const& identifier_quote() const { return quote_; }

    /// Text comes as UTF-8 in its stored bytes. Some drivers end wide text at a zero unit, which would make another
    /// word of it.
    void read_text_as_utf8();

    /// Without rows. Errors: as `prepare`.
    Status execute(std::string_view doing, std::string const& sql);

    /// Transactions by the driver's own calls, where the server's statements are not known.
    Status begin();
    enum class Ending { rollback, commit };
    Status end(Ending ending = Ending::rollback);

    /// Prepares and runs one INSERT or DELETE. Errors: as `prepare`.
    Status change(std::string_view doing, std::string const& sql, std::vector<SqlValue> const& parameters);

    /// Whether a statement will be run again, with other parameters: then it stays prepared.
    enum class Keep { no, yes };
    /// Prepares and runs one SELECT; then `fetch` until it returns fewer rows than asked for, or `close`.
    /// Errors: `source.unavailable`, `source.not_permitted`, `source.query_failed`.
    Status open_cursor(std::string const& sql, std::vector<SqlValue> const& parameters, Keep keep);
    /// At most `rows`, fewer if they are large; `more` tells whether there may be others.
    struct Batch {
        std::vector<SqlRow> rows;
        bool more = false;
    };
    /// `room`: rows of an earlier batch, whose memory is used again.
    Result<Batch> fetch(std::size_t rows, std::vector<SqlRow> room = {});
    void close_cursor();

    /// Tables and views of the current catalogue, by the driver's own call.
    Result<std::vector<std::string>> tables();
    Result<std::vector<SqlSession::Column>> columns(std::string const& table);

    /// Of the last failure.
    [[nodiscard]] OdbcFailure const& last_failure() const { return failure_; }
    [[nodiscard]] bool lost() const { return lost_; }

private:
    struct Handles;
    Error failed(std::string_view doing, int handle_kind, void* handle);
    std::unique_ptr<OdbcStatement> new_statement();
    void forget(std::string const& sql);
    void ask_for_rows(std::size_t row_bytes);
    [[nodiscard]] void* statement() const;
    /// The text in each of `places` of every row that a call about the catalogue gave.
    Result<std::vector<std::vector<std::string>>> catalogue_rows(std::vector<std::size_t> const& places);
    [[nodiscard]] std::u16string current_catalogue() const;

    std::unique_ptr<Handles> handles_;
    OdbcStatement* open_ = nullptr;  ///< the one that is being read
    OdbcStatement::Limits limits_;
    std::chrono::seconds time_limit_{0};
    std::string product_, quote_ = "\"";
    OdbcFailure failure_;
    bool lost_ = false;
    bool fetches_in_parts_ = false;  ///< the driver's cursor, so many rows at a time
    std::size_t asked_rows_ = 64;
};

}  // namespace casebridge
