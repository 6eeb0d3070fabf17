// What proves an exchange when its content is gone: signatures without what was signed, and which leaves of the log are
// about a message.
#pragma once

#include "daemon/database.h"
#include "policies/ids.h"

#include <optional>
#include <vector>

namespace casebridge {

class EvidenceTable {
public:
    explicit EvidenceTable(Database& database) : database_(database) {}
    /// Of a log that was written before this table: which leaves name which message.
    static Status fill(Database& database);

    /// `message`: without its content (bare_signature); `receipt`: whole, nothing in it is personal data.
    enum class Kind { message, receipt };
    /// The first one stays. `sender`: of the message, also of a receipt for it.
    Status keep(MessageId const& message, NodeId const& sender, Kind kind, ByteView signature);
    Result<std::optional<Bytes>> signature(MessageId const& message, NodeId const& sender, Kind kind) const;
    /// Positions in the log, ascending.
    Result<std::vector<std::uint64_t>> leaves(MessageId const& message) const;

private:
    Database& database_;
};

}  // namespace casebridge
