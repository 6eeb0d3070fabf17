// Witness table: heads of partners' logs, theirs of ours, and evidence. Rows; what they mean, witness.h says.
#pragma once

#include "crypto/checkpoint.h"
#include "daemon/database.h"
#include "policies/ids.h"

#include <optional>
#include <vector>

namespace casebridge {

struct WitnessedHead {
    NodeId node;  ///< whose log
    std::uint64_t size = 0;
    Digest root;
    std::string note;  ///< signed by the log
    Timestamp at;      ///< when we cosigned it
};

struct ShownHead {
    NodeId node;
    std::uint64_t size = 0;
    Digest root;
    std::string note;
    NodeId by;  ///< who showed it
    Timestamp at;
};

struct Cosignature {
    NodeId by;
    std::uint64_t size = 0;
    Digest root;
    std::string line;  ///< with its line feed
    Timestamp at;      ///< when it came
};

struct LogEvidence {
    std::int64_t number = 0;
    NodeId node;           ///< against whom
    std::string kind;      ///< `fork`, `unproven`
    std::string document;  ///< fork_evidence.h
    Timestamp at;
    std::optional<Timestamp> settled_at{};
};

class WitnessTable {
public:
    explicit WitnessTable(Database& database) : database_(database) {}

    Result<std::optional<WitnessedHead>> witnessed(NodeId const& node) const;
    Result<std::vector<WitnessedHead>> all_witnessed() const;
    Status put(WitnessedHead const& head);
    /// A log that begins anew, under another key: head, shown head and mirror are forgotten, evidence is not.
    Status forget(NodeId const& node);

    Result<std::optional<ShownHead>> shown(NodeId const& node) const;
    Status put(ShownHead const& head);
    Status drop_shown(NodeId const& node);

    Result<std::vector<Cosignature>> cosignatures() const;
    Status put(Cosignature const& cosignature);
    /// All that were given under a name or key that is ours no more.
    Status drop_cosignatures();

    /// False if this very document is there already.
    Result<bool> add(LogEvidence const& evidence);
    /// Newest first.
    Result<std::vector<LogEvidence>> evidence(std::size_t limit) const;
    Result<std::optional<LogEvidence>> evidence_at(std::int64_t number) const;
    /// Whom evidence stands against that nobody has dealt with.
    Result<std::vector<NodeId>> accused() const;
    /// How many were open.
    Result<std::int64_t> settle(NodeId const& node, Timestamp at);

private:
    Database& database_;
};

}  // namespace casebridge
