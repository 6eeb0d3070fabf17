#include "daemon/revocation_bundle.h"

namespace casebridge {

Json RevocationBundle::to_json() const {
    std::string list_text;
    for (auto const& list : lists) list_text += list.pem();
    return Json::object().set("lists", list_text).set("authorities", to_pem(authorities));
}

Result<RevocationBundle> RevocationBundle::parse(std::string_view text) {
    ASSIGN_OR_RETURN(auto const json, parse_json(text, {.bytes = maximum_bytes, .depth = 2, .members = 8}));
    JsonReader reader(json, JsonReader::Scope::node);
    auto const list_text = reader.string("lists", maximum_bytes);
    auto const authority_text = reader.string("authorities", 64 * 1024);
    RETURN_IF_ERROR(reader.finish());
    RevocationBundle bundle;
    ASSIGN_OR_RETURN(bundle.lists, revocation_lists_from_pem(list_text));
    ASSIGN_OR_RETURN(bundle.authorities, certificates_from_pem(authority_text));
    if (bundle.lists.size() > most_lists || bundle.authorities.size() > most_lists)
        return Error{ErrorKind::invalid, "crl.malformed", "too many lists or authorities"};
    return bundle;
}

}  // namespace casebridge
