// ServerSession: what sessions to database servers have in common: every query stands in a transaction, which is ended
// whatever happens, also when a caller's function throws.
#pragma once

#include "adapters/sql_session.h"

namespace casebridge {

class ServerSession : public SqlSession {
public:
    Status query(std::string const& sql, std::vector<SqlValue> const& parameters,
                 std::function<bool(SqlRow const&)> const& on_row) final;
    Status read_consistently(std::function<Status()> const& body) final;

protected:
    /// Starts a read-only transaction that sees one state; connects anew where nothing can have been read by half.
    virtual Status begin() = 0;
    virtual Status end() = 0;
    /// `query`, within the transaction.
    virtual Status run(std::string const& sql, std::vector<SqlValue> const& parameters,
                       std::function<bool(SqlRow const&)> const& on_row) = 0;

private:
    Status end_snapshot();
    bool in_snapshot_ = false;
};

}  // namespace casebridge
