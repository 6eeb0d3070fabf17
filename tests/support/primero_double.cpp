#include "tests/support/primero_double.h"

#include <algorithm>

namespace casebridge::test {
namespace {

constexpr std::string_view cases = "/api/v2/cases";
constexpr std::string_view transitions = "/transitions";

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
}

void refuse(HttpsConnection& connection, int status, std::string const& path) {
    auto error = Json::object();
    error.set("code", status).set("resource", path).set("message", "no");
    connection.respond(status, dump(Json::object().set("errors", Json::array().push(std::move(error)))));
}

std::string parameter(HttpsRequest const& request, std::string const& name, std::string const& otherwise = "") {
    auto const found = request.query.find(name);
    return found == request.query.end() ? otherwise : found->second;
}

/// Only the fields asked for; all of them if none were.
Json only(Json const& record, std::string const& fields) {
    if (fields.empty()) return record;
    auto some = Json::object();
    std::string const list = "," + fields + ",";
    for (auto const& [name, value] : *record.as_object()) {
        if (list.find("," + name + ",") != std::string::npos) some.set(name, value);
    }
    return some;
}

}  // namespace

PrimeroDouble::PrimeroDouble()
    : server_(certificate_, [this](auto const& request, auto& connection) { handle(request, connection); }) {}

std::string PrimeroDouble::database_yaml(std::string const& more) const {
    return "database:\n  kind: primero\n  url: " + url() + "\n  root_certificate: " + root_certificate().string() +
           "\n  user: " + user + "\n  requests_per_second: 100\n" + more;
}

void PrimeroDouble::serve(std::function<Json::Array()> records) {
    std::lock_guard lock(mutex_);
    records_ = std::move(records);
}

void PrimeroDouble::serve(Json::Array records) {
    serve([records = std::move(records)] { return records; });
}

void PrimeroDouble::set_transitions(std::string const& key, Json rows) {
    std::lock_guard lock(mutex_);
    transitions_[key] = std::move(rows);
}

void PrimeroDouble::set_lookups(Json rows) {
    std::lock_guard lock(mutex_);
    lookups_ = std::move(rows);
}

void PrimeroDouble::set_locations(Json rows) {
    std::lock_guard lock(mutex_);
    locations_ = std::move(rows);
}

void PrimeroDouble::next(HttpsServer::Handler handler) {
    std::lock_guard lock(mutex_);
    next_.push_back(std::move(handler));
}

void PrimeroDouble::next_status(int status, std::map<std::string, std::string> headers) {
    next([status, headers = std::move(headers)](auto const&, auto& connection) {
        connection.respond(status, "{}", headers);
    });
}

void PrimeroDouble::end_all_tokens() {
    std::lock_guard lock(mutex_);
    tokens_.clear();
}

std::vector<std::string> PrimeroDouble::requests() const {
    std::lock_guard lock(mutex_);
    std::vector<std::string> lines;
    for (auto const& request : seen_) lines.push_back(request.method + " " + request.path);
    return lines;
}

void PrimeroDouble::lose_index(bool lost) {
    std::lock_guard lock(mutex_);
    index_lost_ = lost;
}

HttpsRequest PrimeroDouble::last_request() const {
    std::lock_guard lock(mutex_);
    return seen_.back();
}

std::size_t PrimeroDouble::live_tokens() const {
    std::lock_guard lock(mutex_);
    return tokens_.size();
}

void PrimeroDouble::handle(HttpsRequest const& request, HttpsConnection& connection) {
    HttpsServer::Handler special;
    {
        std::lock_guard lock(mutex_);
        seen_.push_back(request);
        if (request.path != "/api/v2/tokens" && !next_.empty()) {
            special = std::move(next_.front());
            next_.pop_front();
        }
    }
    if (special) return special(request, connection);
    std::lock_guard lock(mutex_);
    if (request.path == "/api/v2/tokens") return handle_token(request, connection);
    auto const authorization = request.headers.find("authorization");
    bool const known = authorization != request.headers.end() && tokens_.contains(authorization->second);
    if (!known) return refuse(connection, 401, request.path);
    if (request.method != "GET") return refuse(connection, 405, request.path);
    handle_data(request, connection);
}

void PrimeroDouble::handle_token(HttpsRequest const& request, HttpsConnection& connection) {
    if (request.method == "DELETE") {
        auto const authorization = request.headers.find("authorization");
        if (authorization != request.headers.end()) tokens_.erase(authorization->second);
        return connection.respond(200, "{}");
    }
    auto const body = parse_json(request.body);
    auto const* const given = body ? body->find("user") : nullptr;
    if (given == nullptr || given->text_or("user_name") != user || given->text_or("password") != password) {
        return connection.respond(401, R"({"error": "Invalid User name or password."})");
    }
    std::string const token = "Bearer header.payload." + std::to_string(++issued_);
    tokens_.insert(token);
    connection.respond(200, R"({"user_name": "casebridge"})", {{"Authorization", token}});
}

void PrimeroDouble::handle_data(HttpsRequest const& request, HttpsConnection& connection) {
    std::string_view path = request.path;
    if (path == cases) return answer_page(request, found(request), connection);
    if (path == "/api/v2/lookups") return answer_page(request, *lookups_.as_array(), connection);
    if (path == "/api/v2/locations") return answer_page(request, *locations_.as_array(), connection);
    if (!path.starts_with(cases)) return refuse(connection, 404, request.path);
    path.remove_prefix(cases.size() + 1);
    bool const wants_transitions = path.ends_with(transitions);
    if (wants_transitions) path.remove_suffix(transitions.size());
    for (auto const& record : records_()) {
        if (record.text_or("id") != path) continue;
        Json data = only(record, parameter(request, "fields"));
        if (wants_transitions) {
            auto const rows = transitions_.find(std::string(path));
            data = rows == transitions_.end() ? Json::array() : rows->second;
        }
        return connection.respond(200, dump(Json::object().set("data", std::move(data))));
    }
    refuse(connection, 404, request.path);
}

Json::Array PrimeroDouble::found(HttpsRequest const& request) const {
    auto const text = lower(parameter(request, "query"));
    if (index_lost_) return {};
    auto records = records_();
    std::erase_if(records, [&text](Json const& record) {
        for (auto const* field : {"case_id", "case_id_display", "name"}) {
            if (lower(record.text_or(field)).find(text) != std::string::npos) return false;
        }
        return !text.empty();
    });
    return records;
}

void PrimeroDouble::answer_page(HttpsRequest const& request, Json::Array const& rows, HttpsConnection& connection) {
    auto const per = std::clamp<std::size_t>(std::stoul(parameter(request, "per", "20")), 1, 1000);
    auto const page = std::max<std::size_t>(std::stoul(parameter(request, "page", "1")), 1);
    auto data = Json::array();
    for (std::size_t at = (page - 1) * per; at < std::min(rows.size(), page * per); ++at) {
        data.push(only(rows[at], parameter(request, "fields")));
    }
    auto metadata = Json::object();
    metadata.set("total", static_cast<std::int64_t>(rows.size()));
    metadata.set("per", static_cast<std::int64_t>(per)).set("page", static_cast<std::int64_t>(page));
    connection.respond(200, dump(Json::object().set("data", std::move(data)).set("metadata", std::move(metadata))));
}

}  // namespace casebridge::test
