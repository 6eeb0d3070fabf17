// What the tests of this folder share.
#pragma once

#include "adapters/field_map.h"
#include "tests/support/demo/database_writer.h"
#include "tests/support/temporary_directory.h"

#include <string>

namespace casebridge::test {

/// The error's code, or nothing.
template <typename T>
std::string code_of(Result<T> const& result) {
    return result ? std::string() : std::string(result.error().code);
}
template <typename T>
std::string detail_of(Result<T> const& result) {
    return result ? std::string() : result.error().detail;
}

inline Result<FieldMap> load_map(std::string const& yaml) {
    auto root = parse_yaml(yaml, "map.yaml");
    if (!root) return root.error();
    return FieldMap::load(YamlFile{to_bytes(yaml), *std::move(root)}, "/national");
}

inline bool contains(std::string const& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace casebridge::test
