#include "daemon/meeting_table.h"

#include "daemon/stored.h"

namespace casebridge {

Status MeetingTable::put(Meeting const& meeting) {
    auto row = database_.prepare("INSERT OR REPLACE INTO meetings(node, held_on, recorded_at) VALUES(?1, ?2, ?3)");
    row.bind(1, meeting.node.text()).bind(2, to_iso8601(meeting.held_on));
    return stored::bind_time(row, 3, meeting.recorded_at).run();
}

Result<std::optional<Meeting>> MeetingTable::find(NodeId const& node) const {
    auto row = database_.prepare("SELECT held_on, recorded_at FROM meetings WHERE node = ?1");
    ASSIGN_OR_RETURN(bool const found, row.bind(1, node.text()).step());
    if (!found) return std::optional<Meeting>();
    ASSIGN_OR_RETURN(auto const held_on, stored::parsed(parse_date(row.text(0))));
    return std::optional(Meeting{node, held_on, stored::time(row, 1)});
}

}  // namespace casebridge
