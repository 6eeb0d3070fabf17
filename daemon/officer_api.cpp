#include "daemon/officer_call.h"

#include <algorithm>

namespace casebridge {

namespace {

constexpr std::size_t maximum_reason_bytes = 500;

bool may(Officer const& officer, Access access) {
    switch (access) {
        case Access::anyone:
            return true;
        case Access::case_work:
            return officer.role == "data_officer";
        case Access::operation:
            return officer.role == "operator" || officer.role == "data_officer";
        case Access::proof:
            return officer.role == "auditor" || officer.role == "data_officer";
        case Access::reading:
            return true;
    }
    return false;
}

/// Matches part by part; a `*` part matches any one part and is handed out.
bool matches(std::string_view pattern, std::string_view path, std::string& parameter) {
    while (!pattern.empty() && !path.empty()) {
        auto const pattern_end = std::min(pattern.find('/', 1), pattern.size());
        auto const path_end = std::min(path.find('/', 1), path.size());
        auto const wanted = pattern.substr(0, pattern_end);
        auto const given = path.substr(0, path_end);
        if (wanted == "/*")
            parameter = given.substr(1);
        else if (wanted != given)
            return false;
        pattern.remove_prefix(pattern_end);
        path.remove_prefix(path_end);
    }
    return pattern.empty() && path.empty();
}

std::vector<OfficerRoute> const& routes() {
    static std::vector<OfficerRoute> const table = [] {
        std::vector<OfficerRoute> all;
        for (auto const& group :
             {case_routes(), update_routes(), register_routes(), consent_routes(), partner_routes(), directory_routes(),
              meeting_routes(), meeting_key_routes(), message_routes(), query_routes(), procedure_routes(),
              thread_routes(), onward_routes(), log_routes(), evidence_routes(), witness_routes(), recovery_routes(),
              backup_routes(), status_routes()})
            all.insert(all.end(), group.begin(), group.end());
        return all;
    }();
    return table;
}

}  // namespace

OfficerCall::OfficerCall(OfficerApiParts& parts, HttpRequest request, Officer officer, Json body, HttpResponder respond)
    : parts_(parts),
      request_(std::move(request)),
      officer_(std::move(officer)),
      body_(std::move(body)),
      respond_(std::move(respond)) {}

std::string OfficerCall::text(std::string_view key) const {
    if (auto const found = request_.query.find(key); found != request_.query.end()) return found->second;
    return body_.as_object() == nullptr ? std::string{} : body_.text_or(key);
}

bool OfficerCall::flag(std::string_view key) const {
    auto const* value = body_.as_object() == nullptr ? nullptr : body_.find(key);
    return value != nullptr && value->as_bool() != nullptr && *value->as_bool();
}

Json const* OfficerCall::member(std::string_view key) const {
    return body_.as_object() == nullptr ? nullptr : body_.find(key);
}

Result<std::size_t> OfficerCall::limit(std::size_t fallback) const {
    auto const given = text("limit");
    if (given.empty()) return fallback;
    std::size_t value = 0;
    for (char const c : given) {
        if (c < '0' || c > '9' || value > 1000) return Error{ErrorKind::invalid, "request.bad_number", "limit"};
        value = value * 10 + static_cast<std::size_t>(c - '0');
    }
    if (value < 1 || value > 1000) return Error{ErrorKind::invalid, "request.bad_number", "limit: 1 to 1000"};
    return value;
}

Result<std::string> OfficerCall::required(std::string_view key) const {
    auto value = text(key);
    if (value.empty()) return Error{ErrorKind::invalid, "request.missing", std::string(key)};
    return value;
}

Result<Actor> OfficerCall::actor() const {
    auto reason = text("reason");
    if (reason.empty())
        return Error{ErrorKind::invalid, "request.reason_missing", "every act needs a reason (--reason)"};
    if (reason.size() > maximum_reason_bytes)
        return Error{ErrorKind::invalid, "request.reason_too_long", "at most 500 bytes"};
    return Actor{officer_.id, officer_.role, std::move(reason)};
}

void OfficerCall::answer(Json const& json, int status) {
    respond_({.status = status, .content_type = "application/json", .body = to_bytes(dump(json))});
}

void OfficerCall::answer_bytes(Bytes bytes, std::string_view content_type) {
    respond_({.status = 200, .content_type = std::string(content_type), .body = std::move(bytes)});
}

void OfficerCall::fail(Error const& error) {
    respond_(problem(status_of(error), error.code, error.detail));
}

Json address_json(Address const& address) {
    return Json::object().set("node", address.node.text()).set("office", address.office.text());
}

Json optional_time(std::optional<Timestamp> const& time) {
    return time ? Json(to_rfc3339(*time)) : Json(nullptr);
}

Address addressed(OfficerCall& call, Address to) {
    auto const instruments = call.parts().instruments.get();
    std::optional<OfficeId> leads_to;
    for (auto const& loaded : instruments->agreements()) {
        auto const* const party = loaded.signed_agreement.agreement.party(to.node);
        if (party == nullptr || loaded.signed_agreement.agreement.party(call.parts().self.node) == nullptr) continue;
        if (std::ranges::find(party->offices, to.office) != party->offices.end()) return to;
        auto const known = std::ranges::find(party->directory, to.office, &DirectoryOffice::office);
        if (known != party->directory.end() && !leads_to) leads_to = known->routes_to;
    }
    if (leads_to) to.office = *std::move(leads_to);
    return to;
}

Result<Recipient> recipient_of(OfficerCall& call) {
    ASSIGN_OR_RETURN(auto const node_text, call.required("node"));
    ASSIGN_OR_RETURN(auto node, NodeId::parse(node_text));
    ASSIGN_OR_RETURN(auto const office_text, call.required("office"));
    ASSIGN_OR_RETURN(auto office, parse_office(office_text));
    ASSIGN_OR_RETURN(auto const purpose_text, call.required("purpose"));
    ASSIGN_OR_RETURN(auto const purpose, parse_purpose(purpose_text));
    return Recipient{addressed(call, {std::move(node), std::move(office)}), purpose};
}

void OfficerApi::handle(HttpRequest request, HttpResponder respond) {
    auto const uid = request.caller.unix_uid;
    auto const officer = uid ? parts_.config.officers.find(*uid) : parts_.config.officers.end();
    if (officer == parts_.config.officers.end()) {
        parts_.telemetry.count("casebridge_alarms_total", "unknown_officer");
        parts_.telemetry.log(LogLevel::warning, "officer.unknown", {{"uid", uid ? std::int64_t{*uid} : -1}});
        return respond(
            problem(403, "officer.unknown", "this user is not listed under `officers` in the configuration"));
    }
    OfficerRoute const* route = nullptr;
    bool path_known = false;
    std::string parameter;
    for (auto const& candidate : routes()) {
        if (!matches(candidate.path, request.path, parameter)) continue;
        path_known = true;
        if (candidate.method == request.method) {
            route = &candidate;
            break;
        }
    }
    if (route == nullptr)
        return respond(path_known ? problem(405, "http.method_not_allowed") : problem(404, "http.not_found"));
    if (!may(officer->second, route->access)) {
        parts_.telemetry.log(LogLevel::warning, "officer.not_allowed", {{"officer", officer->second.id}});
        return respond(problem(403, "officer.not_allowed", "the role `" + officer->second.role + "` may not do this"));
    }
    Json body = Json::object();
    if (!request.body.empty()) {
        auto parsed = parse_json(to_text(request.body));
        if (!parsed) return respond(problem(400, parsed.error().code, parsed.error().detail));
        if (parsed->as_object() == nullptr) return respond(problem(400, "request.not_an_object"));
        body = *std::move(parsed);
    }
    // Owners: this job alone.
    auto call = std::make_shared<OfficerCall>(parts_, std::move(request), officer->second, std::move(body), respond);
    call->set_parameter(std::move(parameter));
    if (!parts_.pool.submit([call, route] {
            try {
                route->handle(*call);
            } catch (std::exception const&) {  // what() may quote data
                call->fail({ErrorKind::internal, "daemon.exception", ""});
            }
        }))
        respond(problem(503, "daemon.busy"));
}

}  // namespace casebridge
