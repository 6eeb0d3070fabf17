// ReceivedWriter: puts received summaries into the staging table, and takes them out again. Private to the daemon's
// export; the only writer into a database of the ministry, and never into the national tables themselves.
//
// Guarantees: each summary is one transaction. Writing is idempotent: the same summary again changes nothing, whatever
// became of the connection the first time. What stands under its key and is another summary is never overwritten.
// Removing is idempotent, too, and removes whatever stands under the key. Every value is a bound parameter.
// Not guaranteed: that a row stays as it was written; the table is the ministry's.
#pragma once

#include "adapters/received_settings.h"
#include "adapters/received_summary.h"
#include "adapters/writing_session.h"
#include "crypto/secret.h"

namespace casebridge {

/// Errors: `received.*` (received_error.h), `file.too_permissive`, `file.unreadable` (files named in the settings).
/// Not safe for use by several threads at once.
class ReceivedWriter {
public:
    /// Connects when it is first used. `password`: what server or file ask for; may be empty.
    static ReceivedWriter make(ReceivedSettings const& settings, Secret const& password);
    ReceivedWriter(std::unique_ptr<WritingSession> session, std::string table);

    /// Errors: also `received.other_content`. `received_at` is not compared: it is when this daemon took the message,
    /// and one whose store was restored from a backup takes it again.
    Status write(ReceivedSummary const& summary);
    Status remove(ReceivedKey const& key);

    /// Whether the table is there, its columns take and give back the longest rows there can be, its key is one, and
    /// the login can do all it has to: tried with rows that are removed again in the same transaction, which is rolled
    /// back. Errors: also `received.table_unfit`; the detail says what and what to do.
    Status check();
    /// What the login can do beyond that; codes as `WritingSession::privileges`.
    Result<std::vector<Excess>> privileges();

private:
    Status write_once(ReceivedSummary const& summary);
    Result<std::optional<SqlRow>> find(ReceivedKey const& key);
    Status insert(ReceivedSummary const& summary);
    Status erase(ReceivedKey const& key);
    Status check_columns();
    Status try_rows();

    std::unique_ptr<WritingSession> session_;
    std::string table_;
};

}  // namespace casebridge
