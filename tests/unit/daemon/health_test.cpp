#include "daemon/health.h"

#include "tests/support/check_code.h"

BOOST_AUTO_TEST_SUITE(health)

namespace {

using namespace casebridge;
using namespace std::chrono_literals;

Timestamp const now = *parse_rfc3339("2026-11-23T12:00:00.000Z");

/// A node in good health.
HealthFacts well() {
    return {.now = now,
            .store = StoredFacts{{}, {}, Done{}},
            .certificates = {{"certificate_tls", {now, now + 365 * 24h}},
                             {"certificate_signing", {now - 305 * 24h, now + 60 * 24h}}}};
}

/// "up", "down store.full"
std::string verdict(HealthFacts const& facts, std::string_view check) {
    auto const report = judge(facts, {});
    auto const* found = report.find(check);
    BOOST_REQUIRE_MESSAGE(found != nullptr, check);
    BOOST_CHECK_EQUAL(found->state == HealthState::up, found->code.empty());
    BOOST_CHECK_EQUAL(found->code.empty(), found->remedy.empty());
    return std::string(to_text(found->state)) + (found->code.empty() ? "" : " " + std::string(found->code));
}

std::string with_stored(StoredFacts const& stored, std::string_view check) {
    auto facts = well();
    facts.store = stored;
    return verdict(facts, check);
}

std::string with_staging(StagingFacts const& staging) {
    return with_stored({.staging = staging}, "staging");
}

std::string with_certificate(Timestamp end) {
    auto facts = well();
    facts.certificates = {{"certificate_tls", {end - 365 * 24h, end}}};
    return verdict(facts, "certificate_tls");
}

std::string with_jump(std::chrono::milliseconds jump) {
    auto facts = well();
    facts.clock_jump = jump;
    return verdict(facts, "clock");
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_node_in_good_health_is_up_in_every_check) {
    auto const report = judge(well(), {});
    BOOST_CHECK_EQUAL(report.summary(), "up");
    for (auto const name :
         {"store", "log", "keys", "clock", "outbox", "disk", "certificate_tls", "certificate_signing"})
        BOOST_CHECK_EQUAL(verdict(well(), name), "up");
    BOOST_CHECK_EQUAL(report.checks.size(), 9U);
}

BOOST_AUTO_TEST_CASE(a_store_that_cannot_be_written_is_down_and_leaves_its_questions_open) {
    for (auto const* code : {"store.full", "store.no_answer", "engine.stopped"}) {
        auto facts = well();
        facts.store = Error{ErrorKind::unavailable, code};
        BOOST_CHECK_EQUAL(verdict(facts, "store"), std::string("down ") + code);
        for (auto const name : {"log", "outbox"}) BOOST_CHECK_EQUAL(verdict(facts, name), "degraded health.not_asked");
        BOOST_CHECK_EQUAL(verdict(facts, "keys"), "up");
        BOOST_CHECK(judge(facts, {}).state() == HealthState::down);
    }
}

BOOST_AUTO_TEST_CASE(a_log_that_does_not_fit_its_head_is_down) {
    BOOST_CHECK_EQUAL(with_stored({{}, {}, Error{ErrorKind::internal, "log.inconsistent"}}, "log"),
                      "down log.inconsistent");
}

BOOST_AUTO_TEST_CASE(keys_that_do_not_work_are_down) {
    auto facts = well();
    facts.keys = Error{ErrorKind::unauthentic, "trust.expired"};
    BOOST_CHECK_EQUAL(verdict(facts, "keys"), "down trust.expired");
}

BOOST_AUTO_TEST_CASE(a_clock_that_was_set_is_degraded_beyond_the_skew_in_both_directions) {
    BOOST_CHECK_EQUAL(with_jump(5min), "up");
    BOOST_CHECK_EQUAL(with_jump(5min + 1ms), "degraded clock.jumped");
    BOOST_CHECK_EQUAL(with_jump(-5min), "up");
    BOOST_CHECK_EQUAL(with_jump(-5min - 1ms), "degraded clock.jumped");
}

BOOST_AUTO_TEST_CASE(a_certificate_is_told_sixty_thirty_and_seven_days_ahead_and_is_down_at_its_end) {
    BOOST_CHECK_EQUAL(with_certificate(now + 60 * 24h), "up");
    BOOST_CHECK_EQUAL(with_certificate(now + 60 * 24h - 1ms), "degraded certificate.renewal_due");
    BOOST_CHECK_EQUAL(with_certificate(now + 30 * 24h), "degraded certificate.renewal_due");
    BOOST_CHECK_EQUAL(with_certificate(now + 30 * 24h - 1ms), "degraded certificate.expires_soon");
    BOOST_CHECK_EQUAL(with_certificate(now + 7 * 24h), "degraded certificate.expires_soon");
    BOOST_CHECK_EQUAL(with_certificate(now + 7 * 24h - 1ms), "degraded certificate.about_to_expire");
    BOOST_CHECK_EQUAL(with_certificate(now + 1ms), "degraded certificate.about_to_expire");
    BOOST_CHECK_EQUAL(with_certificate(now), "down certificate.expired");
    auto facts = well();
    facts.certificates = {{"certificate_tls", {now - 300 * 24h, now + 29 * 24h}}};
    BOOST_CHECK(judge(facts, {.certificate_warning = std::chrono::days(29)}).state() == HealthState::up);
}

BOOST_AUTO_TEST_CASE(a_certificate_that_lives_ninety_days_is_told_after_it_should_have_been_renewed) {
    auto const with_left = [](std::chrono::hours left) {
        auto facts = well();
        facts.certificates = {{"certificate_encryption", {now + left - 90 * 24h, now + left}}};
        return verdict(facts, "certificate_encryption");
    };
    BOOST_CHECK_EQUAL(with_left(27 * 24h), "up");
    BOOST_CHECK_EQUAL(with_left(27 * 24h - 1h), "degraded certificate.renewal_due");
    BOOST_CHECK_EQUAL(with_left(15 * 24h - 1h), "degraded certificate.expires_soon");
    BOOST_CHECK_EQUAL(with_left(7 * 24h - 1h), "degraded certificate.about_to_expire");
}

BOOST_AUTO_TEST_CASE(what_to_do_about_an_authority_is_not_what_to_do_about_a_leaf) {
    auto facts = well();
    facts.certificates = {{"certificate_issuing", {now - 1000 * 24h, now + 24h}}};
    auto const report = judge(facts, {});
    BOOST_CHECK(report.find("certificate_issuing")->remedy.find("request-authority") != std::string_view::npos);
}

BOOST_AUTO_TEST_CASE(a_message_that_waits_too_long_is_degraded) {
    BOOST_CHECK_EQUAL(with_stored({now - 42h + 1ms, {}, Done{}}, "outbox"), "up");
    BOOST_CHECK_EQUAL(with_stored({now - 42h, {}, Done{}}, "outbox"), "degraded outbox.old");
}

BOOST_AUTO_TEST_CASE(a_national_database_that_could_not_be_read_is_degraded) {
    auto facts = well();
    BOOST_CHECK(judge(facts, {}).find("source") == nullptr);  // none is configured
    facts.source = Done{};
    BOOST_CHECK_EQUAL(verdict(facts, "source"), "up");
    facts.source = Error{ErrorKind::unavailable, "source.unavailable"};
    BOOST_CHECK_EQUAL(verdict(facts, "source"), "degraded source.unavailable");
}

BOOST_AUTO_TEST_CASE(a_withdrawal_that_nobody_answers_is_degraded) {
    BOOST_CHECK_EQUAL(with_stored({{}, now - 72h + 1ms, Done{}}, "withdrawals"), "up");
    BOOST_CHECK_EQUAL(with_stored({{}, now - 72h, Done{}}, "withdrawals"), "degraded withdrawal.unanswered");
}

BOOST_AUTO_TEST_CASE(revocation_lists_are_judged_once_there_are_any) {
    auto const with = [](RevocationFacts const& revocation) {
        auto facts = well();
        facts.revocation = revocation;
        return verdict(facts, "revocation");
    };
    BOOST_CHECK(judge(well(), {}).find("revocation") == nullptr);
    auto const own = [](Timestamp until) { return RevocationFacts::Own{1, until - 24h, until, 0}; };
    BOOST_CHECK_EQUAL(with({.own = own(now + 8h)}), "up");
    BOOST_CHECK_EQUAL(with({.own = own(now + 8h - 1s)}), "degraded crl.expires_soon");
    BOOST_CHECK_EQUAL(with({.own = own(now)}), "degraded crl.expired");
    BOOST_CHECK_EQUAL(with({.own = own(now + 8h), .revoked_roles = {Role::tls}}), "degraded identity.revoked");
    BOOST_CHECK_EQUAL(with({.own_failure = "crl.malformed"}), "degraded crl.malformed");
    BOOST_CHECK_EQUAL(with({.partners_have_lists = true}), "up");
    BOOST_CHECK_EQUAL(with({.partners_have_lists = true, .stale_peers = {"kh-mosvy"}}), "degraded crl.partner_stale");
}

BOOST_AUTO_TEST_CASE(a_disk_without_room_is_degraded) {
    auto facts = well();
    facts.room = Error{ErrorKind::unavailable, "store.reserve_reached", "1 MiB are free, the reserve is 256 MiB"};
    BOOST_CHECK_EQUAL(verdict(facts, "disk"), "degraded store.reserve_reached");
}

BOOST_AUTO_TEST_CASE(the_worst_check_decides_and_the_summary_names_what_is_not_up) {
    auto facts = well();
    facts.clock_jump = 1h;
    BOOST_CHECK_EQUAL(judge(facts, {}).summary(), "degraded: clock");
    facts.certificates.front().validity.not_after = now;
    BOOST_CHECK_EQUAL(judge(facts, {}).summary(), "down: clock certificate_tls");
}

BOOST_AUTO_TEST_CASE(the_report_as_json_has_codes_and_remedies_only_where_something_is_wrong) {
    auto facts = well();
    facts.certificates = {{"certificate_tls", {now - 365 * 24h, now - 24h}}};
    auto const json = judge(facts, {}).to_json();
    BOOST_CHECK_EQUAL(json.text_or("state"), "down");
    BOOST_CHECK_EQUAL(json.text_or("at"), "2026-11-23T12:00:00.000Z");
    auto const& checks = *json.find("checks")->as_array();
    BOOST_CHECK_EQUAL(dump(checks.front()), R"({"name":"store","state":"up"})");
    BOOST_CHECK_EQUAL(checks.back().text_or("code"), "certificate.expired");
    BOOST_CHECK_EQUAL(checks.back().text_or("detail"), "1 days ago");
    BOOST_CHECK(!checks.back().text_or("remedy").empty());
}

BOOST_AUTO_TEST_CASE(a_staging_table_is_looked_at_where_there_is_one) {
    BOOST_CHECK(judge(well(), {}).find("staging") == nullptr);
    BOOST_CHECK_EQUAL(with_staging({}), "up");
    BOOST_CHECK_EQUAL(with_staging({.due = 3, .oldest_due = now - 15min + 1ms}), "up");
    BOOST_CHECK_EQUAL(with_staging({.due = 3, .oldest_due = now - 15min}), "degraded received.behind");
    BOOST_CHECK_EQUAL(with_staging({.refused = 1}), "degraded received.refused");
    BOOST_CHECK_EQUAL(with_staging({.refused = 1, .left_behind = 1}), "degraded received.left_behind");
}

BOOST_AUTO_TEST_CASE(meeting_keys_are_told_of_before_they_run_out_and_when_nothing_leaves_without) {
    BOOST_CHECK(judge(well(), {}).find("meeting_keys") == nullptr);
    auto const with = [](std::vector<MeetingKeyFacts> keys) {
        auto facts = well();
        facts.meeting_keys = std::move(keys);
        return verdict(facts, "meeting_keys");
    };
    auto const lasting = [](std::chrono::hours left) {
        return MeetingKeyFacts{.node = "kh-mosvy", .current = true, .end = now + left};
    };
    BOOST_CHECK_EQUAL(with({lasting(30 * 24h)}), "up");
    BOOST_CHECK_EQUAL(with({lasting(30 * 24h - 1h)}), "degraded meeting_key.ends_soon");
    BOOST_CHECK_EQUAL(with({lasting(7 * 24h)}), "degraded meeting_key.ends_soon");
    BOOST_CHECK_EQUAL(with({lasting(20 * 24h), lasting(7 * 24h - 1h)}), "degraded meeting_key.ends_this_week");
    BOOST_CHECK_EQUAL(with({{.node = "kh-mosvy", .end = now}}), "degraded meeting_key.ran_out");
    BOOST_CHECK_EQUAL(with({{.node = "kh-mosvy", .begins_later = true, .end = now + 1h}}), "up");
    MeetingKeyFacts const required{.node = "la-mlsw", .required = true, .begins_later = true};
    BOOST_CHECK_EQUAL(with({lasting(1h), required}), "degraded meeting_key.none_current");
    auto facts = well();
    facts.meeting_keys = {lasting(1h), required};
    BOOST_CHECK_EQUAL(judge(facts, {}).find("meeting_keys")->detail, "la-mlsw");
}

BOOST_AUTO_TEST_SUITE_END()
