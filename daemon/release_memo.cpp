#include "daemon/sharing.h"

namespace casebridge {

namespace {
Error corrupt() {
    return {ErrorKind::internal, "store.corrupt", "release memo"};
}
}  // namespace

Bytes ReleaseMemo::to_bytes() const {
    auto list = Json::array();
    for (auto const& form : released) {
        auto item = Json::object();
        item.set("field", form.field).set("form", to_text(form.form));
        if (form.entry) item.set("entry", static_cast<std::int64_t>(*form.entry));
        list.push(std::move(item));
    }
    auto memo = Json::object();
    memo.set("case", case_id.text())
        .set("legal_basis", legal_basis)
        .set("consent", consent_id)
        .set("agreement", agreement.hex())
        .set("released", std::move(list));
    return casebridge::to_bytes(dump(memo));
}

Result<ReleaseMemo> ReleaseMemo::parse(ByteView bytes) {
    auto const json = parse_json(to_text(bytes));
    if (!json) return corrupt();
    auto const* list = json->find("released");
    auto const agreement = Digest::from_hex(json->text_or("agreement"));
    if (list == nullptr || list->as_array() == nullptr || json->text_or("case").empty() || !agreement) return corrupt();
    ReleaseMemo memo{
        CaseId{json->text_or("case")}, json->text_or("legal_basis"), json->text_or("consent"), *agreement, {}};
    for (auto const& item : *list->as_array()) {
        auto const form = parse_form(item.text_or("form"));
        if (!form) return corrupt();
        std::optional<std::size_t> entry;
        if (auto const* index = item.find("entry")) {
            if (index->as_integer() == nullptr || *index->as_integer() < 0) return corrupt();
            entry = static_cast<std::size_t>(*index->as_integer());
        }
        memo.released.push_back({item.text_or("field"), entry, *form});
    }
    return memo;
}

}  // namespace casebridge
