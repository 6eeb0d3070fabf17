// Officer API: offices of the agreements' directories.
#include "daemon/officer_call.h"

#include <algorithm>

namespace casebridge {
namespace {

Json texts(std::vector<std::string> const& all) {
    auto list = Json::array();
    for (auto const& each : all) list.push(each);
    return list;
}

/// Messages go out under an agreement that all have signed and that is in force.
bool in_use(LoadedAgreement const& loaded, Timestamp now) {
    auto const& [agreement, signed_by] = loaded.signed_agreement;
    return agreement.in_force(now) && std::ranges::all_of(agreement.parties(), [&signed_by](auto const& party) {
               return signed_by.contains(party.node);
           });
}

Json office_json(AgreementParty const& party, DirectoryOffice const& office) {
    return Json::object()
        .set("node", party.node.text())
        .set("office", office.office.text())
        .set("routes_to", office.routes_to.text())
        .set("name", office.name)
        .set("kind", to_text(office.kind))
        .set("country", office.country)
        .set("area", office.area)
        .set("crossings", texts(office.crossings))
        .set("telephone", texts(office.telephones))
        .set("languages", texts(office.languages))
        .set("hours", office.hours);
}

void list_directory(OfficerCall& call) {
    auto const with = call.text("with"), place = call.text("crossing"), kind_text = call.text("kind");
    std::optional<NodeId> node;
    if (!with.empty()) {
        auto parsed = NodeId::parse(with);
        if (!parsed) return call.fail(parsed);
        node = *std::move(parsed);
    }
    std::optional<DirectoryKind> kind;
    if (!kind_text.empty()) {
        auto const parsed = parse_directory_kind(kind_text);
        if (!parsed) return call.fail(parsed);
        kind = *parsed;
    }
    auto const now = call.parts().clock.now();
    auto list = Json::array();
    auto const instruments = call.parts().instruments.get();
    for (auto const& loaded : instruments->agreements()) {
        auto const& agreement = loaded.signed_agreement.agreement;
        // With a partner: both sides' offices under the agreements it is a party to.
        if (node && agreement.party(*node) == nullptr) continue;
        for (auto const& party : agreement.parties()) {
            for (auto const& office : party.directory) {
                if ((kind && office.kind != *kind) || (!place.empty() && !office.is_at(place))) continue;
                list.push(
                    office_json(party, office).set("agreement", agreement.id()).set("in_use", in_use(loaded, now)));
            }
        }
    }
    call.answer(Json::object().set("offices", std::move(list)));
}

}  // namespace

std::vector<OfficerRoute> directory_routes() {
    return {{"GET", "/v1/directory", Access::reading, list_directory}};
}

}  // namespace casebridge
