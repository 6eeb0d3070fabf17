// PrimeroDouble: Primero's API v2 as its public documents describe it, with its quirks, over real HTTPS on loopback.
//
// Everything is wrapped in {"data": …}; a token ends when the test says so; `query` is a text search that finds parts
// of numbers and of names; unknown parameters are ignored; pages may hold at most 1000; records hold more than was
// asked for where nothing was asked for.
#pragma once

#include "policies/json.h"
#include "tests/support/https_server.h"

#include <deque>
#include <set>

namespace casebridge::test {

class PrimeroDouble {
public:
    static constexpr char const* user = "casebridge";
    static constexpr char const* password = "pass\"word";

    PrimeroDouble();

    [[nodiscard]] std::string url() const { return server_.url(); }
    [[nodiscard]] std::filesystem::path root_certificate() const { return certificate_.certificate(); }
    /// The lines of a field map's `database:` for it, with `more` keys.
    [[nodiscard]] std::string database_yaml(std::string const& more = "") const;

    /// Where records come from, asked at each request: each an object with an `id`.
    void serve(std::function<Json::Array()> records);
    void serve(Json::Array records);
    void set_transitions(std::string const& key, Json rows);
    void set_lookups(Json rows);
    void set_locations(Json rows);

    /// Handles the next request but those for tokens, instead of the usual. Several are used in turn.
    void next(HttpsServer::Handler handler);
    void next_status(int status, std::map<std::string, std::string> headers = {});
    void end_all_tokens();
    /// The search index is being built anew: searches and lists find nothing, records are there by their keys.
    void lose_index(bool lost);

    /// "GET /api/v2/cases", in order.
    [[nodiscard]] std::vector<std::string> requests() const;
    [[nodiscard]] HttpsRequest last_request() const;
    [[nodiscard]] std::size_t live_tokens() const;

private:
    void handle(HttpsRequest const& request, HttpsConnection& connection);
    void handle_token(HttpsRequest const& request, HttpsConnection& connection);
    void handle_data(HttpsRequest const& request, HttpsConnection& connection);
    void answer_page(HttpsRequest const& request, Json::Array const& rows, HttpsConnection& connection);
    [[nodiscard]] Json::Array found(HttpsRequest const& request) const;

    mutable std::mutex mutex_;
    std::function<Json::Array()> records_ = [] { return Json::Array(); };
    std::map<std::string, Json> transitions_;
    Json lookups_ = Json::array(), locations_ = Json::array();
    std::deque<HttpsServer::Handler> next_;
    bool index_lost_ = false;
    std::set<std::string> tokens_;
    std::size_t issued_ = 0;
    std::vector<HttpsRequest> seen_;
    ServerCertificate certificate_;
    HttpsServer server_;  // last: its threads use the rest
};

}  // namespace casebridge::test
