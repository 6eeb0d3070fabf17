// Successions: which partners others go on for, and under which names this store was kept before.
#pragma once

#include "crypto/node_id.h"
#include "crypto/time.h"
#include "daemon/database.h"

#include <optional>
#include <vector>

namespace casebridge {

class SuccessionTable {
public:
    explicit SuccessionTable(Database& database) : database_(database) {}

    struct Row {
        NodeId node, successor;
        std::string statement_pem;
        Timestamp at;
    };
    /// Whoever was succeeded by `node` before is from now on succeeded by the same. In a transaction.
    Status add(Row const& row);
    Result<bool> is_succeeded(NodeId const& node) const;
    struct Dealings {
        std::int64_t held = 0;        ///< messages of its whose content is here
        std::int64_t told = 0;        ///< messages to it that were not erased since, as far as it said so
        std::int64_t owed = 0;        ///< duties that are not sent or not answered
        std::int64_t queued = 0;      ///< messages that wait for it, but duties
        std::int64_t procedures = 0;  ///< that somebody is awaited in
    };
    Result<Dealings> dealings_with(NodeId const& node) const;
    /// What is held with `node`, what it was told and what we owe it is from now on held with, was told to and is owed
    /// to `successor`, of whom nothing may be known yet. What it signed, was logged of it and waits to leave for it
    /// stays under its name. In a transaction.
    Status hand_over(NodeId const& node, NodeId const& successor);

    /// Whether hand_over() changes this column, and how many there are.
    static bool moves(std::string_view table, std::string_view column);
    static std::size_t moving_columns();

    /// A name that this store was kept under before.
    struct FormerName {
        NodeId node;
        std::string root_pem, statement_pem;
        std::string log_key;    ///< vkey; empty: there was none
        std::string rotations;  ///< of its note keys (key_rotation.h)
        std::uint64_t leaves;   ///< of the log when it ended
        Timestamp ended_at;
    };
    Status add(FormerName const& name);
    /// Oldest first.
    Result<std::vector<FormerName>> former_names() const;

private:
    Database& database_;
};

}  // namespace casebridge
