// Keys of our own that others took the place of: since when, and whether they were destroyed.
#pragma once

#include "crypto/time.h"
#include "daemon/database.h"

#include <optional>

namespace casebridge {

class RetiredKeyTable {
public:
    explicit RetiredKeyTable(Database& database) : database_(database) {}

    struct Row {
        std::string name;  ///< of its files, without suffix (identity_renewal.h)
        Timestamp retired_at;
        std::optional<Timestamp> destroyed_at;
    };
    Result<std::optional<Row>> find(std::string const& name) const;
    /// Nothing changes what is known already.
    Status add(std::string const& name, Timestamp retired_at);
    Status mark_destroyed(std::string const& name, Timestamp at);

private:
    Database& database_;
};

}  // namespace casebridge
