// minimise: applies a Decision to a record. Only this function makes a MinimisedCase, and only a MinimisedCase can
// become the body of a case message.
#pragma once

#include "policies/json.h"
#include "policies/release.h"

namespace casebridge {

class MinimisedCase {
public:
    /// {"fields":{id:{"form":…,"value":…}},"groups":{"names":[{…}]}}: released fields only, in schema order.
    [[nodiscard]] Json const& body() const noexcept { return body_; }
    /// SHA-256 of `dump(body())`: what the officer's preview shows and `send` binds to.
    [[nodiscard]] Digest digest() const;

    /// For the audit leaf: kinds of fields released, e.g. {"identity":2,"return":3}. No personal data.
    [[nodiscard]] std::map<std::string, int> released_categories() const { return categories_; }

private:
    friend Result<MinimisedCase> minimise(CaseRecord const&, Decision const&, Date);
    MinimisedCase() = default;
    Json body_;
    std::map<std::string, int> categories_;
};

/// `today` turns a birth date into an age band. Errors: `minimise.denied` (the decision denies; nothing to send),
/// `minimise.mismatch` (the decision was made for another record).
Result<MinimisedCase> minimise(CaseRecord const& record, Decision const& decision, Date today);

/// Receiver's side of M1: every field and form of a received body is one the agreement's purpose allows, of the right
/// type, from its code list. Errors: `body.unknown_field`, `body.form_not_allowed`, `body.wrong_value`,
/// `body.malformed`.
Status check_received_body(Json const& body, AgreementPurpose const& allowed);

}  // namespace casebridge
