#include "tests/faults/forged_message.h"

#include "daemon/clock.h"
#include "policies/wire.h"
#include "tests/support/check_code.h"

namespace casebridge::test {

namespace {

using namespace std::chrono_literals;

std::string random_text(std::size_t size) {
    return to_text(random_bytes(size));
}

}  // namespace

Json valid_message(Address const& from, Address const& to, Digest const& agreement) {
    auto const now = SystemClock().now();
    auto const digest = sha256(as_bytes("x")).hex();
    auto const subject = SubjectReference::from_random(random_text(16));
    auto const address = [](Address const& at) {
        return Json::object().set("node", at.node.text()).set("office", at.office.text());
    };
    auto json = Json::object();
    json.set("version", 1).set("schema", schema_version).set("id", MessageId::make(now, random_text(10)).text());
    json.set("stream", stream_name(from.node, to.node, subject)).set("sequence", 1).set("type", "case_summary");
    json.set("from", address(from)).set("to", address(to));
    json.set("sent_at", to_rfc3339(now)).set("expires_at", to_rfc3339(now + 24h));
    json.set("purpose", "return_and_handover").set("subject", subject.text());
    json.set("agreement", Json::object().set("digest", agreement.hex()));
    json.set("policy", Json::object().set("id", "example").set("version", 1).set("digest", digest));
    json.set("consent", Json::object().set("id", "consent").set("epoch", 1).set("form", digest));
    json.set("obligations", Json::object().set("retain_until", to_rfc3339(now + 48h)).set("onward_transfer", "none"));
    json.set("log_head", "1 " + digest);
    auto fields = Json::object();
    fields.set("sex", Json::object().set("form", "exact").set("value", "female"));
    json.set("body", Json::object().set("fields", std::move(fields)).set("groups", Json::object()));
    return json;
}

std::string payload_of(Json const& message) {
    return wire::padded(message, 6 * 1024);
}

Bytes seal_payload(std::string const& payload, Signer const& signer, Certificate const& recipient) {
    auto const inner =
        must(sign(as_bytes(payload), ContentKind::message, Payload::attached, signer, SystemClock().now()));
    auto const envelope = must(seal(inner, recipient));
    return Bytes(envelope.bytes().begin(), envelope.bytes().end());
}

}  // namespace casebridge::test
