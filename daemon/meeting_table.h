// Meetings: on which day the last Case Management Meeting with a partner was held. Earlier ones are in the audit log.
#pragma once

#include "daemon/database.h"
#include "policies/ids.h"

#include <optional>

namespace casebridge {

struct Meeting {
    NodeId node;
    Date held_on;
    Timestamp recorded_at;
};

class MeetingTable {
public:
    explicit MeetingTable(Database& database) : database_(database) {}
    /// Takes the place of what was recorded for the node, also if that was a later day: a day may have been wrong.
    Status put(Meeting const& meeting);
    Result<std::optional<Meeting>> find(NodeId const& node) const;

private:
    Database& database_;
};

}  // namespace casebridge
