// Notes inside procedures, ours and the partners'. What they say is in contents of their own, and can be erased.
#pragma once

#include "daemon/procedure_table.h"
#include "policies/thread_entry.h"

namespace casebridge {

struct ThreadRow {
    MessageId message;
    Side side;
    Timestamp sent_at;
    std::optional<ContentId> note, attachment;  ///< none: erased, or never there
    std::optional<AttachmentType> attachment_type;
    std::int64_t attachment_size = 0;
    StepState state;
    std::string code;
    std::optional<Timestamp> read_at;  ///< of a partner's
};

class ThreadTable {
public:
    ThreadTable(Database& database, ContentTable& contents) : database_(database), contents_(contents) {}

    /// Errors: `store.constraint` if the side's message is known.
    Status insert(ProcedureRow const& procedure, Side side, ThreadEntry const& entry, StepState state);
    /// Oldest first.
    Result<std::vector<ThreadRow>> entries(ProcedureRow const& procedure) const;
    struct Counts {
        std::int64_t all = 0, of_initiator = 0, unread = 0;
    };
    Result<Counts> counts(ProcedureRow const& procedure) const;
    Status mark_read(ProcedureRow const& procedure, Timestamp at);
    /// What became of one of ours. Nothing if there is no such entry.
    Status settle(MessageId const& message, StepState state, std::string const& code);
    /// Destroys what the entries say; the rows stay. Idempotent.
    Status erase(ProcedureRow const& procedure);

private:
    Database& database_;
    ContentTable& contents_;
};

}  // namespace casebridge
