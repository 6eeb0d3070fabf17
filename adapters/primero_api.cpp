#include "adapters/primero_api.h"

#include <algorithm>
#include <charconv>

namespace casebridge {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds token_life = std::chrono::minutes(50);  // the documents say 60 minutes
constexpr seconds end_limit{2};
constexpr seconds longest_obedience{300};  // to a Retry-After: no answer silences us for a day
constexpr milliseconds first_pause{200};
constexpr milliseconds longest_pause{5000};
constexpr unsigned attempts = 6;
constexpr std::size_t maximum_pages = 100'000;

Error unavailable(std::string detail) {
    return {ErrorKind::unavailable, "source.unavailable", std::move(detail)};
}

Error bad_answer(std::string_view what, std::string_view why) {
    return {ErrorKind::invalid, "source.bad_answer", std::string(what) + ": " + std::string(why)};
}

/// Whole seconds alone; a date is not needed to be polite and would need a clock that agrees with the server's.
std::optional<seconds> parse_retry_after(std::string const& header) {
    std::int64_t value = 0;
    auto const* const end = header.data() + header.size();
    auto const [stopped, failure] = std::from_chars(header.data(), end, value);
    if (failure != std::errc() || stopped != end || value < 0) return std::nullopt;
    return std::min(seconds(value), longest_obedience);
}

std::string with_status(std::string_view what, int status) {
    return std::string(what) + ": the server answered " + std::to_string(status);
}

/// What an answer that is none of those hoped for means; `what` names the request.
Error refusal(std::string_view what, int status) {
    if (status == 401) {
        return {ErrorKind::invalid, "source.wrong_key", with_status(what, status) + ": user or password refused"};
    }
    if (status == 403) {
        return {ErrorKind::invalid, "source.not_allowed", with_status(what, status) + ": the user's role may not"};
    }
    if (status >= 300 && status < 400) {
        return {ErrorKind::invalid, "source.redirected",
                with_status(what, status) + ": redirects are not followed; correct `url` in the field map"};
    }
    if (status == 429 || status >= 500) return unavailable(with_status(what, status));
    return {ErrorKind::unavailable, "source.query_failed", with_status(what, status)};
}

std::size_t rows_per_page(Json const& body, std::size_t asked) {
    auto const* const metadata = body.find("metadata");
    auto const* const per = metadata == nullptr || metadata->as_object() == nullptr ? nullptr : metadata->find("per");
    auto const* const number = per == nullptr ? nullptr : per->as_integer();
    return number == nullptr || *number < 1 ? asked : std::min(asked, static_cast<std::size_t>(*number));
}

Json const* data_of(RestAnswer const& answer) {
    return answer.body.as_object() == nullptr ? nullptr : answer.body.find("data");
}

}  // namespace

PrimeroApi::PrimeroApi(PrimeroSettings settings, Secret password, std::unique_ptr<RestClient> client, RestTime time)
    : settings_(std::move(settings)),
      password_(std::move(password)),
      client_(std::move(client)),
      time_(std::move(time)) {
    begin();
}

PrimeroApi::~PrimeroApi() {
    end_token();
}

void PrimeroApi::begin() {
    deadline_ = time_.now() + settings_.time_limit;
}

milliseconds PrimeroApi::time_left() const {
    return std::chrono::duration_cast<milliseconds>(deadline_ - time_.now());
}

Status PrimeroApi::wait_until(Moment moment) {
    if (moment >= deadline_) return unavailable("the time limit of the field map has passed");
    auto const wait = std::chrono::ceil<milliseconds>(moment - time_.now());
    if (wait > milliseconds::zero()) time_.wait(wait);
    return Done{};
}

std::optional<milliseconds> PrimeroApi::retry_after(Result<RestAnswer> const& answer, unsigned attempt) {
    bool const busy = answer && (answer->status == 429 || answer->status >= 500);
    bool const lost = !answer && answer.error().kind == ErrorKind::unavailable;
    if (!busy && !lost) return std::nullopt;
    if (busy) {
        if (auto const told = parse_retry_after(answer->retry_after)) {
            not_before_ = std::max(not_before_, time_.now() + *told);
            return *told;
        }
    }
    return std::min(first_pause * (1U << std::min(attempt, 8U)), longest_pause);
}

Result<RestAnswer> PrimeroApi::patiently(RestRequest const& request) {
    for (unsigned attempt = 0;; ++attempt) {
        RETURN_IF_ERROR(wait_until(std::max(not_before_, time_.now())));
        not_before_ = time_.now() + milliseconds(1000 / settings_.requests_per_second);
        auto answer = client_->send(request, time_left());
        auto const pause = retry_after(answer, attempt);
        if (!pause || attempt + 1 == attempts) return answer;
        if (!wait_until(time_.now() + *pause)) return answer;
    }
}

Status PrimeroApi::fetch_token() {
    // The copies on the way through JSON text and the library are not wiped; they do not outlive the request.
    auto user = Json::object();
    user.set("user_name", settings_.user).set("password", to_text(password_.reveal()));
    RestRequest request{RestRequest::Method::post, "/api/v2/tokens"};
    request.body = Secret::from_text(dump(Json::object().set("user", std::move(user))));
    auto answer = patiently(request);
    if (!answer) return answer.error();
    if (answer->status != 200 && answer->status != 201) return refusal("token", answer->status);
    if (answer->bearer.empty()) return bad_answer("token", "no Authorization header");
    token_ = std::move(answer->bearer);
    token_renewal_ = time_.now() + token_life;
    return Done{};
}

void PrimeroApi::end_token() {
    if (token_.empty()) return;
    RestRequest request{RestRequest::Method::del, "/api/v2/tokens"};
    request.bearer = &token_;
    // It ends by itself within the hour, so that a server that does not answer is not asked twice.
    auto const ended = client_->send(request, end_limit);
    static_cast<void>(ended);
}

Result<RestAnswer> PrimeroApi::authorised(RestRequest& request) {
    bool fresh = token_.empty() || time_.now() >= token_renewal_;
    if (fresh) RETURN_IF_ERROR(fetch_token());
    while (true) {
        request.bearer = &token_;
        ASSIGN_OR_RETURN(auto answer, patiently(request));
        if (answer.status != 401 || fresh) return answer;
        RETURN_IF_ERROR(fetch_token());
        fresh = true;
    }
}

Result<std::optional<Json>> PrimeroApi::get(std::string_view what, std::string const& path, Query query) {
    RestRequest request{RestRequest::Method::get, path, std::move(query)};
    ASSIGN_OR_RETURN(auto const answer, authorised(request));
    if (answer.status == 404) return std::optional<Json>();
    if (answer.status != 200) return refusal(what, answer.status);
    auto const* const data = data_of(answer);
    if (data == nullptr) return bad_answer(what, "no `data`");
    return std::optional<Json>(*data);
}

Status PrimeroApi::each(std::string_view what, std::string const& path, Query query,
                        std::function<bool(Json const&)> const& on_record) {
    RestRequest request{RestRequest::Method::get, path, std::move(query)};
    request.query.emplace_back("per", std::to_string(settings_.page_size));
    request.query.emplace_back("page", "");
    for (std::size_t page = 1; page <= maximum_pages; ++page) {
        request.query.back().second = std::to_string(page);
        ASSIGN_OR_RETURN(auto const answer, authorised(request));
        if (answer.status != 200) return refusal(what, answer.status);
        auto const* const data = data_of(answer);
        auto const* const records = data == nullptr ? nullptr : data->as_array();
        if (records == nullptr) return bad_answer(what, "`data` is no list");
        for (auto const& record : *records) {
            if (record.as_object() == nullptr) return bad_answer(what, "a record is no object");
            if (!on_record(record)) return Done{};
        }
        if (records->size() < rows_per_page(answer.body, settings_.page_size)) return Done{};
    }
    return bad_answer(what, "more pages than there can be");
}

}  // namespace casebridge
