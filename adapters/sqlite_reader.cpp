// casebridge-sqlite-reader: reads one plain SQLite file for the daemon, with the libsqlite3 of the system.
//
// A process of its own because the daemon is linked to SQLCipher's library, which cannot share a process with
// libsqlite3 and is too old for newer files; and because what parses a foreign file is better kept apart. It is started
// with its socket as standard input and ends when that is closed. See reader_frames.h.
#include "adapters/reader_channel.h"
#include "adapters/reader_frames.h"
#include "adapters/reader_sandbox.h"
#include "adapters/sqlite_session.h"

#include <exception>
#include <utility>

#include <sqlite3.h>
#include <unistd.h>

static_assert(SQLITE_VERSION_NUMBER >= 3037000, "this must be the system's SQLite, not SQLCipher's");

namespace casebridge::reader {
namespace {

constexpr std::chrono::milliseconds longest_silence{200};

/// Answers requests until the caller is gone. A broken channel ends the process: there is nobody to tell.
class Server {
public:
    explicit Server(Channel channel) : channel_(std::move(channel)) {}

    Status run() {
        for (;;) {
            ASSIGN_OR_RETURN(auto const request, next_request());
            RETURN_IF_ERROR(serve(request));
        }
    }

private:
    Result<Request> next_request() {
        ASSIGN_OR_RETURN(auto const payload, channel_.receive(maximum_request_bytes, std::nullopt));
        return decode_request(payload);
    }
    Status reply(Reply const& reply) { return channel_.send(encode(reply), std::nullopt); }
    Status reply(Error const& error) { return reply(Reply{Failed{error}}); }

    Status serve(Request const& request) {
        if (auto const* const open = std::get_if<Open>(&request)) return serve_open(*open);
        if (session_ == nullptr) return unexpected();
        if (std::holds_alternative<Tables>(request)) {
            auto names = session_->tables();
            return names ? reply(TableNames{*std::move(names)}) : reply(names.error());
        }
        if (auto const* const columns = std::get_if<Columns>(&request)) {
            auto found = session_->columns(columns->table);
            return found ? reply(ColumnList{*std::move(found)}) : reply(found.error());
        }
        if (auto const* const query = std::get_if<Query>(&request)) return serve_query(*query);
        if (std::holds_alternative<Begin>(request) && !in_snapshot_) return serve_snapshot();
        if (auto const* const version = std::get_if<Version>(&request); version != nullptr && in_snapshot_) {
            auto const found = session_->snapshot_version(version->tables);
            return found ? reply(VersionOf{*found}) : reply(found.error());
        }
        return unexpected();
    }

    static Error unexpected() { return {ErrorKind::internal, "reader.bad_frame", "a request that does not fit here"}; }

    Status serve_open(Open const& open) {
        SqliteSettings settings;
        settings.path = open.path;
        settings.maximum_value_bytes = open.maximum_value_bytes;
        settings.maximum_row_bytes = open.maximum_row_bytes;
        settings.busy_timeout = open.busy_timeout;
        settings.query_time_limit = open.query_time_limit;
        constexpr std::int64_t working_memory = std::int64_t{64} << 20;
        sqlite3_hard_heap_limit64(working_memory + 4 * static_cast<std::int64_t>(open.maximum_row_bytes));
        auto session = open_sqlite_session(settings, Secret());
        if (!session) return reply(session.error());
        session_ = *std::move(session);
        return reply(Finished{});
    }

    /// The requests between `Begin` and `End`.
    Status serve_snapshot() {
        Status channel = Done{};
        bool ended = false;
        in_snapshot_ = true;
        auto const outcome = session_->read_consistently([&]() -> Status {
            channel = reply(Finished{});
            while (channel && !ended) {
                auto const request = next_request();
                ended = request && std::holds_alternative<End>(*request);
                if (!ended) channel = request ? serve(*request) : Status(request.error());
            }
            return Done{};
        });
        in_snapshot_ = false;
        RETURN_IF_ERROR(channel);
        return outcome ? reply(Finished{}) : reply(outcome.error());
    }

    Status serve_query(Query const& query) {
        RowBlock pending;
        auto sent_at = std::chrono::steady_clock::now();
        Status channel = Done{};
        bool stopped = false;
        auto const send_pending = [&]() -> Status {
            RETURN_IF_ERROR(reply(Rows{false, std::exchange(pending, {})}));
            ASSIGN_OR_RETURN(auto const request, next_request());
            stopped = std::holds_alternative<Stop>(request);
            if (!stopped && !std::holds_alternative<Next>(request)) return unexpected();
            sent_at = std::chrono::steady_clock::now();
            return Done{};
        };
        auto const on_row = [&](SqlRow const& row) {
            pending.add(row);
            bool const full = pending.bytes() >= rows_bytes || pending.rows() >= most_rows;
            if (full || std::chrono::steady_clock::now() - sent_at > longest_silence) channel = send_pending();
            return channel && !stopped;
        };
        auto const outcome = query.whole_table ? session_->scan(query.sql, on_row)
                                               : session_->query(query.sql, query.parameters, on_row);
        RETURN_IF_ERROR(channel);
        if (stopped) return reply(Finished{});
        if (outcome) return reply(Rows{true, std::move(pending)});
        // What came before the error is the caller's, as it would be without a process between.
        if (pending.rows() > 0) RETURN_IF_ERROR(send_pending());
        return stopped ? reply(Finished{}) : reply(outcome.error());
    }

    static constexpr std::size_t most_rows = 5000;
    Channel channel_;
    std::unique_ptr<SqlSession> session_;
    bool in_snapshot_ = false;
};

}  // namespace
}  // namespace casebridge::reader

int main() {
    using namespace casebridge;
    // One thread: SQLite locks nothing at each value it gives.
    if (sqlite3_config(SQLITE_CONFIG_SINGLETHREAD) != SQLITE_OK) return 3;
    if (::close_range(3, ~0U, 0) != 0 || !reader::give_up_privileges()) return 3;
    try {
        auto const ended = reader::Server(reader::Channel(FileHandle(0))).run();
        return ended.error().code == "reader.closed" ? 0 : 1;
    } catch (std::exception const&) {  // e.g. no memory; the caller sees the socket close
        return 1;
    }
}
