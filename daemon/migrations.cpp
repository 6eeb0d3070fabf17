#include "daemon/migrations.h"

#include "daemon/evidence_table.h"
#include "daemon/log_subtrees.h"
#include "daemon/schema/version_1.h"
#include "daemon/schema/version_10.h"
#include "daemon/schema/version_11.h"
#include "daemon/schema/version_12.h"
#include "daemon/schema/version_13.h"
#include "daemon/schema/version_14.h"
#include "daemon/schema/version_15.h"
#include "daemon/schema/version_16.h"
#include "daemon/schema/version_17.h"
#include "daemon/schema/version_18.h"
#include "daemon/schema/version_19.h"
#include "daemon/schema/version_2.h"
#include "daemon/schema/version_20.h"
#include "daemon/schema/version_21.h"
#include "daemon/schema/version_22.h"
#include "daemon/schema/version_23.h"
#include "daemon/schema/version_24.h"
#include "daemon/schema/version_3.h"
#include "daemon/schema/version_4.h"
#include "daemon/schema/version_5.h"
#include "daemon/schema/version_6.h"
#include "daemon/schema/version_7.h"
#include "daemon/schema/version_8.h"
#include "daemon/schema/version_9.h"

#include <array>

namespace casebridge {
namespace {

constexpr std::array all{Migration{1, schema::version_1},
                         Migration{2, schema::version_2},
                         Migration{3, schema::version_3},
                         Migration{4, schema::version_4},
                         Migration{5, schema::version_5},
                         Migration{6, schema::version_6},
                         Migration{7, schema::version_7},
                         Migration{8, schema::version_8},
                         Migration{9, schema::version_9},
                         Migration{10, schema::version_10},
                         Migration{11, schema::version_11},
                         Migration{12, schema::version_12},
                         Migration{13, schema::version_13},
                         Migration{14, schema::version_14},
                         Migration{15, schema::version_15},
                         Migration{16, schema::version_16, LogSubtrees::fill},
                         Migration{17, schema::version_17},
                         Migration{18, schema::version_18},
                         Migration{19, schema::version_19, EvidenceTable::fill},
                         Migration{20, schema::version_20},
                         Migration{21, schema::version_21},
                         Migration{22, schema::version_22},
                         Migration{23, schema::version_23},
                         Migration{24, schema::version_24}};

Status step(Database& database, Migration const& migration) {
    RETURN_IF_ERROR(database.execute(migration.sql));
    if (migration.fill != nullptr) RETURN_IF_ERROR(migration.fill(database));
    RETURN_IF_ERROR(database.execute("DELETE FROM schema_version"));
    return database.prepare("INSERT INTO schema_version(version) VALUES(?1)").bind(1, migration.version).run();
}

}  // namespace

std::span<Migration const> migrations() {
    return all;
}

Result<int> schema_version_of(Database& database) {
    auto table = database.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'schema_version'");
    ASSIGN_OR_RETURN(bool const exists, table.step());
    if (!exists) return 0;
    auto row = database.prepare("SELECT max(version) FROM schema_version");
    ASSIGN_OR_RETURN(bool const found, row.step());
    if (!found || row.is_null(0)) return Error{ErrorKind::internal, "store.failed", "the schema's version is missing"};
    return static_cast<int>(row.integer(0));
}

Status migrate(Database& database) {
    ASSIGN_OR_RETURN(int const found, schema_version_of(database));
    int const newest = all.back().version;
    if (found > newest) {
        return Error{ErrorKind::conflict, "store.newer_schema",
                     "the store has schema " + std::to_string(found) + ", this casebridge knows up to " +
                         std::to_string(newest)};
    }
    for (auto const& migration : all) {
        if (migration.version <= found) continue;
        RETURN_IF_ERROR(database.execute("BEGIN IMMEDIATE"));
        auto done = step(database, migration);
        if (done) done = database.execute("COMMIT");
        if (!done) {
            if (database.in_transaction()) RETURN_IF_ERROR(database.execute("ROLLBACK"));
            return done;
        }
    }
    return Done{};
}

}  // namespace casebridge
