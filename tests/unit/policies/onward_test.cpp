#include "parsing.h"
#include "policies/duty.h"

#include <boost/test/unit_test.hpp>

using namespace casebridge;
using test::refusal_of;

BOOST_AUTO_TEST_SUITE(onward)

namespace {

Timestamp at(std::string_view text) {
    return *parse_rfc3339(text);
}

OnwardPermission permission() {
    return {.originator = *NodeId::parse("th-msdhs"),
            .holder = *NodeId::parse("kh-mosvy"),
            .message = *MessageId::parse("019a1b2c-3d4e-7a5b-8c6d-7e8f90a1b2c3"),
            .body = body_digest(Json::object().set("fields", Json::object())),
            .recipient = {*NodeId::parse("la-mlsw"), OfficeId("phonthong-reception-centre")},
            .purpose = Purpose::return_and_handover,
            .granted_at = at("2026-11-23T00:00:00.000Z"),
            .until = at("2026-12-01T00:00:00.000Z"),
            .retain_until = at("2027-06-01T00:00:00.000Z")};
}

/// The permission's text with one member changed, or left out.
std::string with(std::string_view key, std::optional<Json> const& value) {
    auto const whole = *parse_json(to_payload(permission()));
    auto json = Json::object();
    for (auto const& [name, each] : *whole.as_object()) {
        if (name != key) json.set(name, each);
        if (name == key && value) json.set(name, *value);
    }
    if (whole.find(key) == nullptr && value) json.set(std::string(key), *value);
    return dump(json);
}

std::string parsed(std::string const& text) {
    return std::string(refusal_of(parse_onward_permission(text)));
}

struct Use {
    NodeId holder = permission().holder;
    Address recipient = permission().recipient;
    Purpose purpose = permission().purpose;
    Digest body = permission().body;
    Timestamp sent_at = at("2026-11-24T00:00:00.000Z"), expires_at = permission().until,
              retain_until = permission().retain_until;

    [[nodiscard]] OnwardUse use() const {
        return {holder, recipient, purpose, body, sent_at, expires_at, retain_until};
    }
    [[nodiscard]] std::string code() const { return std::string(refusal_of(check_use(permission(), use()))); }
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_permission_reads_back_as_it_was_written) {
    auto const read = parse_onward_permission(to_payload(permission()));
    BOOST_REQUIRE(read);
    BOOST_CHECK(*read == permission());
}

BOOST_AUTO_TEST_CASE(every_member_is_needed_and_no_other_allowed) {
    for (auto const* key : {"version", "originator", "holder", "message", "body", "recipient", "purpose", "granted_at",
                            "until", "retain_until"})
        BOOST_CHECK_EQUAL(parsed(with(key, std::nullopt)), "message.missing_member");
    BOOST_CHECK_EQUAL(parsed(with("case", Json("TH-1"))), "message.unknown_member");
    BOOST_CHECK_EQUAL(parsed(with("version", Json(2))), "message.unknown_version");
    BOOST_CHECK_EQUAL(parsed(with("originator", Json("nobody"))), "node_id.malformed");
    BOOST_CHECK_EQUAL(parsed(with("holder", Json("KH"))), "node_id.malformed");
    BOOST_CHECK_EQUAL(parsed(with("message", Json("1"))), "message_id.malformed");
    BOOST_CHECK_EQUAL(parsed(with("body", Json("00"))), "encoding.bad_digest");
    BOOST_CHECK_EQUAL(parsed(with("recipient", Json("la-mlsw"))), "message.wrong_type");
    BOOST_CHECK_EQUAL(parsed(with("recipient", Json::object().set("node", "la-mlsw"))), "message.missing_member");
    BOOST_CHECK_EQUAL(parsed(with("purpose", Json("curiosity"))), "purpose.unknown");
    for (auto const* key : {"granted_at", "until", "retain_until"})
        BOOST_CHECK_EQUAL(parsed(with(key, Json("tomorrow"))), "time.bad_timestamp");
    BOOST_CHECK_EQUAL(parsed("[]"), "message.wrong_type");
    BOOST_CHECK_EQUAL(parsed("{"), "json.malformed");
}

BOOST_AUTO_TEST_CASE(a_permission_is_for_one_holder_recipient_purpose_body_and_time) {
    BOOST_CHECK_EQUAL(Use{}.code(), "");
    BOOST_CHECK_EQUAL((Use{.holder = *NodeId::parse("vn-molisa")}.code()), "onward.wrong_holder");
    BOOST_CHECK_EQUAL((Use{.recipient = {permission().recipient.node, OfficeId("another-office")}}.code()),
                      "onward.wrong_recipient");
    BOOST_CHECK_EQUAL((Use{.recipient = {*NodeId::parse("vn-molisa"), permission().recipient.office}}.code()),
                      "onward.wrong_recipient");
    BOOST_CHECK_EQUAL((Use{.purpose = Purpose::referral}.code()), "onward.wrong_purpose");
    BOOST_CHECK_EQUAL((Use{.body = sha256({})}.code()), "onward.wrong_body");
    auto const instant = std::chrono::milliseconds(1);
    BOOST_CHECK_EQUAL((Use{.sent_at = permission().granted_at}.code()), "");
    BOOST_CHECK_EQUAL((Use{.sent_at = permission().granted_at - instant}.code()), "onward.expired");
    BOOST_CHECK_EQUAL((Use{.expires_at = permission().until + instant}.code()), "onward.expired");
    BOOST_CHECK_EQUAL((Use{.retain_until = permission().retain_until + instant}.code()), "onward.retained_too_long");
}

BOOST_AUTO_TEST_CASE(a_copy_is_the_permitted_body_and_no_other) {
    auto const body = Json::object().set("fields", Json::object());
    OnwardOrigin const origin{permission().originator, {1, 2, 3}};
    Use const given;
    auto const copy = PermittedCopy::permit(permission(), origin, body, given.use());
    BOOST_REQUIRE(copy);
    BOOST_CHECK(copy->body() == body);
    BOOST_CHECK(copy->origin().permission == origin.permission);
    auto const other = Json::object().set("fields", Json::object().set("sex", "female"));
    BOOST_CHECK_EQUAL(refusal_of(PermittedCopy::permit(permission(), origin, other, given.use())), "onward.wrong_body");
    Use const late{.expires_at = permission().until + std::chrono::hours(1)};
    BOOST_CHECK_EQUAL(refusal_of(PermittedCopy::permit(permission(), origin, body, late.use())), "onward.expired");
    // The use may claim the digest of what was not permitted.
    Use const lying{.body = body_digest(other)};
    BOOST_CHECK_EQUAL(refusal_of(PermittedCopy::permit(permission(), origin, other, lying.use())), "onward.wrong_body");
}

BOOST_AUTO_TEST_CASE(what_a_message_says_of_its_origin_is_read_strictly) {
    OnwardOrigin const origin{permission().originator, {1, 2, 3}};
    auto const read = read_onward_origin(to_json(origin));
    BOOST_REQUIRE(read);
    BOOST_CHECK(read->permission == origin.permission);
    BOOST_CHECK(read->originator == origin.originator);
    auto const code = [&](std::string const& key, Json const& value) {
        return std::string(refusal_of(read_onward_origin(to_json(origin).set(key, value))));
    };
    BOOST_CHECK_EQUAL(code("originator", Json("x")), "node_id.malformed");
    BOOST_CHECK_EQUAL(code("permission", Json("=")), "encoding.bad_base64");
    BOOST_CHECK_EQUAL(code("more", Json(1)), "message.unknown_member");
    Bytes const largest(OnwardOrigin::largest_permission), larger(OnwardOrigin::largest_permission + 3);
    BOOST_CHECK_EQUAL(code("permission", Json(to_base64(largest))), "");
    BOOST_CHECK_EQUAL(code("permission", Json(to_base64(larger))), "message.too_long");
}

BOOST_AUTO_TEST_CASE(a_duty_carries_a_permission) {
    Duty const duty{.id = permission().message,
                    .from = {permission().originator, OfficeId("datip")},
                    .to = {permission().holder, OfficeId("poipet-transit-centre")},
                    .sent_at = permission().granted_at,
                    .purpose = permission().purpose,
                    .subject = *SubjectReference::parse("000102030405060708090a0b0c0d0eff"),
                    .agreement = sha256({}),
                    .log_head = "0 " + sha256({}).hex(),
                    .content = OnwardGrant{{4, 5, 6}}};
    auto const incoming = parse_incoming(to_payload(duty));
    BOOST_REQUIRE(incoming);
    auto const& read = std::get<Duty>(*incoming);
    BOOST_CHECK(read.type() == MessageType::onward_permission);
    BOOST_CHECK((std::get<OnwardGrant>(read.content).permission == Bytes{4, 5, 6}));
    BOOST_CHECK(named_messages(read.content).empty());
    BOOST_CHECK_EQUAL(refusal_of(parse_onward_grant(Json::object())), "message.missing_member");
    BOOST_CHECK_EQUAL(refusal_of(parse_onward_grant(Json::object().set("permission", "?"))), "encoding.bad_base64");
}

BOOST_AUTO_TEST_CASE(an_erasure_receipt_says_how_many_copies_were_passed_on) {
    ErasureReceipt const receipt{permission().message, permission().until, 1, 0, {ErasureScope::own_store}, 2};
    auto const read = parse_erasure_receipt(to_json(receipt));
    BOOST_REQUIRE(read);
    BOOST_CHECK_EQUAL(read->passed_on, 2);
    auto none = receipt;
    none.passed_on = 0;
    BOOST_CHECK(to_json(none).find("passed_on") == nullptr);
    for (int const wrong : {0, -1})
        BOOST_CHECK_EQUAL(refusal_of(parse_erasure_receipt(to_json(receipt).set("passed_on", wrong))),
                          "message.out_of_range");
}

BOOST_AUTO_TEST_SUITE_END()
