#include "adapters/open_case_source.h"

#include "adapters/field_map.h"
#include "adapters/open_session.h"
#include "adapters/rest_case_source.h"
#include "adapters/sql_case_source.h"

namespace casebridge {

Result<std::unique_ptr<CaseSource>> open_case_source(std::filesystem::path const& field_map, Secret const& key) {
    ASSIGN_OR_RETURN(auto const file, load_yaml(field_map));
    ASSIGN_OR_RETURN(auto map, FieldMap::load(file, field_map.parent_path()));
    if (std::holds_alternative<PrimeroSettings>(map.database)) return open_rest_case_source(std::move(map), key);
    ASSIGN_OR_RETURN(auto session, open_session(map.database, key));
    return make_sql_case_source(std::move(map), std::move(session));
}

}  // namespace casebridge
