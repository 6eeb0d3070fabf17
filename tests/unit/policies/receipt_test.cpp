#include "parsing.h"
#include "policies/message.h"

#include <boost/test/unit_test.hpp>

using namespace casebridge;
using test::refusal_of;

BOOST_AUTO_TEST_SUITE(receipt)

namespace {

Receipt accepted() {
    return Receipt{.from = *NodeId::parse("kh-mosvy"),
                   .to = *NodeId::parse("th-msdhs"),
                   .message = *MessageId::parse("019a1b2c-3d4e-7a5b-8c6d-7e8f90a1b2c3"),
                   .inner_digest = sha256(as_bytes("inner")),
                   .code = {},
                   .at = *parse_rfc3339("2026-11-23T21:20:11.322Z"),
                   .log_index = 41,
                   .log_head = "42 " + sha256(as_bytes("root")).hex()};
}

Receipt rejected() {
    auto receipt = accepted();
    receipt.outcome = Outcome::rejected;
    receipt.code = "message.unknown_member";
    return receipt;
}

/// The receipt as JSON, with `key` set to `value`; padding stays last.
std::string changed(Receipt const& receipt, std::string const& key, Json const& value) {
    auto json = *parse_json(to_payload(receipt));
    auto const padding = *json.find("padding");
    auto members = *json.as_object();
    members.pop_back();
    json = Json(std::move(members));
    json.set(key, value);
    if (key != "padding") json.set("padding", padding);
    return dump(json);
}

std::string without(Receipt const& receipt, std::string_view key) {
    auto members = *parse_json(to_payload(receipt))->as_object();
    std::erase_if(members, [key](Json::Member const& member) { return member.first == key; });
    return dump(Json(std::move(members)));
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_receipt_reads_back_as_it_was_written) {
    for (auto const& receipt : {accepted(), rejected()}) {
        auto const read = parse_receipt(to_payload(receipt));
        BOOST_REQUIRE_MESSAGE(read, refusal_of(read));
        BOOST_TEST((read->from == receipt.from));
        BOOST_TEST((read->to == receipt.to));
        BOOST_TEST((read->message == receipt.message));
        BOOST_TEST((read->inner_digest == receipt.inner_digest));
        BOOST_TEST((read->outcome == receipt.outcome));
        BOOST_TEST(read->code == receipt.code);
        BOOST_TEST((read->at == receipt.at));
        BOOST_TEST(read->log_index == receipt.log_index);
        BOOST_TEST(read->log_head == receipt.log_head);
        BOOST_TEST(to_payload(*read) == to_payload(receipt));
    }
}

BOOST_AUTO_TEST_CASE(every_receipt_has_the_same_size) {
    auto longest = rejected();
    longest.from = *NodeId::parse("org-" + std::string(36, 'x'));
    longest.to = longest.from;
    longest.code = std::string(64, 'c');
    longest.log_index = 9223372036854775807U;
    longest.log_head = std::string(19, '9') + ' ' + std::string(64, 'f');
    for (auto const& receipt : {accepted(), rejected(), longest}) {
        BOOST_TEST(to_payload(receipt).size() == 1024U);
        BOOST_TEST(refusal_of(parse_receipt(to_payload(receipt))) == "");
    }
}

BOOST_AUTO_TEST_CASE(a_member_missing_from_a_receipt_is_refused) {
    for (std::string_view const key :
         {"version", "from", "to", "message", "inner_digest", "outcome", "at", "log_index", "log_head", "padding"}) {
        BOOST_TEST(refusal_of(parse_receipt(without(accepted(), key))) == "receipt.missing_member", key);
    }
    BOOST_TEST(refusal_of(parse_receipt(without(rejected(), "code"))) == "receipt.bad_code");
}

BOOST_AUTO_TEST_CASE(a_receipt_with_a_wrong_member_is_refused_with_its_own_code) {
    struct Row {
        std::string key;
        Json value;
        std::string_view code;
    };
    for (auto const& row :
         std::initializer_list<Row>{{"version", 2, "receipt.unknown_version"},
                                    {"version", "1", "receipt.wrong_type"},
                                    {"from", "KH", "receipt.bad_node"},
                                    {"from", 1, "receipt.wrong_type"},
                                    {"to", "", "receipt.bad_node"},
                                    {"to", std::string(41, 'a'), "receipt.too_long"},
                                    {"message", "x", "receipt.bad_message_id"},
                                    {"inner_digest", "00", "receipt.bad_digest"},
                                    {"outcome", "maybe", "receipt.unknown_outcome"},
                                    {"code", "x", "receipt.bad_code"},
                                    {"code", "", "receipt.bad_code"},
                                    {"at", "yesterday", "receipt.bad_time"},
                                    {"log_index", -1, "receipt.out_of_range"},
                                    {"log_head", "", "receipt.bad_log_head"},
                                    {"log_head", "042 " + std::string(64, '0'), "receipt.bad_log_head"},
                                    {"log_head", "42 " + std::string(64, 'A'), "receipt.bad_log_head"},
                                    {"padding", "0x0", "receipt.bad_padding"},
                                    {"padding", 0, "receipt.wrong_type"},
                                    {"extra", 0, "receipt.unknown_member"}}) {
        BOOST_TEST(refusal_of(parse_receipt(changed(accepted(), row.key, row.value))) == row.code, row.key);
    }
    for (std::string const code : {"Upper", "with space", "th:msdhs", "a\nb"}) {
        BOOST_TEST(refusal_of(parse_receipt(changed(rejected(), "code", code))) == "receipt.bad_code", code);
    }
}

BOOST_AUTO_TEST_CASE(a_receipt_that_is_no_object_is_refused) {
    BOOST_TEST(refusal_of(parse_receipt("[]")) == "receipt.wrong_type");
    BOOST_TEST(refusal_of(parse_receipt("{}")) == "receipt.missing_member");
    BOOST_TEST(refusal_of(parse_receipt("")) == "json.malformed");
    BOOST_TEST(refusal_of(parse_receipt(to_payload(accepted()) + " x")) == "json.malformed");
}

BOOST_AUTO_TEST_CASE(mutated_receipts_parse_or_are_refused_with_a_code_of_form) {
    std::mt19937 random(6);
    auto const valid = dump(Json(*parse_json(to_payload(rejected()))->as_object()).set("padding", "00"));
    for (int i = 0; i < test::mutation_rounds; ++i) {
        auto const code = refusal_of(parse_receipt(test::mutated(valid, random)));
        BOOST_REQUIRE((code.empty() || code.starts_with("json.") || code.starts_with("receipt.")));
    }
}

BOOST_AUTO_TEST_SUITE_END()
