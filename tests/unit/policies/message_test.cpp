#include "policies/message.h"

#include "parsing.h"

#include <algorithm>
#include <array>

#include <boost/test/unit_test.hpp>

using namespace casebridge;
using test::refusal_of;

BOOST_AUTO_TEST_SUITE(message)

namespace {

constexpr std::string_view subject = "000102030405060708090a0b0c0d0eff";

Json address(std::string_view node, std::string_view office) {
    return Json::object().set("node", node).set("office", office);
}

/// A valid message as another implementation would write it; `change` alters it before the padding is added.
template <typename Change>
std::string written(Change change) {
    auto const digest = sha256(as_bytes("x")).hex();
    auto json = Json::object();
    json.set("version", 1).set("schema", 1).set("id", "019a1b2c-3d4e-7a5b-8c6d-7e8f90a1b2c3");
    json.set("stream", "th-msdhs/kh-mosvy/" + std::string(subject)).set("sequence", 7).set("type", "case_summary");
    json.set("from", address("th-msdhs", "sa-kaeo")).set("to", address("kh-mosvy", "poipet-transit-centre"));
    json.set("sent_at", "2026-11-23T21:20:11.322Z").set("expires_at", "2026-11-30T21:20:11.322Z");
    json.set("in_reply_to", "019a1b2c-3d4e-7a5b-8c6d-7e8f90a1b2c4").set("procedure", "a1b2c3");
    json.set("purpose", "return_and_handover").set("subject", subject);
    json.set("agreement", Json::object().set("digest", digest));
    json.set("policy", Json::object().set("id", "th-return").set("version", 3).set("digest", digest));
    json.set("consent", Json::object().set("id", "c-17").set("epoch", 2).set("form", digest));
    json.set("obligations",
             Json::object().set("retain_until", "2027-11-23T00:00:00.000Z").set("onward_transfer", "none"));
    json.set("log_head", "42 " + digest).set("body", Json::object().set("fields", Json::object()));
    change(json);
    if (json.find("padding") == nullptr) json.set("padding", "000");
    return dump(json);
}

std::string valid() {
    return written([](Json&) {});
}

std::string with(std::string const& key, Json const& value) {
    return written([&](Json& json) { json.set(key, value); });
}

std::string with_inner(std::string const& outer, std::string const& key, Json const& value) {
    return written([&](Json& json) { json.set(outer, Json(*json.find(outer)).set(key, value)); });
}

void remove(Json& json, std::string_view key) {
    auto members = *json.as_object();
    std::erase_if(members, [key](Json::Member const& member) { return member.first == key; });
    json = Json(std::move(members));
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_message_is_read_member_by_member) {
    auto const read = parse_message(valid());
    BOOST_REQUIRE_MESSAGE(read, refusal_of(read));
    auto const& header = read->header;
    BOOST_TEST(header.version == 1);
    BOOST_TEST(header.schema == 1);
    BOOST_TEST(header.id.text() == "019a1b2c-3d4e-7a5b-8c6d-7e8f90a1b2c3");
    BOOST_TEST(header.stream == stream_name(header.from.node, header.to.node, header.subject));
    BOOST_TEST(header.sequence == 7U);
    BOOST_TEST((header.type == MessageType::case_summary));
    BOOST_TEST(header.from.office.text() == "sa-kaeo");
    BOOST_TEST(header.to.node.text() == "kh-mosvy");
    BOOST_TEST(to_rfc3339(header.sent_at) == "2026-11-23T21:20:11.322Z");
    BOOST_TEST((header.expires_at - header.sent_at == std::chrono::days(7)));
    BOOST_TEST(header.in_reply_to->text() == "019a1b2c-3d4e-7a5b-8c6d-7e8f90a1b2c4");
    BOOST_TEST(header.procedure == "a1b2c3");
    BOOST_TEST((header.purpose == Purpose::return_and_handover));
    BOOST_TEST(header.subject.text() == subject);
    BOOST_TEST((header.agreement == sha256(as_bytes("x"))));
    BOOST_TEST(header.policy_id == "th-return");
    BOOST_TEST(header.policy_version == 3);
    BOOST_TEST((header.consent == ConsentCitation{"c-17", 2, sha256(as_bytes("x"))}));
    BOOST_TEST(to_rfc3339(header.retain_until) == "2027-11-23T00:00:00.000Z");
    BOOST_TEST(header.onward_transfer == "none");
    BOOST_TEST(header.log_head.starts_with("42 "));
    BOOST_TEST(dump(read->body) == R"({"fields":{}})");
}

BOOST_AUTO_TEST_CASE(a_message_without_reply_and_procedure_is_read) {
    auto const read = parse_message(written([](Json& json) {
        remove(json, "in_reply_to");
        remove(json, "procedure");
    }));
    BOOST_REQUIRE_MESSAGE(read, refusal_of(read));
    BOOST_TEST(!read->header.in_reply_to);
    BOOST_TEST(read->header.procedure == "");
}

BOOST_AUTO_TEST_CASE(a_missing_member_is_refused) {
    for (std::string_view const key :
         {"version", "schema", "id", "stream", "sequence", "type", "from", "to", "sent_at", "expires_at", "purpose",
          "subject", "agreement", "policy", "consent", "obligations", "log_head", "body"}) {
        BOOST_TEST(
            refusal_of(parse_message(written([key](Json& json) { remove(json, key); }))) == "message.missing_member",
            key);
    }
    auto const no_padding = written([](Json& json) { json.set("padding", ""); });
    auto json = *parse_json(no_padding);
    remove(json, "padding");
    BOOST_TEST(refusal_of(parse_message(dump(json))) == "message.missing_member");
}

BOOST_AUTO_TEST_CASE(an_unknown_member_is_refused_at_every_level) {
    BOOST_TEST(refusal_of(parse_message(with("extra", 1))) == "message.unknown_member");
    for (std::string const outer : {"from", "to", "agreement", "policy", "consent", "obligations"}) {
        BOOST_TEST(refusal_of(parse_message(with_inner(outer, "extra", 1))) == "message.unknown_member", outer);
    }
}

BOOST_AUTO_TEST_CASE(a_wrong_member_is_refused_with_its_own_code) {
    struct Row {
        std::string key;
        Json value;
        std::string_view code;
    };
    std::string const zeros(64, '0');
    auto too_many = Json::array();
    for (int i = 0; i <= 200; ++i) too_many.push("019a1b2c-3d4e-7a5b-8c6d-7e8f90a1b2c4");
    for (auto const& row : std::initializer_list<Row>{
             {"version", 2, "message.unknown_version"},
             {"version", 0, "message.unknown_version"},
             {"version", "1", "message.wrong_type"},
             {"schema", 0, "message.out_of_range"},
             {"schema", std::int64_t{1} << 40, "message.out_of_range"},
             {"sequence", 0, "message.out_of_range"},
             {"sequence", -1, "message.out_of_range"},
             {"sequence", "7", "message.wrong_type"},
             {"id", "x", "message_id.malformed"},
             {"id", std::string(65, 'a'), "message.too_long"},
             {"in_reply_to", "x", "message_id.malformed"},
             {"in_reply_to", "", "message_id.malformed"},
             {"in_reply_to", nullptr, "message.wrong_type"},
             {"replaces", "x", "message.wrong_type"},
             {"replaces", Json::array(), "message.out_of_range"},
             {"replaces", Json::array().push("x"), "message_id.malformed"},
             {"replaces", Json::array().push(7), "message.wrong_type"},
             {"replaces", too_many, "message.too_long"},
             {"stream", "kh-mosvy/th-msdhs/" + std::string(subject), "message.bad_stream"},
             {"stream", "th-msdhs/kh-mosvy", "message.bad_stream"},
             {"type", "case_dump", "message.unknown_type"},
             {"from", "th-msdhs", "message.wrong_type"},
             {"sent_at", "2026-11-23", "time.bad_timestamp"},
             {"expires_at", "2026-11-31T00:00:00.000Z", "time.bad_timestamp"},
             {"expires_at", "2026-11-23T21:20:11.322Z", "message.expires_before_sent"},
             {"expires_at", "2026-12-24T21:20:11.323Z", "message.life_too_long"},
             {"procedure", "", "message.bad_reference"},
             {"procedure", "a b", "message.bad_reference"},
             {"purpose", "curiosity", "purpose.unknown"},
             {"subject", "th-1", "subject.malformed"},
             {"log_head", "42", "message.bad_log_head"},
             {"log_head", "-1 " + zeros, "message.bad_log_head"},
             {"log_head", "042 " + zeros, "message.bad_log_head"},
             {"log_head", "42  " + zeros, "message.bad_log_head"},
             {"log_head", " 42 " + zeros, "message.bad_log_head"},
             {"log_head", std::string(20, '9') + zeros, "message.bad_log_head"},
             {"body", Json::array(), "message.wrong_type"},
             {"body", "{}", "message.wrong_type"},
             {"body", nullptr, "message.wrong_type"},
             {"padding", "00 0", "message.bad_padding"},
             {"padding", 0, "message.wrong_type"},
         }) {
        BOOST_TEST(refusal_of(parse_message(with(row.key, row.value))) == row.code, row.key);
    }
}

BOOST_AUTO_TEST_CASE(a_wrong_inner_member_is_refused_with_its_own_code) {
    struct Row {
        std::string outer, key;
        Json value;
        std::string_view code;
    };
    for (auto const& row : std::initializer_list<Row>{
             {"from", "node", "TH", "node_id.malformed"},
             {"from", "office", "Sa Kaeo", "office.malformed"},
             {"to", "node", 1, "message.wrong_type"},
             {"to", "office", std::string(41, 'a'), "message.too_long"},
             {"agreement", "digest", "abc", "encoding.bad_digest"},
             {"policy", "id", "", "message.bad_reference"},
             {"policy", "id", "a\u202Eb", "message.bad_reference"},
             {"policy", "version", 0, "message.out_of_range"},
             {"policy", "digest", std::string(64, 'F'), "encoding.bad_digest"},
             {"consent", "id", "", "message.bad_reference"},
             {"consent", "epoch", -1, "message.out_of_range"},
             {"consent", "form", "", "encoding.bad_digest"},
             {"obligations", "retain_until", "never", "time.bad_timestamp"},
             {"obligations", "retain_until", "2026-11-23T21:20:11.321Z", "message.retained_before_sent"},
             {"obligations", "onward_transfer", "any", "message.onward_transfer"},
             {"obligations", "onward_transfer", "", "message.onward_transfer"},
         }) {
        BOOST_TEST(refusal_of(parse_message(with_inner(row.outer, row.key, row.value))) == row.code,
                   row.outer << '.' << row.key);
    }
}

BOOST_AUTO_TEST_CASE(a_life_of_31_days_is_the_longest) {
    BOOST_TEST(refusal_of(parse_message(with("expires_at", "2026-12-24T21:20:11.322Z"))) == "");
}

BOOST_AUTO_TEST_CASE(another_version_is_named_before_its_unknown_members) {
    BOOST_TEST(refusal_of(parse_message(R"({"version":2,"new":true})")) == "message.unknown_version");
}

BOOST_AUTO_TEST_CASE(padding_anywhere_but_last_is_refused) {
    auto const first = written([](Json& json) { json.set("padding", "0"); });
    BOOST_TEST(refusal_of(parse_message(first)) == "");
    auto json = *parse_json(valid());
    auto members = *json.as_object();
    std::rotate(members.begin(), members.end() - 1, members.end());
    BOOST_TEST(refusal_of(parse_message(dump(Json(std::move(members))))) == "message.bad_padding");
}

BOOST_AUTO_TEST_CASE(a_payload_that_is_no_object_is_refused) {
    BOOST_TEST(refusal_of(parse_message("[]")) == "message.wrong_type");
    BOOST_TEST(refusal_of(parse_message("null")) == "message.wrong_type");
    BOOST_TEST(refusal_of(parse_message("{}")) == "message.missing_member");
    BOOST_TEST(refusal_of(parse_message("")) == "json.malformed");
    BOOST_TEST(refusal_of(parse_message(valid() + valid())) == "json.malformed");
    BOOST_TEST(refusal_of(parse_message(std::string(100'000, '['))) == "json.too_deep");
    BOOST_TEST(refusal_of(parse_message(std::string((1 << 20) + 1, ' '))) == "json.too_large");
}

BOOST_AUTO_TEST_CASE(a_repeated_member_is_refused) {
    auto const text = valid();
    BOOST_TEST(refusal_of(parse_message(R"({"version":1,)" + text.substr(1))) == "json.duplicate_key");
}

BOOST_AUTO_TEST_CASE(mutated_messages_parse_or_are_refused_with_a_code_of_form) {
    constexpr std::array<std::string_view, 9> prefixes = {"json.",   "message.", "message_id.", "purpose.", "node_id.",
                                                          "office.", "time.",    "encoding.",   "subject."};
    std::mt19937 random(5);
    auto const text = valid();
    for (int i = 0; i < test::mutation_rounds; ++i) {
        auto const code = refusal_of(parse_message(test::mutated(text, random)));
        auto const fits = [code](std::string_view prefix) { return code.starts_with(prefix); };
        BOOST_REQUIRE((code.empty() || std::any_of(prefixes.begin(), prefixes.end(), fits)));
    }
}

BOOST_AUTO_TEST_SUITE_END()
