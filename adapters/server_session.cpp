#include "adapters/server_session.h"

namespace casebridge {

Status ServerSession::query(std::string const& sql, std::vector<SqlValue> const& parameters,
                            std::function<bool(SqlRow const&)> const& on_row) {
    if (in_snapshot_) return run(sql, parameters, on_row);
    return read_consistently([&] { return run(sql, parameters, on_row); });
}

Status ServerSession::read_consistently(std::function<Status()> const& body) {
    RETURN_IF_ERROR(begin());
    in_snapshot_ = true;
    struct Rollback {  // also when `body` throws
        ServerSession& session;
        bool done = false;
        ~Rollback() {
            if (!done) static_cast<void>(session.end_snapshot());
        }
    } rollback{*this};
    auto outcome = body();
    rollback.done = true;
    auto const ended = end_snapshot();
    if (!outcome) return outcome;
    return ended;
}

Status ServerSession::end_snapshot() {
    in_snapshot_ = false;
    return end();
}

}  // namespace casebridge
