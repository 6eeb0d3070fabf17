// FieldMap: how a ministry's own tables, columns and codes become the case schema. Declarative; README.md has the YAML.
#pragma once

#include "adapters/database_settings.h"
#include "adapters/name_reading.h"
#include "adapters/sql_session.h"
#include "adapters/value_map.h"

namespace casebridge {

/// One entry of a group: built from the case's own row, or one for each row of a child table.
struct EntryMap {
    Group group = Group::none;
    std::string table, case_column;  ///< empty: the case's own row; no `case_column` where rows stand in the case
    std::string order_column;        ///< of the child table; may be empty
    std::vector<ValueMap> values;
    std::optional<NameReading> reading;  ///< of names
    SourceLine source;
};

/// The consents, where the national database holds them: one for each row. Without a table (where rows stand in the
/// case): one from the case's own row, if that records when it was given.
struct ConsentsMap {
    std::string table, case_column;
    std::vector<ValueMap> values;  ///< targets "consents.id", "consents.giver", …
    SourceLine source;
};

/// The column that grows with every change of a case; in the case's own row.
struct ChangeColumn {
    enum class Kind { timestamp, sequence };
    std::string column;
    Kind kind = Kind::timestamp;
    SourceLine source;
};

struct FieldMap {
    DatabaseSettings database;
    std::string table, id_column;
    SourceLine source;  ///< of `cases`
    std::optional<ChangeColumn> changed;
    std::vector<ValueMap> fields;  ///< of the schema, outside groups
    std::vector<ValueMap> facts;   ///< targets "facts.guardian", …
    std::vector<EntryMap> groups;
    std::optional<ConsentsMap> consents;

    /// Relative paths in the file are relative to `folder`. Errors: `field_map.invalid` (all complaints).
    static Result<FieldMap> load(YamlFile const& file, std::filesystem::path const& folder);

    /// Every table and column named is there, and every table can be read. Errors: `field_map.invalid` (all complaints,
    /// each with the nearest name), and those of `SqlSession::columns`.
    [[nodiscard]] Status check_against(SqlSession& session) const;

    /// Every table or view named, once.
    [[nodiscard]] std::vector<std::string> tables() const;
};

}  // namespace casebridge
