#include "daemon/exchange.h"

#include "policies/fields.h"
#include "tests/support/check_code.h"
#include "tests/support/release_situation.h"

#include <array>
#include <limits>

using namespace casebridge;
using namespace casebridge::test;
using namespace std::chrono_literals;

namespace {

using Verdict = Admission::Verdict;

char const* word(Verdict verdict) {
    switch (verdict) {
        case Verdict::accept:
            return "accept";
        case Verdict::reject:
            return "reject";
        case Verdict::retry_later:
            return "retry_later";
        case Verdict::refuse:
            return "refuse";
    }
    return "?";
}

SubjectReference subject() {
    return SubjectReference::from_random("0123456789abcdef");
}

/// A message of th-msdhs as it arrives at kh-mosvy, and all that is known there.
struct Arrival {
    Timestamp now = at_noon("2026-11-23");
    Self self{node("kh-mosvy"),
              NodeKind::welfare,
              {office("poipet-transit-centre"), office("anti-trafficking-department")},
              5min};
    AgreementSketch agreement;
    NodeId signer = node("th-msdhs"), carrier = node("th-msdhs");
    bool agreement_known = true;
    ReceivedMessage message = received();

    Arrival() {
        agreement.parties = {{"th-msdhs", NodeKind::welfare, {"datip"}},
                             {"kh-mosvy", NodeKind::welfare, {"poipet-transit-centre"}}};
        agreement.purposes[Purpose::return_and_handover] = {{"sex", Form::exact}, {"birth_date", Form::year}};
        agreement.signed_by = {"th-msdhs", "kh-mosvy"};
    }

    static ReceivedMessage received() {
        auto const now = at_noon("2026-11-23");
        auto const digest = sha256(as_bytes("x"));
        auto const from = node("th-msdhs"), to = node("kh-mosvy");
        MessageHeader header{.id = MessageId::make(now, "0123456789"),
                             .stream = stream_name(from, to, subject()),
                             .sequence = 1,
                             .from = {from, office("datip")},
                             .to = {to, office("poipet-transit-centre")},
                             .sent_at = now - 1min,
                             .expires_at = now + 7 * 24h,
                             .in_reply_to = {},
                             .procedure = {},
                             .purpose = Purpose::return_and_handover,
                             .subject = subject(),
                             .agreement = digest,
                             .policy_id = "example",
                             .policy_version = 1,
                             .policy_digest = digest,
                             .consent = {"consent", 1, digest},
                             .retain_until = now + 24h,
                             .log_head = {}};
        return {std::move(header), body("sex", "exact", "female")};
    }

    static Json body(std::string const& field, std::string_view form, Json const& value) {
        auto released = Json::object();
        released.set("form", form).set("value", value);
        auto fields = Json::object();
        fields.set(field, std::move(released));
        return Json::object().set("fields", std::move(fields)).set("groups", Json::object());
    }

    [[nodiscard]] Admission judged() const {
        auto const loaded = agreement.load();
        auto const lookup = [&](Digest const&) { return agreement_known ? &loaded : nullptr; };
        return admit(message, signer, carrier, self, lookup, now);
    }

    void check(Verdict verdict, std::string_view code) const {
        auto const admission = judged();
        BOOST_CHECK_EQUAL(word(admission.verdict), word(verdict));
        BOOST_CHECK_EQUAL(admission.code, code);
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(exchange_admit)

BOOST_AUTO_TEST_CASE(a_message_under_an_agreement_in_force_is_accepted) {
    Arrival().check(Verdict::accept, "");
}

BOOST_AUTO_TEST_CASE(a_message_signed_by_another_than_its_sender_is_refused) {
    Arrival arrival;
    arrival.signer = arrival.carrier = node("la-mlsw");
    arrival.check(Verdict::refuse, "message.wrong_signer");
}

BOOST_AUTO_TEST_CASE(a_message_to_another_node_is_refused) {
    Arrival arrival;
    arrival.message.header.to.node = node("la-mlsw");
    arrival.check(Verdict::refuse, "message.not_for_us");
}

BOOST_AUTO_TEST_CASE(a_message_brought_by_another_than_its_signer_is_refused) {
    Arrival arrival;
    arrival.carrier = node("la-mlsw");
    arrival.check(Verdict::refuse, "message.wrong_carrier");
}

BOOST_AUTO_TEST_CASE(a_message_from_the_future_beyond_the_clock_skew_is_asked_for_later) {
    Arrival arrival;
    arrival.message.header.sent_at = arrival.now + 5min;
    arrival.check(Verdict::accept, "");
    arrival.message.header.sent_at += 1ms;
    arrival.check(Verdict::retry_later, "message.from_the_future");
}

BOOST_AUTO_TEST_CASE(a_message_is_expired_from_exactly_the_clock_skew_after_its_end) {
    Arrival arrival;
    arrival.message.header.expires_at = arrival.now - 5min + 1ms;
    arrival.check(Verdict::accept, "");
    arrival.message.header.expires_at -= 1ms;
    arrival.check(Verdict::refuse, "message.expired");
}

BOOST_AUTO_TEST_CASE(what_is_to_be_kept_longer_than_the_agreement_says_is_rejected) {
    Arrival arrival;
    arrival.message.header.retain_until = arrival.message.header.sent_at + 365 * 24h;
    arrival.check(Verdict::accept, "");
    arrival.message.header.retain_until += 1ms;
    arrival.check(Verdict::reject, "message.retained_too_long");
}

BOOST_AUTO_TEST_CASE(an_office_this_node_does_not_have_is_rejected) {
    Arrival arrival;
    arrival.message.header.to.office = office("no-such-office");
    arrival.check(Verdict::reject, "message.unknown_office");
}

BOOST_AUTO_TEST_CASE(an_office_the_agreement_does_not_name_is_rejected) {
    Arrival arrival;
    arrival.message.header.to.office = office("anti-trafficking-department");
    arrival.check(Verdict::reject, "message.unknown_office");
}

BOOST_AUTO_TEST_CASE(a_newer_schema_is_rejected) {
    Arrival arrival;
    arrival.message.header.schema = schema_version + 1;
    arrival.check(Verdict::reject, "message.unknown_schema");
}

BOOST_AUTO_TEST_CASE(what_may_not_be_kept_any_more_is_rejected) {
    Arrival arrival;
    arrival.message.header.retain_until = arrival.now + 1ms;
    arrival.check(Verdict::accept, "");
    arrival.message.header.retain_until = arrival.now;
    arrival.check(Verdict::reject, "message.nothing_to_retain");
}

BOOST_AUTO_TEST_CASE(an_agreement_this_node_does_not_hold_is_rejected) {
    Arrival arrival;
    arrival.agreement_known = false;
    arrival.check(Verdict::reject, "message.unknown_agreement");
}

BOOST_AUTO_TEST_CASE(an_agreement_of_others_is_rejected) {
    for (int const stranger : {0, 1}) {
        Arrival arrival;
        arrival.agreement.parties[static_cast<std::size_t>(stranger)].node = "la-mlsw";
        arrival.agreement.signed_by = {"la-mlsw", stranger == 0 ? "kh-mosvy" : "th-msdhs"};
        arrival.check(Verdict::reject, "message.not_a_party");
    }
}

BOOST_AUTO_TEST_CASE(an_agreement_either_side_has_not_signed_is_rejected) {
    for (auto const& signers : {std::set<std::string>{}, {"th-msdhs"}, {"kh-mosvy"}}) {
        Arrival arrival;
        arrival.agreement.signed_by = signers;
        arrival.check(Verdict::reject, "message.agreement_not_signed");
    }
}

BOOST_AUTO_TEST_CASE(an_agreement_before_or_after_its_time_is_rejected) {
    Arrival early;
    early.agreement.from = "2026-11-24";
    early.check(Verdict::reject, "message.agreement_not_in_force");
    Arrival late;
    late.agreement.until = "2026-11-22";
    late.check(Verdict::reject, "message.agreement_not_in_force");
}

BOOST_AUTO_TEST_CASE(a_purpose_outside_the_agreement_is_rejected) {
    Arrival arrival;
    arrival.message.header.purpose = Purpose::referral;
    arrival.check(Verdict::reject, "message.purpose_not_covered");
}

BOOST_AUTO_TEST_CASE(a_body_with_more_than_the_agreement_allows_is_rejected) {
    Arrival arrival;
    arrival.message.body = Arrival::body("shoe_size", "exact", 42);
    arrival.check(Verdict::reject, "body.unknown_field");
    arrival.message.body = Arrival::body("citizenship", "exact", Json::array().push("KH"));
    arrival.check(Verdict::reject, "body.form_not_allowed");
    arrival.message.body = Arrival::body("birth_date", "exact", "1990-01-02");
    arrival.check(Verdict::reject, "body.form_not_allowed");
    arrival.message.body = Arrival::body("sex", "exact", "neither");
    arrival.check(Verdict::reject, "body.wrong_value");
    arrival.message.body = Json::object().set("fields", Json::array());
    arrival.check(Verdict::reject, "body.malformed");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_answered_comes_before_what_can) {
    Arrival arrival;
    arrival.carrier = node("la-mlsw");
    arrival.message.header.expires_at = arrival.now - 24h;
    arrival.message.header.to.office = office("no-such-office");
    arrival.agreement_known = false;
    arrival.check(Verdict::refuse, "message.wrong_carrier");
    arrival.carrier = node("th-msdhs");
    arrival.check(Verdict::refuse, "message.expired");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(exchange_admit_query)

namespace {

/// A question of th-msdhs as it arrives at kh-mosvy.
struct Asked : Arrival {
    Query query{.id = message.header.id,
                .from = message.header.from,
                .to = message.header.to,
                .sent_at = message.header.sent_at,
                .expires_at = message.header.expires_at,
                .purpose = message.header.purpose,
                .agreement = message.header.agreement,
                .subject = message.header.subject};

    void check(Verdict verdict, std::string_view code) {
        auto const made = agreement.load();
        auto const lookup = [&](Digest const&) { return agreement_known ? &made : nullptr; };
        auto const [admission, terms] = admit_query(query, signer, carrier, self, lookup, now);
        BOOST_CHECK_EQUAL(word(admission.verdict), word(verdict));
        BOOST_CHECK_EQUAL(admission.code, code);
        BOOST_CHECK_EQUAL(terms != nullptr, verdict == Verdict::accept);
    }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_question_under_an_agreement_in_force_is_admitted, Asked) {
    check(Verdict::accept, "");
}

BOOST_FIXTURE_TEST_CASE(a_question_of_another_or_for_another_is_refused, Asked) {
    signer = node("la-mlsw");
    check(Verdict::refuse, "message.wrong_signer");
    signer = node("th-msdhs");
    carrier = node("la-mlsw");
    check(Verdict::refuse, "message.wrong_carrier");
    carrier = signer;
    query.to.node = node("la-mlsw");
    check(Verdict::refuse, "message.not_for_us");
}

BOOST_FIXTURE_TEST_CASE(a_question_out_of_time_is_refused, Asked) {
    query.sent_at = now + 5min + 1ms;
    check(Verdict::retry_later, "message.from_the_future");
    query.sent_at = now + 5min;
    check(Verdict::accept, "");
    query.expires_at = now - 5min;
    check(Verdict::refuse, "message.expired");
    query.expires_at = now - 5min + 1ms;
    check(Verdict::accept, "");
}

BOOST_FIXTURE_TEST_CASE(a_question_outside_the_agreement_is_refused, Asked) {
    query.to.office = office("no-such-office");
    check(Verdict::refuse, "message.unknown_office");
    query.to.office = office("anti-trafficking-department");  // ours, but not the agreement's
    check(Verdict::refuse, "message.unknown_office");
    query.to.office = office("poipet-transit-centre");
    query.purpose = Purpose::referral;
    check(Verdict::refuse, "message.purpose_not_covered");
    query.purpose = Purpose::return_and_handover;
    agreement.signed_by = {"kh-mosvy"};
    check(Verdict::refuse, "message.agreement_not_signed");
    agreement.signed_by = {"kh-mosvy", "th-msdhs"};
    agreement_known = false;
    check(Verdict::refuse, "message.unknown_agreement");
}

BOOST_AUTO_TEST_SUITE_END()
