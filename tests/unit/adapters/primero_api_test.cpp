// Token, pace, patience and pages, against a client that answers as told and a clock that is turned by hand.
#include "adapters/primero_api.h"

#include "tests/unit/adapters/adapter_fixtures.h"

#include <deque>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(primero_api)

namespace {

using namespace casebridge;
using namespace casebridge::test;
using namespace std::chrono_literals;

/// What is asked and answered; outlives the client.
struct Script {
    std::deque<Result<RestAnswer>> answers;
    std::vector<std::string> asked;  ///< "GET /path?page=1 with token"
    std::vector<std::chrono::milliseconds> waits;
    std::chrono::steady_clock::time_point now{};
    std::chrono::milliseconds answering{};  ///< how long each answer takes

    [[nodiscard]] RestTime time() {
        return {[this] { return now; },
                [this](std::chrono::milliseconds wait) {
                    waits.push_back(wait);
                    now += wait;
                }};
    }
    void answer(int status, std::string const& body = "", std::string retry = "") {
        RestAnswer answer;
        answer.status = status;
        answer.retry_after = std::move(retry);
        if (!body.empty()) answer.body = *parse_json(body);
        answers.emplace_back(std::move(answer));
    }
    void token(std::string const& text) {
        RestAnswer answer;
        answer.status = 200;
        answer.bearer = Secret::from_text(text);
        answers.emplace_back(std::move(answer));
    }
    void lose() { answers.emplace_back(Error{ErrorKind::unavailable, "source.unavailable", "lost"}); }
};

class ScriptedClient final : public RestClient {
public:
    explicit ScriptedClient(Script& script) : script_(script) {}
    Result<RestAnswer> send(RestRequest const& request, std::chrono::milliseconds) override {
        constexpr std::array methods = {"GET ", "POST ", "DELETE "};
        std::string line = methods.at(static_cast<std::size_t>(request.method)) + request.path;
        for (auto const& [key, value] : request.query) line += " " + key + "=" + value;
        if (request.bearer != nullptr) line += " with " + to_text(request.bearer->reveal());
        script_.asked.push_back(line);
        script_.now += script_.answering;
        if (script_.answers.empty()) return Error{ErrorKind::unavailable, "source.unavailable", "the script has ended"};
        auto answer = std::move(script_.answers.front());
        script_.answers.pop_front();
        return answer;
    }

private:
    Script& script_;
};

std::unique_ptr<PrimeroApi> make(Script& script, unsigned per_second = 100) {
    PrimeroSettings settings;
    settings.user = "u";
    settings.page_size = 2;
    settings.requests_per_second = per_second;
    settings.time_limit = 20s;
    return std::make_unique<PrimeroApi>(settings, Secret::from_text("p"), std::make_unique<ScriptedClient>(script),
                                        script.time());
}

Result<std::optional<Json>> get(PrimeroApi& api) {
    return api.get("one case", "/x", {});
}

constexpr char const* nothing = R"({"data": {}})";
std::vector<std::string> const token_and_get = {"POST /api/v2/tokens", "GET /x with a"};

}  // namespace

BOOST_AUTO_TEST_CASE(the_first_request_fetches_a_token_and_the_end_ends_it) {
    Script script;
    script.token("a");
    script.answer(200, R"({"data": {"name": 1}})");
    script.answer(200);
    auto api = make(script);
    auto const found = get(*api);
    BOOST_REQUIRE(found);
    BOOST_TEST(*(**found).find("name")->as_integer() == 1);
    api.reset();
    BOOST_TEST(script.asked ==
                   (std::vector<std::string>{"POST /api/v2/tokens", "GET /x with a", "DELETE /api/v2/tokens with a"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_token_is_renewed_before_its_hour_is_over) {
    Script script;
    auto const api = make(script);
    script.token("a");
    script.answer(200, nothing);
    BOOST_TEST(code_of(get(*api)) == "");
    script.now += 49min;
    api->begin();
    script.answer(200, nothing);
    BOOST_TEST(code_of(get(*api)) == "");
    BOOST_TEST(script.asked.back() == "GET /x with a");
    script.now += 2min;
    api->begin();
    script.token("b");
    script.answer(200, nothing);
    BOOST_TEST(code_of(get(*api)) == "");
    BOOST_TEST(script.asked.back() == "GET /x with b");
}

BOOST_AUTO_TEST_CASE(a_refused_token_is_renewed_once_and_no_more) {
    Script script;
    auto const api = make(script);
    script.token("a");
    script.answer(200, nothing);
    BOOST_TEST(code_of(get(*api)) == "");
    script.answer(401);
    script.token("b");
    script.answer(200, nothing);
    BOOST_TEST(code_of(get(*api)) == "");
    script.answer(401);
    script.token("c");
    script.answer(401);
    BOOST_TEST(code_of(get(*api)) == "source.wrong_key");
    BOOST_TEST(script.answers.empty());
}

BOOST_AUTO_TEST_CASE(a_refused_password_is_not_tried_again) {
    Script script;
    auto const api = make(script);
    script.answer(401);
    BOOST_TEST(code_of(get(*api)) == "source.wrong_key");
    BOOST_TEST(script.asked.size() == 1);
}

BOOST_AUTO_TEST_CASE(a_token_answer_without_a_token_is_a_bad_answer) {
    Script script;
    auto const api = make(script);
    script.answer(200, "{}");
    BOOST_TEST(code_of(get(*api)) == "source.bad_answer");
}

BOOST_AUTO_TEST_CASE(failures_of_server_and_line_are_tried_again_ever_later) {
    Script script;
    auto const api = make(script);
    script.token("a");
    script.answer(500);
    script.lose();
    script.answer(503);
    script.answer(200, nothing);
    BOOST_TEST(code_of(get(*api)) == "");
    std::vector<std::chrono::milliseconds> long_waits;
    for (auto const wait : script.waits) {
        if (wait > 20ms) long_waits.push_back(wait);
    }
    BOOST_TEST((long_waits == std::vector<std::chrono::milliseconds>{200ms, 400ms, 800ms}));
}

BOOST_AUTO_TEST_CASE(six_failures_are_enough) {
    Script script;
    auto const api = make(script);
    script.token("a");
    for (int i = 0; i < 6; ++i) script.answer(500);
    auto const outcome = get(*api);
    BOOST_TEST(code_of(outcome) == "source.unavailable");
    BOOST_TEST(contains(detail_of(outcome), "one case: the server answered 500"));
    BOOST_TEST(script.asked.size() == 7);
}

BOOST_AUTO_TEST_CASE(an_untrusted_server_is_not_asked_again) {
    Script script;
    auto const api = make(script);
    script.answers.emplace_back(Error{ErrorKind::unauthentic, "source.untrusted", ""});
    BOOST_TEST(code_of(get(*api)) == "source.untrusted");
    BOOST_TEST(script.asked.size() == 1);
}

BOOST_AUTO_TEST_CASE(retry_after_is_kept_to) {
    Script script;
    auto const api = make(script);
    script.token("a");
    script.answer(429, "", "7");
    script.answer(200, nothing);
    BOOST_TEST(code_of(get(*api)) == "");
    BOOST_TEST((script.waits.back() == 7s));
}

BOOST_AUTO_TEST_CASE(too_many_requests_without_retry_after_is_met_with_patience) {
    Script script;
    auto const api = make(script);
    script.token("a");
    script.answer(429);
    script.answer(429, "", "Wed, 25 Nov 2026 07:28:00 GMT");
    script.answer(200, nothing);
    BOOST_TEST(code_of(get(*api)) == "");
    BOOST_TEST((script.now.time_since_epoch() < 2s));
}

BOOST_AUTO_TEST_CASE(a_retry_after_beyond_the_limit_fails_at_once_and_silences_the_next_question) {
    Script script;
    auto const api = make(script);
    script.token("a");
    script.answer(429, "", "100");
    BOOST_TEST(code_of(get(*api)) == "source.unavailable");
    BOOST_TEST((script.now.time_since_epoch() < 1s));
    api->begin();
    BOOST_TEST(code_of(get(*api)) == "source.unavailable");
    BOOST_TEST(script.asked == token_and_get, boost::test_tools::per_element());
    script.now += 101s;
    api->begin();
    script.answer(200, nothing);
    BOOST_TEST(code_of(get(*api)) == "");
}

BOOST_AUTO_TEST_CASE(no_retry_after_silences_for_longer_than_five_minutes) {
    Script script;
    auto const api = make(script);
    script.token("a");
    script.answer(429, "", "86400");
    BOOST_TEST(code_of(get(*api)) == "source.unavailable");
    script.now += 301s;
    api->begin();
    script.answer(200, nothing);
    BOOST_TEST(code_of(get(*api)) == "");
}

BOOST_AUTO_TEST_CASE(a_question_ends_within_its_time_limit) {
    Script script;
    auto const api = make(script);
    script.answering = 4s;
    script.token("a");
    for (int i = 0; i < 6; ++i) script.lose();
    BOOST_TEST(code_of(get(*api)) == "source.unavailable");
    BOOST_TEST((script.now.time_since_epoch() <= 24s));
}

BOOST_AUTO_TEST_CASE(requests_keep_the_pace) {
    Script script;
    auto const api = make(script, 4);
    script.token("a");
    for (int i = 0; i < 8; ++i) script.answer(200, nothing);
    for (int i = 0; i < 8; ++i) BOOST_TEST(code_of(get(*api)) == "");
    BOOST_TEST((script.now.time_since_epoch() == 2s));  // nine requests, a quarter of a second apart
}

BOOST_AUTO_TEST_CASE(pages_are_read_until_one_is_not_full) {
    Script script;
    auto const api = make(script);
    script.token("a");
    script.answer(200, R"({"data": [{"n": 1}, {"n": 2}], "metadata": {"per": 2}})");
    script.answer(200, R"({"data": [{"n": 3}, {"n": 4}], "metadata": {"per": 2}})");
    script.answer(200, R"({"data": [], "metadata": {"per": 2}})");
    std::vector<std::int64_t> seen;
    auto const read = api->each("list", "/x", {}, [&](Json const& record) {
        seen.push_back(*record.find("n")->as_integer());
        return true;
    });
    BOOST_TEST(code_of(read) == "");
    BOOST_TEST((seen == std::vector<std::int64_t>{1, 2, 3, 4}));
    BOOST_TEST(script.asked.back() == "GET /x per=2 page=3 with a");
}

BOOST_AUTO_TEST_CASE(a_server_that_gives_fewer_a_page_than_asked_for_is_read_to_the_end) {
    Script script;
    auto const api = make(script);
    script.token("a");
    script.answer(200, R"({"data": [{}], "metadata": {"per": 1}})");
    script.answer(200, R"({"data": [{}], "metadata": {"per": 1}})");
    script.answer(200, R"({"data": []})");
    int seen = 0;
    BOOST_TEST(code_of(api->each("list", "/x", {}, [&](Json const&) { return ++seen > 0; })) == "");
    BOOST_TEST(seen == 2);
}

BOOST_AUTO_TEST_CASE(a_token_that_ends_between_two_pages_does_not_end_the_reading) {
    Script script;
    auto const api = make(script);
    script.token("a");
    script.answer(200, R"({"data": [{}, {}]})");
    script.answer(401);
    script.token("b");
    script.answer(200, R"({"data": [{}]})");
    int seen = 0;
    BOOST_TEST(code_of(api->each("list", "/x", {}, [&](Json const&) { return ++seen > 0; })) == "");
    BOOST_TEST(seen == 3);
    BOOST_TEST(script.asked.back() == "GET /x per=2 page=2 with b");
}

BOOST_AUTO_TEST_CASE(each_kind_of_refusal_has_its_own_code) {
    struct Row {
        int status;
        char const* body;
        char const* code;
    };
    for (auto const& [status, body, code] : {Row{403, "", "source.not_allowed"},
                                             {302, "", "source.redirected"},
                                             {400, "", "source.query_failed"},
                                             {200, "[]", "source.bad_answer"},
                                             {200, "{}", "source.bad_answer"},
                                             {200, "", "source.bad_answer"},
                                             {404, "", ""}}) {
        Script script;
        auto const api = make(script);
        script.token("a");
        script.answer(status, body);
        BOOST_TEST(code_of(get(*api)) == code, status << " " << body);
    }
    for (auto const* body : {R"({"data": {}})", R"({"data": [1]})", R"({})"}) {
        Script script;
        auto const api = make(script);
        script.token("a");
        script.answer(200, body);
        BOOST_TEST(code_of(api->each("list", "/x", {}, [](Json const&) { return true; })) == "source.bad_answer", body);
    }
}

BOOST_AUTO_TEST_SUITE_END()
