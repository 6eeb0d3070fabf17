#include "adapters/reader_session.h"

#include "adapters/reader_process.h"
#include "adapters/sqlite_file_watch.h"
#include "adapters/sqlite_privileges.h"
#include "adapters/sqlite_query.h"

#include <optional>

namespace casebridge {
namespace {

class ReaderSession final : public SqlSession {
public:
    explicit ReaderSession(SqliteSettings settings) : settings_(std::move(settings)) {}

    Status connect() {
        process_.reset();
        ASSIGN_OR_RETURN(auto process, reader::Process::start());
        process_ = std::move(process);
        ++started_;
        std::error_code failure;
        auto const path = std::filesystem::absolute(settings_.path, failure);
        auto const opened = ask<reader::Finished>(reader::Open{path.string(), settings_.maximum_value_bytes,
                                                               settings_.maximum_row_bytes, settings_.busy_timeout,
                                                               settings_.query_time_limit});
        if (opened) return Done{};
        process_.reset();
        return opened.error();
    }

    Result<std::vector<std::string>> tables() override {
        RETURN_IF_ERROR(running());
        ASSIGN_OR_RETURN(auto reply, ask<reader::TableNames>(reader::Tables{}));
        return std::move(reply.names);
    }

    Result<std::vector<Column>> columns(std::string const& table) override {
        RETURN_IF_ERROR(running());
        ASSIGN_OR_RETURN(auto reply, ask<reader::ColumnList>(reader::Columns{table}));
        return std::move(reply.columns);
    }

    Status query(std::string const& sql, std::vector<SqlValue> const& parameters,
                 std::function<bool(SqlRow const&)> const& on_row) override {
        return read({false, sql, parameters}, on_row);
    }

    Status scan(std::string const& sql, std::function<bool(SqlRow const&)> const& on_row) override {
        return read({true, sql, {}}, on_row);
    }

    Status read_consistently(std::function<Status()> const& body) override {
        RETURN_IF_ERROR(running());
        RETURN_IF_ERROR(said(ask<reader::Finished>(reader::Begin{})));
        in_snapshot_ = true;
        struct End {  // also when `body` throws
            ReaderSession& session;
            bool done = false;
            Status now() {
                done = true;
                session.in_snapshot_ = false;
                if (!session.process_) return gone();
                return said(session.ask<reader::Finished>(reader::End{}));
            }
            ~End() {
                if (!done) static_cast<void>(now());
            }
        } end{*this};
        auto outcome = body();
        auto const ended = end.now();
        return outcome ? ended : outcome;
    }

    Result<std::optional<SnapshotVersion>> snapshot_version(std::vector<std::string> const& tables) override {
        RETURN_IF_ERROR(running());
        ASSIGN_OR_RETURN(auto reply, ask<reader::VersionOf>(reader::Version{tables}));
        // A new reader counts its connections from the start again.
        if (reply.version) reply.version->connection = started_ << 32 | (reply.version->connection & 0xffffffff);
        return reply.version;
    }

    bool may_have_changed() override { return watch_.may_have_changed(); }

    [[nodiscard]] std::string quote_identifier(std::string_view name) const override { return quoted_identifier(name); }

    Result<std::vector<Excess>> privileges(std::vector<std::string> const&) override {
        return sqlite_privileges(settings_.path);
    }

private:
    static Error gone() {
        return {ErrorKind::unavailable, "source.unavailable", "the reader of SQLite files ended during a read"};
    }
    template <typename T>
    static Status said(Result<T> const& result) {
        return result ? Status(Done{}) : Status(result.error());
    }

    /// Another reader in place of one that ended; not inside a snapshot, which has ended with it.
    Status running() {
        if (process_) return Done{};
        if (in_snapshot_) return gone();
        return connect();
    }

    /// A reply of exactly this kind.
    template <typename Expected>
    Result<Expected> ask(reader::Request const& request) {
        auto reply = exchange(request);
        if (!reply) return reply.error();
        if (auto* const expected = std::get_if<Expected>(&*reply)) return std::move(*expected);
        process_.reset();
        return Error{ErrorKind::unavailable, "source.unavailable", "the reader of SQLite files gave another answer"};
    }

    Result<reader::Reply> exchange(reader::Request const& request) {
        constexpr std::size_t framing = std::size_t{1} << 20;
        constexpr std::chrono::milliseconds margin{3000};
        auto reply = process_->ask(request, settings_.maximum_row_bytes + reader::rows_bytes + framing,
                                   settings_.query_time_limit + settings_.busy_timeout + margin);
        if (reply || !reply.error().code.starts_with("reader.")) return reply;
        process_.reset();
        return Error{ErrorKind::unavailable, "source.unavailable", reply.error().detail};
    }

    Status read(reader::Query query, std::function<bool(SqlRow const&)> const& on_row) {
        RETURN_IF_ERROR(running());
        reader::Request request = std::move(query);
        for (;;) {
            ASSIGN_OR_RETURN(auto const reply, ask<reader::Rows>(request));
            for (auto const& row : reply.rows) {
                if (on_row(row)) continue;
                return reply.last ? Status(Done{}) : said(ask<reader::Finished>(reader::Stop{}));
            }
            if (reply.last) return Done{};
            request = reader::Next{};
        }
    }

    SqliteSettings settings_;
    SqliteFileWatch watch_{settings_.path};
    std::optional<reader::Process> process_;
    std::int64_t started_ = 0;  ///< readers, so far
    bool in_snapshot_ = false;
};

}  // namespace

Result<std::unique_ptr<SqlSession>> open_reader_session(SqliteSettings const& settings) {
    auto session = std::make_unique<ReaderSession>(settings);
    RETURN_IF_ERROR(session->connect());
    return std::unique_ptr<SqlSession>(std::move(session));
}

}  // namespace casebridge
