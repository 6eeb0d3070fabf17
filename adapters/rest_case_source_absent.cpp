// Stands in for rest_case_source.cpp in a build without cpprestsdk.
#include "adapters/rest_case_source.h"

namespace casebridge {
namespace {

Error absent() {
    return {ErrorKind::invalid, "field_map.invalid", "this build has no REST client (CASEBRIDGE_REST was off)"};
}

}  // namespace

bool rest_is_built_in() {
    return false;
}
Result<std::unique_ptr<CaseSource>> open_rest_case_source(FieldMap, Secret const&) {
    return absent();
}
Result<std::unique_ptr<RestClient>> make_rest_client(PrimeroSettings const&) {
    return absent();
}

}  // namespace casebridge
