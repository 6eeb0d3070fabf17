#include "daemon/stored_consent.h"

#include "daemon/stored.h"
#include "policies/json.h"

#include <stdexcept>

namespace casebridge {
namespace {

constexpr int givers = static_cast<int>(Consent::Giver::appointed_representative) + 1;
constexpr int assents = static_cast<int>(Consent::Assent::cannot_be_asked) + 1;

std::string existing(Date date) {
    if (!date.ok()) throw std::logic_error("a consent has a date that does not exist");
    return to_iso8601(date);
}

Json recipients_json(std::vector<ConsentRecipient> const& recipients) {
    auto json = Json::array();
    for (auto const& recipient : recipients) {
        auto entry = Json::object();
        entry.set("node", recipient.node.text());
        if (recipient.office) entry.set("office", recipient.office->text());
        json.push(std::move(entry));
    }
    return json;
}

Json::Array const& elements(Json const& json, std::string_view key) {
    static Json::Array const none;
    auto const* member = json.find(key);
    auto const* array = member == nullptr ? nullptr : member->as_array();
    return array == nullptr ? none : *array;
}

std::int64_t integer(Json const& json, std::string_view key) {
    auto const* member = json.find(key);
    auto const* value = member == nullptr ? nullptr : member->as_integer();
    return value == nullptr ? 0 : *value;
}

Status read_recipients(Json const& json, Consent& consent) {
    for (auto const& entry : elements(json, "recipients")) {
        ASSIGN_OR_RETURN(auto node, stored::parsed(NodeId::parse(entry.text_or("node"))));
        std::optional<OfficeId> office;
        if (entry.find("office") != nullptr) office.emplace(entry.text_or("office"));
        consent.recipients.push_back({std::move(node), std::move(office)});
    }
    return Done{};
}

Status read_categories(Json const& json, Consent& consent) {
    for (auto const& entry : elements(json, "categories")) {
        if (entry.as_string() == nullptr) return stored::damaged("a category");
        ASSIGN_OR_RETURN(auto const category, stored::parsed(parse_category(*entry.as_string())));
        consent.categories.insert(category);
    }
    return Done{};
}

Status read_form(Json const& json, Consent& consent) {
    auto const* form = json.find("form");
    if (form == nullptr) return stored::damaged("a consent form");
    ASSIGN_OR_RETURN(auto const digest, stored::parsed(Digest::from_hex(form->text_or("sha256"))));
    consent.form = {.id = form->text_or("id"),
                    .version = form->text_or("version"),
                    .sha256 = digest,
                    .language = form->text_or("language")};
    return Done{};
}

}  // namespace

std::string to_stored_text(Consent const& consent) {
    auto categories = Json::array();
    for (auto const category : consent.categories) categories.push(to_text(category));
    auto form = Json::object();
    form.set("id", consent.form.id).set("version", consent.form.version);
    form.set("sha256", consent.form.sha256.hex()).set("language", consent.form.language);
    auto json = Json::object();
    json.set("id", consent.id).set("case", consent.case_id.text()).set("giver", to_text(consent.giver));
    json.set("assent", to_text(consent.assent)).set("assent_reason", consent.assent_reason);
    json.set("best_interests_note", consent.best_interests_note).set("purpose", to_text(consent.purpose));
    json.set("recipients", recipients_json(consent.recipients)).set("categories", std::move(categories));
    json.set("form", std::move(form)).set("interpreter", consent.interpreter).set("witness", consent.witness);
    json.set("place", consent.place).set("given_on", existing(consent.given_on));
    json.set("expires_on", existing(consent.expires_on));
    json.set("file", consent.source.file).set("line", consent.source.line);
    return dump(json);
}

Result<Consent> from_stored_text(std::string_view text) {
    ASSIGN_OR_RETURN(auto const json, stored::parsed(parse_json(text)));
    ASSIGN_OR_RETURN(auto const giver, stored::enumerator<Consent::Giver>(json.text_or("giver"), givers));
    ASSIGN_OR_RETURN(auto const assent, stored::enumerator<Consent::Assent>(json.text_or("assent"), assents));
    ASSIGN_OR_RETURN(auto const purpose, stored::parsed(parse_purpose(json.text_or("purpose"))));
    ASSIGN_OR_RETURN(auto const given_on, stored::parsed(parse_date(json.text_or("given_on"))));
    ASSIGN_OR_RETURN(auto const expires_on, stored::parsed(parse_date(json.text_or("expires_on"))));
    auto const* note = json.find("best_interests_note");
    Consent consent{.id = json.text_or("id"),
                    .case_id = CaseId(json.text_or("case")),
                    .giver = giver,
                    .assent = assent,
                    .assent_reason = json.text_or("assent_reason"),
                    .best_interests_note = note != nullptr && note->as_bool() != nullptr && *note->as_bool(),
                    .purpose = purpose,
                    .interpreter = json.text_or("interpreter"),
                    .witness = json.text_or("witness"),
                    .place = json.text_or("place"),
                    .given_on = given_on,
                    .expires_on = expires_on,
                    .source = {json.text_or("file"), static_cast<int>(integer(json, "line"))}};
    RETURN_IF_ERROR(read_recipients(json, consent));
    RETURN_IF_ERROR(read_categories(json, consent));
    RETURN_IF_ERROR(read_form(json, consent));
    return consent;
}

}  // namespace casebridge
