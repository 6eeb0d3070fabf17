#include "daemon/counted_signatures.h"

namespace casebridge {

namespace {

/// When a signature under an agreement first counted.
std::string seen_setting(Digest const& signature) {
    return "agreement.signature." + signature.hex();
}

}  // namespace

SignatureMemory counted_before(Engine& engine) {
    return [&engine](Digest const& signature) {
        auto const since = engine.call<std::optional<std::string>>(
            [&signature](Store& store) { return store.setting(seen_setting(signature)); });
        return since && *since;
    };
}

Status remember_counted(Engine& engine, Instruments const& loaded, Timestamp now) {
    return engine.call<Done>([&](Store& store) -> Status {
        for (auto const& agreement : loaded.agreements()) {
            for (auto const& [node, signature] : agreement.counted) {
                ASSIGN_OR_RETURN(auto const seen, store.setting(seen_setting(signature)));
                if (seen) continue;
                RETURN_IF_ERROR(store.put_setting(seen_setting(signature), to_rfc3339(now)));
                auto facts = Json::object();
                facts.set("agreement", agreement.signed_agreement.agreement.digest().hex())
                    .set("node", node.text())
                    .set("signature", signature.hex());
                ASSIGN_OR_RETURN(auto const leaf, store.log().append("agreement.signature", now,
                                                                     service_actor("reload"), facts, Json::object()));
                static_cast<void>(leaf);
            }
        }
        return Done{};
    });
}

}  // namespace casebridge
