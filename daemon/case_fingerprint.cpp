#include "daemon/case_fingerprint.h"

#include "daemon/stored_consent.h"
#include "policies/json.h"

namespace casebridge {
namespace {

/// With the type's place in the variant, so that a date and the text that looks like it differ.
Json told(FieldValue const& value) {
    struct Told {
        Json operator()(std::string const& text) const { return text; }
        Json operator()(std::vector<std::string> const& codes) const {
            auto list = Json::array();
            for (auto const& code : codes) list.push(code);
            return list;
        }
        Json operator()(Date const& date) const { return to_iso8601(date); }
        Json operator()(PartialDate const& date) const {
            auto list = Json::array();
            list.push(static_cast<int>(date.year));
            if (date.month) list.push(static_cast<std::int64_t>(static_cast<unsigned>(*date.month)));
            return list;
        }
        Json operator()(std::int64_t number) const { return number; }
        Json operator()(bool flag) const { return flag; }
    };
    auto typed = Json::array();
    typed.push(static_cast<std::int64_t>(value.index())).push(std::visit(Told{}, value));
    return typed;
}

Json told(FieldValues const& values) {
    auto json = Json::object();
    for (auto const& [id, value] : values) json.set(id, told(value));
    return json;
}

Json told(ProtectionFacts const& facts) {
    auto withheld = Json::array();
    for (auto const& entry : facts.withhold_from) withheld.push(entry);
    auto purposes = Json::array();
    for (auto const purpose : facts.refused_purposes) purposes.push(to_text(purpose));
    auto kinds = Json::array();
    for (auto const kind : facts.refused_recipients) kinds.push(to_text(kind));
    auto guardian = Json::array();
    if (facts.guardian) guardian.push(static_cast<int>(facts.guardian->capacity)).push(facts.guardian->suspect);
    auto json = Json::object();
    json.set("guardian", std::move(guardian))
        .set("best_interests_note", static_cast<int>(facts.best_interests_note))
        .set("withhold_from", std::move(withheld))
        .set("family_suspect", static_cast<int>(facts.family_suspect))
        .set("victim_objects_to_notice", static_cast<int>(facts.victim_objects_to_notice))
        .set("refused_purposes", std::move(purposes))
        .set("refused_recipients", std::move(kinds));
    return json;
}

}  // namespace

Digest case_fingerprint(SourcedCase const& sourced) {
    auto entries = Json::array();
    for (auto const& entry : sourced.record.entries()) {
        entries.push(Json::object().set("group", to_text(entry.group)).set("values", told(entry.values)));
    }
    auto consents = Json::array();
    for (auto const& consent : sourced.consents) {
        auto json = Json::object();
        json.set("consent", to_stored_text(consent))
            .set("epoch", consent.epoch)
            .set("withdrawn", consent.withdrawn_at ? Json(to_rfc3339(*consent.withdrawn_at)) : Json());
        consents.push(std::move(json));
    }
    auto left_out = Json::array();
    for (auto const& name : sourced.left_out) left_out.push(name);
    auto whole = Json::object();
    whole.set("values", told(sourced.record.values()))
        .set("entries", std::move(entries))
        .set("facts", told(sourced.record.facts()))
        .set("consents", std::move(consents))
        .set("left_out", std::move(left_out));
    return sha256(as_bytes(dump(whole)));
}

}  // namespace casebridge
