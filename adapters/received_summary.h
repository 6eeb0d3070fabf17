// ReceivedSummary: one row of the staging table `casebridge_received`, where a ministry wants received summaries.
//
// All columns are text, so that the same bytes mean the same in every database: times are RFC 3339 in UTC, digests
// hexadecimal. packaging/sql/ has the table for each kind of database.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace casebridge {

/// What makes one row: a message of one node.
struct ReceivedKey {
    std::string from_node;   ///< the partner's node id
    std::string message_id;  ///< unique for each node, not among them
    bool operator==(ReceivedKey const&) const = default;
};

struct ReceivedSummary {
    ReceivedKey key;
    std::string from_office, to_office;
    std::string kind;       ///< "case_summary"
    std::string purpose;    ///< a word of the closed list
    std::string subject;    ///< the reference of the case that both nodes have, as officers see it
    std::string agreement;  ///< SHA-256 of the agreement's file
    std::optional<std::string> consent, consent_epoch;  ///< cited by the sender; none of what came before we kept it
    std::string received_at;
    std::string use_until;  ///< after it the row goes, as the message does in the daemon's own store
    std::string summary;    ///< JSON, in the daemon's canonical form: what `casebridge inbox show` gives as `body`
};

struct ReceivedColumn {
    std::string_view name;
    std::size_t longest;  ///< in bytes, all of them ASCII but for the summary
    bool may_be_null = false;
};

inline constexpr std::size_t longest_received_summary = std::size_t{1} << 20;

/// In the order of the documented table; the first two are its primary key.
inline constexpr std::array received_columns = {
    ReceivedColumn{"from_node", 40},
    ReceivedColumn{"message_id", 36},
    ReceivedColumn{"from_office", 40},
    ReceivedColumn{"to_office", 40},
    ReceivedColumn{"kind", 64},
    ReceivedColumn{"purpose", 64},
    ReceivedColumn{"subject", 32},
    ReceivedColumn{"agreement", 64},
    ReceivedColumn{"consent", 64, true},
    ReceivedColumn{"consent_epoch", 20, true},
    ReceivedColumn{"received_at", 30},
    ReceivedColumn{"use_until", 30},
    ReceivedColumn{"summary", longest_received_summary},
};

}  // namespace casebridge
