// PrimeroApi: Primero's API v2 as one user sees it: token, pace, patience, pages.
//
// Guarantees: a token is renewed before it ends, and once more when the server refuses it; it is ended when this goes.
// Not more requests a second than configured; `Retry-After` is kept to, also by the questions that follow. A question
// ends within its time limit, whatever the server does. Error details name what was asked for, never a value, a case
// number or a token.
// Not safe for use by several threads at once.
#pragma once

#include "adapters/primero_settings.h"
#include "adapters/rest_client.h"

#include <memory>
#include <optional>

namespace casebridge {

class PrimeroApi {
public:
    using Query = std::vector<std::pair<std::string, std::string>>;

    PrimeroApi(PrimeroSettings settings, Secret password, std::unique_ptr<RestClient> client, RestTime time);
    ~PrimeroApi();
    PrimeroApi(PrimeroApi const&) = delete;
    PrimeroApi& operator=(PrimeroApi const&) = delete;

    /// A new question: its time limit runs from now.
    void begin();

    /// The `data` of one answer; none if there is no such thing (404). `what` names it in errors: "one case".
    /// Errors: `source.unavailable`, `source.untrusted`, `source.wrong_key` (user or password refused),
    /// `source.not_allowed` (the user's role may not), `source.redirected`, `source.query_failed`,
    /// `source.value_too_large`, `source.bad_answer`.
    Result<std::optional<Json>> get(std::string_view what, std::string const& path, Query query);

    /// Every record of every page; `on_record` returns false to stop. Errors as `get`.
    Status each(std::string_view what, std::string const& path, Query query,
                std::function<bool(Json const&)> const& on_record);

private:
    using Moment = std::chrono::steady_clock::time_point;

    Result<RestAnswer> authorised(RestRequest& request);
    Result<RestAnswer> patiently(RestRequest const& request);
    /// How long to wait before asking again; none if this answer stands.
    std::optional<std::chrono::milliseconds> retry_after(Result<RestAnswer> const& answer, unsigned attempt);
    [[nodiscard]] std::chrono::milliseconds time_left() const;
    /// Errors: `source.unavailable` if the time limit would pass first.
    Status wait_until(Moment moment);
    Status fetch_token();
    void end_token();

    PrimeroSettings settings_;
    Secret password_;
    std::unique_ptr<RestClient> client_;
    RestTime time_;
    Secret token_;
    Moment token_renewal_{};
    Moment deadline_{};
    Moment not_before_{};  ///< of the next request
};

}  // namespace casebridge
