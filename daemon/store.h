// Store: the daemon's own encrypted database, its tables and its schema version. Owned and used by the engine alone.
#pragma once

#include "daemon/audit_log.h"
#include "daemon/case_table.h"
#include "daemon/duty_table.h"
#include "daemon/evidence_table.h"
#include "daemon/inbox_table.h"
#include "daemon/log_mirror.h"
#include "daemon/meeting_key_table.h"
#include "daemon/meeting_table.h"
#include "daemon/onward_table.h"
#include "daemon/outbox_table.h"
#include "daemon/peer_revocation_table.h"
#include "daemon/peer_table.h"
#include "daemon/procedure_table.h"
#include "daemon/query_table.h"
#include "daemon/received_list.h"
#include "daemon/retired_key_table.h"
#include "daemon/succession_table.h"
#include "daemon/thread_table.h"
#include "daemon/watch_table.h"
#include "daemon/witness_table.h"

namespace casebridge {

class Store {
public:
    /// Opens or creates the file and migrates it, one transaction a version. Errors: as Database::open,
    /// `store.newer_schema` (written by a newer casebridge), `log.inconsistent`.
    static Result<std::unique_ptr<Store>> open(std::filesystem::path const& path, Secret const& key,
                                               Database::Mode mode);
    // The tables refer to the database in here.
    Store(Store const&) = delete;
    Store& operator=(Store const&) = delete;

    [[nodiscard]] ContentTable& contents() { return contents_; }
    [[nodiscard]] AuditLog& log() { return *log_; }
    [[nodiscard]] PeerTable& peers() { return peers_; }
    [[nodiscard]] PeerRevocationTable& peer_revocations() { return peer_revocations_; }
    [[nodiscard]] CaseTable& cases() { return cases_; }
    [[nodiscard]] OutboxTable& outbox() { return outbox_; }
    [[nodiscard]] DisclosureTable& disclosures() { return disclosures_; }
    [[nodiscard]] InboxTable& inbox() { return inbox_; }
    [[nodiscard]] ReceivedQueryTable& queries_received() { return queries_received_; }
    [[nodiscard]] AskedQueryTable& queries_asked() { return queries_asked_; }
    [[nodiscard]] WatchTable& watch() { return watch_; }
    [[nodiscard]] DutyTable& duties() { return duties_; }
    [[nodiscard]] ReceivedList& received() { return received_; }
    [[nodiscard]] ProcedureTable& procedures() { return procedures_; }
    [[nodiscard]] ThreadTable& threads() { return threads_; }
    [[nodiscard]] MeetingTable& meetings() { return meetings_; }
    [[nodiscard]] MeetingKeyTable& meeting_keys() { return meeting_keys_; }
    [[nodiscard]] OnwardTable& onward() { return onward_; }
    [[nodiscard]] WitnessTable& witness() { return witness_; }
    [[nodiscard]] LogMirror& mirror() { return mirror_; }
    [[nodiscard]] EvidenceTable& evidence() { return evidence_; }
    [[nodiscard]] RetiredKeyTable& retired_keys() { return retired_keys_; }
    [[nodiscard]] SuccessionTable& successions() { return successions_; }

    /// Small settings of the daemon's own (e.g. digest of the active policy), by key.
    Result<std::optional<std::string>> setting(std::string_view key);
    Status put_setting(std::string_view key, std::string_view value);

    // For the engine only. The rollbacks take the audit log's tree back, too.
    Status begin();
    Status commit();
    Status rollback();
    Status savepoint();
    Status release_savepoint();
    Status rollback_to_savepoint();
    /// Grows with every row that is written or deleted.
    [[nodiscard]] std::int64_t changes_so_far() const { return database_.total_changes(); }
    /// After a commit: empties the write-ahead log if it is long, or still holds what was erased.
    Status tidy();

private:
    explicit Store(Database database);
    Database database_;
    ContentTable contents_;
    std::unique_ptr<AuditLog> log_;
    PeerTable peers_;
    PeerRevocationTable peer_revocations_;
    CaseTable cases_;
    OutboxTable outbox_;
    DisclosureTable disclosures_;
    InboxTable inbox_;
    ReceivedQueryTable queries_received_;
    AskedQueryTable queries_asked_;
    WatchTable watch_;
    DutyTable duties_;
    ReceivedList received_;
    ProcedureTable procedures_;
    ThreadTable threads_;
    MeetingTable meetings_;
    MeetingKeyTable meeting_keys_;
    OnwardTable onward_;
    WitnessTable witness_;
    LogMirror mirror_;
    EvidenceTable evidence_;
    RetiredKeyTable retired_keys_;
    SuccessionTable successions_;
    MerkleFrontier at_begin_, at_savepoint_;
};

}  // namespace casebridge
