#include "daemon/retired_key_table.h"

#include "daemon/stored.h"

namespace casebridge {

Result<std::optional<RetiredKeyTable::Row>> RetiredKeyTable::find(std::string const& name) const {
    auto row = database_.prepare("SELECT retired_at, destroyed_at FROM retired_keys WHERE name = ?1");
    ASSIGN_OR_RETURN(bool const found, row.bind(1, name).step());
    if (!found) return std::optional<Row>();
    return std::optional(Row{name, stored::time(row, 0), stored::optional_time(row, 1)});
}

Status RetiredKeyTable::add(std::string const& name, Timestamp retired_at) {
    auto row = database_.prepare("INSERT OR IGNORE INTO retired_keys(name, retired_at) VALUES(?1, ?2)");
    row.bind(1, name);
    return stored::bind_time(row, 2, retired_at).run();
}

Status RetiredKeyTable::mark_destroyed(std::string const& name, Timestamp at) {
    auto row = database_.prepare("UPDATE retired_keys SET destroyed_at = ?2 WHERE name = ?1");
    row.bind(1, name);
    return stored::bind_time(row, 2, at).run();
}

}  // namespace casebridge
