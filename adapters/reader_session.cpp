#include "adapters/reader_session.h"

#include "adapters/file_privileges.h"
#include "adapters/reader_process.h"
#include "adapters/sqlite_file_watch.h"
#include "adapters/sqlite_query.h"

#include <optional>
#include <utility>

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
        return file_privileges({settings_.path}, "packaging/sql/sqlite.md");
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
        // An answer that is under way would be taken for that to the next question.
        if (std::exchange(ahead_, false)) process_.reset();
        if (process_) return Done{};
        if (in_snapshot_) return gone();
        return connect();
    }

    /// A reply of exactly this kind.
    template <typename Expected>
    Result<Expected> ask(reader::Request const& request) {
        RETURN_IF_ERROR(send(request));
        return receive<Expected>();
    }

    Status send(reader::Request const& request) {
        if (!process_) return gone();
        return judged(process_->send(request, patience()));
    }

    template <typename Expected>
    Result<Expected> receive() {
        constexpr std::size_t framing = std::size_t{1} << 20;
        ahead_ = false;
        if (!process_) return gone();
        auto reply = judged(process_->receive(settings_.maximum_row_bytes + reader::rows_bytes + framing, patience()));
        if (!reply) return reply.error();
        if (auto* const expected = std::get_if<Expected>(&*reply)) return std::move(*expected);
        process_.reset();
        return Error{ErrorKind::unavailable, "source.unavailable", "the reader of SQLite files gave another answer"};
    }

    [[nodiscard]] std::chrono::milliseconds patience() const {
        constexpr std::chrono::milliseconds margin{3000};
        return settings_.query_time_limit + settings_.busy_timeout + margin;
    }

    /// What the reader says of the database is passed on; one that does not keep to the protocol is ended.
    template <typename T>
    Result<T> judged(Result<T> outcome) {
        if (outcome || !outcome.error().code.starts_with("reader.")) return outcome;
        process_.reset();
        return Error{ErrorKind::unavailable, "source.unavailable", outcome.error().detail};
    }

    /// The first rows are looked at before more are asked for: most who want only a few find them there. From then on
    /// the reader works ahead, by one frame.
    Status read(reader::Query query, std::function<bool(SqlRow const&)> const& on_row) {
        RETURN_IF_ERROR(running());
        ASSIGN_OR_RETURN(auto reply, ask<reader::Rows>(std::move(query)));
        for (bool first = true;; first = false) {
            bool const ahead = !first && !reply.last;
            if (ahead) RETURN_IF_ERROR(send(reader::Next{}));
            ahead_ = ahead;
            bool const wanted = reply.rows.for_each(on_row);
            if (reply.last) return Done{};
            if (ahead != ahead_) return gone();  // `on_row` used the session
            if (!wanted && !ahead) return stop();
            if (!ahead) RETURN_IF_ERROR(send(reader::Next{}));
            auto next = receive<reader::Rows>();
            if (!next) return wanted || !process_ ? Status(next.error()) : Status(Done{});
            if (!wanted) return next->last ? Status(Done{}) : stop();
            reply = *std::move(next);
        }
    }

    Status stop() { return said(ask<reader::Finished>(reader::Stop{})); }

    SqliteSettings settings_;
    SqliteFileWatch watch_{settings_.path};
    std::optional<reader::Process> process_;
    std::int64_t started_ = 0;  ///< readers, so far
    bool in_snapshot_ = false;
    bool ahead_ = false;  ///< rows were asked for that nobody has received yet
};

}  // namespace

Result<std::unique_ptr<SqlSession>> open_reader_session(SqliteSettings const& settings) {
    auto session = std::make_unique<ReaderSession>(settings);
    RETURN_IF_ERROR(session->connect());
    return std::unique_ptr<SqlSession>(std::move(session));
}

}  // namespace casebridge
