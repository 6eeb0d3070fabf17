// Translation tables in files of their own beside the field map: `codes: {file: nationality.csv}`.
#pragma once

#include "policies/yaml.h"

namespace casebridge {

/// Puts the tables that `codes: {file: …}` names anywhere below `map` into its place, as if they stood there:
/// complaints about them name the table's file and line. A `.csv` file has two columns, the database's word and ours,
/// under the header `code,means` (UTF-8); a `.yaml` file is one mapping. At most 256 KiB and 5000 words. Relative paths
/// are relative to `folder`. All complaints are added.
void read_code_tables(YamlNode& map, std::filesystem::path const& folder, YamlComplaints& complaints);

}  // namespace casebridge
