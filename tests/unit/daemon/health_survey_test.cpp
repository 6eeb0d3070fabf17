#include "daemon/health_survey.h"

#include "tests/support/hand_clock.h"
#include "tests/support/ministry.h"
#include "tests/unit/daemon/failing_disk.h"
#include "tests/unit/daemon/store_fixture.h"

#include <cerrno>
#include <thread>

using namespace casebridge;
using namespace casebridge::test;
using namespace std::chrono_literals;

namespace health_survey {
namespace {

struct SurveyFixture : StoreFixture {
    SurveyFixture() {
        must(engine.call<std::uint64_t>([this](Store& store) {
            return store.log().append("test", clock.now(), service_actor("test"), Json::object(), Json::object());
        }));
    }

    [[nodiscard]] static std::vector<KeyAndCertificate> key_of(KeyAndCertificate const& leaf) {
        std::vector<KeyAndCertificate> keys;
        keys.push_back({copy(leaf.key), leaf.certificate});
        return keys;
    }
    /// "up", "down store.full", once a second has gone by.
    std::string after_a_second(std::string_view check) {
        clock.turn(1s);
        auto const report = survey.report();
        auto const* found = report.find(check);
        BOOST_REQUIRE(found != nullptr);
        return std::string(to_text(found->state)) + (found->code.empty() ? "" : " " + std::string(found->code));
    }
    [[nodiscard]] bool logged(std::string const& line) const {
        std::ifstream stream(directory.path() / "log");
        std::string const text{std::istreambuf_iterator<char>(stream), {}};
        return text.find(line) != std::string::npos;
    }

    HandClock clock;
    Ministry own = Ministry::create("th-msdhs", Suite::p256_sha256, clock.now());
    Ministry other = Ministry::create("th-msdhs", Suite::p256_sha256, clock.now());
    OwnCertificatesHolder certificates{
        {own.root.certificate, own.chain(own.tls), own.chain(own.signing), own.chain(own.encryption)}};
    Config config{.node = own.node, .kind = NodeKind::welfare};
    Telemetry telemetry{LogLevel::debug, "text", (directory.path() / "log").string()};
    std::atomic<std::uint64_t> free = 10ULL << 30;
    DiskReserve reserve{[this]() -> Result<std::uint64_t> { return free.load(); }, config.minimum_free_bytes, telemetry,
                        clock};
    ClockGuard guard{clock, config.clock_skew, telemetry};
    Engine engine{open(), [](Error const&) {}};
    WorkerPool pool{1, 16, [](std::string_view) {}};
    LocalCryptoService crypto{own.signer(), key_of(own.encryption), pool, clock};
    HealthSurvey survey{{config, own.pin, certificates, engine, crypto, reserve, telemetry, guard}};
};

}  // namespace
}  // namespace health_survey

BOOST_FIXTURE_TEST_SUITE(health_survey, SurveyFixture)

BOOST_AUTO_TEST_CASE(a_node_that_works_is_up_and_was_really_written_to) {
    auto const before = syncs_so_far();
    BOOST_CHECK_EQUAL(survey.report().summary(), "up");
    BOOST_CHECK_GT(syncs_so_far(), before);
    auto const stored = must(engine.call<std::string>([](Store& store) -> Result<std::string> {
        ASSIGN_OR_RETURN(auto const time, store.setting("health.latest_time"));
        return time.value_or("");
    }));
    BOOST_CHECK_EQUAL(stored, to_rfc3339(clock.now()));
}

BOOST_AUTO_TEST_CASE(a_thousand_questions_in_a_second_cost_one_survey) {
    survey.report();
    auto const before = syncs_so_far();
    for (int i = 0; i < 1000; ++i) survey.report();
    clock.turn(999ms);
    survey.report();
    BOOST_CHECK_EQUAL(syncs_so_far(), before);
    clock.turn(1ms);
    survey.report();
    BOOST_CHECK_GT(syncs_so_far(), before);
}

BOOST_AUTO_TEST_CASE(surveys_leave_no_rows_and_no_leaves_behind) {
    survey.report();
    auto const rows = raw().run("SELECT (SELECT count(*) FROM settings) || ' ' || (SELECT count(*) FROM log_leaves)");
    for (int i = 0; i < 20; ++i) BOOST_CHECK_EQUAL(after_a_second("store"), "up");
    BOOST_CHECK_EQUAL(raw().run("SELECT (SELECT count(*) FROM settings) || ' ' || (SELECT count(*) FROM log_leaves)"),
                      rows);
}

BOOST_AUTO_TEST_CASE(a_full_disk_is_down_until_it_can_be_written_again) {
    {
        FailingDisk const full(FailingDisk::Call::write, ENOSPC);
        BOOST_CHECK_EQUAL(after_a_second("store"), "down store.full");
    }
    BOOST_CHECK(logged("W health.changed check=store state=down code=store.full"));
    BOOST_CHECK_EQUAL(after_a_second("store"), "up");
    BOOST_CHECK(logged("I health.changed check=store state=up"));
}

BOOST_AUTO_TEST_CASE(a_store_that_failed_is_down) {
    FailingDisk const broken(FailingDisk::Call::sync, EIO);
    BOOST_CHECK_EQUAL(after_a_second("store"), "down store.failed");
    BOOST_CHECK_EQUAL(after_a_second("store"), "down engine.stopped");
}

BOOST_AUTO_TEST_CASE(an_altered_log_is_down) {
    BOOST_CHECK_EQUAL(after_a_second("log"), "up");
    raw().run("UPDATE log_leaves SET data = replace(data, '\"test\"', '\"tent\"')");
    BOOST_CHECK_EQUAL(after_a_second("log"), "down log.inconsistent");
    raw().run("UPDATE log_leaves SET data = replace(data, '\"tent\"', '\"test\"')");
    BOOST_CHECK_EQUAL(after_a_second("log"), "up");
    raw().run("UPDATE log_head SET size = size + 1");
    BOOST_CHECK_EQUAL(after_a_second("log"), "down log.inconsistent");
}

BOOST_AUTO_TEST_CASE(a_decryption_key_that_is_not_the_certificate_s_is_down) {
    LocalCryptoService wrong(own.signer(), key_of(other.encryption), pool, clock);
    CHECK_CODE(wrong.prove_keys(own.pin, own.encryption.certificate), "envelope.unknown_recipient");
}

BOOST_AUTO_TEST_CASE(a_signing_key_of_another_root_is_down) {
    LocalCryptoService wrong(other.signer(), key_of(own.encryption), pool, clock);
    CHECK_CODE(wrong.prove_keys(own.pin, own.encryption.certificate), "trust.chain_invalid");
}

BOOST_AUTO_TEST_CASE(certificates_end_by_the_node_s_clock) {
    BOOST_CHECK_EQUAL(after_a_second("certificate_encryption"), "up");
    clock.turn(76 * 24h);
    BOOST_CHECK_EQUAL(after_a_second("certificate_encryption"), "degraded certificate.expires_soon");
    BOOST_CHECK_EQUAL(after_a_second("certificate_tls"), "up");
    clock.turn(15 * 24h);
    BOOST_CHECK_EQUAL(after_a_second("certificate_encryption"), "down certificate.expired");
}

BOOST_AUTO_TEST_CASE(a_clock_that_was_set_is_degraded_until_it_is_set_back) {
    BOOST_CHECK_EQUAL(after_a_second("clock"), "up");
    for (auto const by : {24h, -24h}) {
        clock.set_by(by);
        BOOST_CHECK_EQUAL(after_a_second("clock"), "degraded clock.jumped");
        BOOST_CHECK_EQUAL(after_a_second("certificate_encryption"), "up");
        clock.set_by(-by);
        BOOST_CHECK_EQUAL(after_a_second("clock"), "up");
    }
}

BOOST_AUTO_TEST_CASE(a_disk_below_the_reserve_is_degraded) {
    free = 1;
    BOOST_CHECK_EQUAL(after_a_second("disk"), "degraded store.reserve_reached");
    BOOST_CHECK(telemetry.metrics_text().find("casebridge_health{check=\"disk\"} 1\n") != std::string::npos);
    free = 10ULL << 30;
    BOOST_CHECK_EQUAL(after_a_second("disk"), "up");
    BOOST_CHECK(telemetry.metrics_text().find("casebridge_health{check=\"disk\"} 0\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_store_that_does_not_answer_is_down_and_holds_up_one_asker_only) {
    survey.report();
    std::promise<void> go;
    engine.submit<Done>(
        [wait = go.get_future().share()](Store&) -> Status {
            wait.wait();
            return Done{};
        },
        [](Status const&) {});
    clock.turn(1s);
    // Whichever comes first surveys; the other gets the report before, at once.
    auto const ask = [this] { return survey.report(); };
    auto one = std::async(std::launch::async, ask), another = std::async(std::launch::async, ask);
    auto first = one.get(), second = another.get();
    if (first.summary() == "up") std::swap(first, second);
    BOOST_CHECK_EQUAL(first.summary(), "down: store log outbox withdrawals");
    BOOST_CHECK_EQUAL(first.find("store")->code, "store.no_answer");
    BOOST_CHECK_EQUAL(second.summary(), "up");
    go.set_value();
    BOOST_CHECK_EQUAL(after_a_second("store"), "up");
}

BOOST_AUTO_TEST_SUITE_END()
