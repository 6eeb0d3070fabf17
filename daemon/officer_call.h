// OfficerCall: one authorised request on the officer socket, with its parameters, its actor and its answer.
#pragma once

#include "daemon/officer_api.h"

namespace casebridge {

/// Who may call: by role.
enum class Access { anyone, case_work, operation, proof, reading };

class OfficerCall {
public:
    OfficerCall(OfficerApiParts& parts, HttpRequest request, Officer officer, Json body, HttpResponder respond);

    [[nodiscard]] OfficerApiParts& parts() { return parts_; }
    [[nodiscard]] Officer const& officer() const { return officer_; }
    /// A text of the body, or of the query for GET and DELETE; empty if missing.
    [[nodiscard]] std::string text(std::string_view key) const;
    [[nodiscard]] bool flag(std::string_view key) const;
    /// A member of the body, or nullptr.
    [[nodiscard]] Json const* member(std::string_view key) const;
    /// 1 to 1000; `fallback` if missing. Errors: `request.bad_number`.
    [[nodiscard]] Result<std::size_t> limit(std::size_t fallback) const;
    /// A text that must be there. Errors: `request.missing`.
    [[nodiscard]] Result<std::string> required(std::string_view key) const;
    /// The actor with the reason given. Errors: `request.reason_missing`, `request.reason_too_long`.
    [[nodiscard]] Result<Actor> actor() const;
    /// The last part of the path, e.g. the message id.
    [[nodiscard]] std::string const& parameter() const { return parameter_; }
    void set_parameter(std::string parameter) { parameter_ = std::move(parameter); }

    void answer(Json const& json, int status = 200);
    void answer_bytes(Bytes bytes, std::string_view content_type);
    void fail(Error const& error);
    template <typename T>
    void fail(Result<T> const& result) {
        fail(result.error());
    }
    [[nodiscard]] HttpResponder const& responder() const { return respond_; }

private:
    OfficerApiParts& parts_;
    HttpRequest request_;
    Officer officer_;
    Json body_;
    HttpResponder respond_;
    std::string parameter_;
};

/// One line of the route table: method, path (a `*` part is the parameter), who may, what to do.
struct OfficerRoute {
    std::string_view method, path;
    Access access;
    void (*handle)(OfficerCall&);
};

// What answers have in common.
Json address_json(Address const& address);
Json consent_json(Consent const& consent, Timestamp now);
Json optional_time(std::optional<Timestamp> const& time);  ///< RFC 3339, or null
/// A leaf without facts whose erasable detail names the case.
Status append_case_act(OfficerCall& call, std::string_view kind, Actor const& actor, CaseId const& id);
/// From `node`, `office` and `purpose`: whom an officer means, and what for.
struct Recipient {
    Address to;
    Purpose purpose;
};
Result<Recipient> recipient_of(OfficerCall& call);
/// Whom a message for this office is addressed to: itself, if an agreement names it, else the office that it leads to
/// by an agreement's directory; itself if none knows it.
Address addressed(OfficerCall& call, Address to);

/// {required,held,current,until,days_left}; null where there never were any and none are required, unless `also_none`.
Json meeting_keys_json(MeetingKeys const* keys, Timestamp now, bool also_none = false);

Json denials_json(std::vector<Reason> const& reasons);
/// The decision and, if allowed, the body and its digest. Errors: those of `minimise`.
Result<Json> preview_json(Deliberation const& deliberation);

// One file each: officer_cases.cpp, officer_updates.cpp, officer_register.cpp, officer_consents.cpp, …
std::vector<OfficerRoute> case_routes();
std::vector<OfficerRoute> update_routes();
std::vector<OfficerRoute> consent_routes();
std::vector<OfficerRoute> partner_routes();
std::vector<OfficerRoute> message_routes();
std::vector<OfficerRoute> query_routes();
std::vector<OfficerRoute> procedure_routes();
std::vector<OfficerRoute> thread_routes();
/// The answer to a step or note that was sent, or not.
void answer_sent(HttpResponder const& respond, Result<StepSent> const& outcome);
std::vector<OfficerRoute> onward_routes();
std::vector<OfficerRoute> register_routes();
std::vector<OfficerRoute> directory_routes();
std::vector<OfficerRoute> meeting_routes();
std::vector<OfficerRoute> meeting_key_routes();
std::vector<OfficerRoute> log_routes();
std::vector<OfficerRoute> witness_routes();
std::vector<OfficerRoute> recovery_routes();
std::vector<OfficerRoute> backup_routes();
std::vector<OfficerRoute> evidence_routes();
std::vector<OfficerRoute> status_routes();

}  // namespace casebridge
