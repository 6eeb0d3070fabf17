// What is signed and sealed as it should be, and says what it must not.
#include "daemon/clock.h"
#include "tests/faults/adversary/corpus.h"
#include "tests/faults/forged_message.h"
#include "tests/faults/wire.h"

namespace casebridge::test {
namespace {

using namespace std::chrono_literals;

struct Saying {
    Attacker const& attacker;
    std::vector<Item>& items;

    void add(std::string const& kind, std::string const& name, std::string const& payload, std::string expected) {
        items.push_back(posted(kind, name, seal_payload(payload, attacker.identity.signer, attacker.recipient),
                               {std::move(expected)}));
    }
    void add(std::string const& kind, std::string const& name, Json const& message, std::string expected) {
        add(kind, name, payload_of(message), std::move(expected));
    }
    [[nodiscard]] Json message() const { return valid_message(attacker.from, attacker.to, attacker.agreement); }
    [[nodiscard]] Json message(std::string const& member, Json const& value) const {
        auto changed = message();
        changed.set(member, value);
        return changed;
    }
    [[nodiscard]] Json lasting(Timestamp from, Timestamp until) const {
        auto changed = message();
        changed.set("sent_at", to_rfc3339(from)).set("expires_at", to_rfc3339(until));
        changed.set("obligations",
                    Json::object().set("retain_until", to_rfc3339(from + 96h)).set("onward_transfer", "none"));
        return changed;
    }
};

void add_json(Saying& saying) {
    std::string const kind = "message: JSON";
    std::string keys = "{";
    for (int number = 0; number < 100'000; ++number) keys += "\"" + std::to_string(number) + "\":0,";
    auto const whole = payload_of(saying.message());
    saying.add(kind, "a thousand deep", std::string(1000, '['), "400 json.too_deep");
    saying.add(kind, "a key twice", std::string("{\"version\":1,\"version\":1}"), "400 json.duplicate_key");
    saying.add(kind, "100,000 keys", keys + "\"x\":0}", "400 json.too_many_members");
    saying.add(kind, "not UTF-8", std::string("\xff"), "400 json.not_utf8");
    saying.add(kind, "cut off", whole.substr(0, whole.size() - 1), "400 json.malformed");
    saying.add(kind, "trailing bytes", whole + "{}", "400 json.malformed");
    saying.add(kind, "nothing but an object", std::string("{}"), "400 message.missing_member");
    saying.add(kind, "another version", std::string("{\"version\":2}"), "400 message.unknown_version");
    saying.add(kind, "an unknown member", saying.message("x", 1), "400 message.unknown_member");
    saying.add(kind, "a wrong type", saying.message("sequence", "1"), "400 message.wrong_type");
}

void add_addresses(Saying& saying) {
    std::string const kind = "message: addresses";
    auto const address = [](std::string const& node, OfficeId const& office) {
        return Json::object().set("node", node).set("office", office.text());
    };
    auto const& attacker = saying.attacker;
    auto in_another_name = valid_message({attacker.to.node, attacker.from.office}, attacker.to, attacker.agreement);
    saying.add(kind, "in the victim's own name", in_another_name, "403 message.wrong_signer");
    auto const elsewhere = valid_message(attacker.from, {attacker.from.node, attacker.to.office}, attacker.agreement);
    saying.add(kind, "to another node", elsewhere, "403 message.not_for_us");
    saying.add(kind, "from no node", saying.message("from", address("nowhere", attacker.from.office)),
               "400 node_id.malformed");
}

void add_times(Saying& saying) {
    std::string const kind = "message: times";
    auto const now = SystemClock().now();
    saying.add(kind, "of tomorrow", saying.lasting(now + 24h, now + 48h), "503 message.from_the_future");
    saying.add(kind, "of yesterday", saying.lasting(now - 48h, now - 24h), "410 message.expired");
    saying.add(kind, "for ever", saying.lasting(now, now + 24h * 365 * 1000), "400 message.life_too_long");
    saying.add(kind, "no time", saying.message("sent_at", "now"), "400 time.bad_timestamp");
}

/// The message of the prelude once more, and others under its id.
void add_repetitions(Saying& saying, Json const& known) {
    auto again = known;
    again.set("sequence", 2);
    saying.add("message: used id", "other content", again, "409 message.id_reused");
    again.set("sequence", 3);
    saying.add("message: used id", "yet other content", again, "409 message.id_reused");
}

void add_questions(Saying& saying) {
    auto const add = [&](char const* name, Bytes const& sealed, char const* expected) {
        auto item = posted("question", name, sealed, {expected});
        item.request.replace(item.request.find("/exchange/v1/messages"), 21, "/exchange/v1/queries");
        saying.items.push_back(std::move(item));
    };
    auto const sealed = [&](std::string const& payload) {
        return seal_payload(payload, saying.attacker.identity.signer, saying.attacker.recipient);
    };
    add("a message", sealed(payload_of(saying.message())), "400 query.wrong_type");
    add("nothing but an object", sealed("{}"), "400 query.missing_member");
    add("no CMS", to_bytes("x"), "400 gate.outer_structure");
}

}  // namespace

std::vector<Item> message_items(Attacker const& attacker, Json const& known) {
    std::vector<Item> items;
    Saying saying{attacker, items};
    add_json(saying);
    add_addresses(saying);
    add_times(saying);
    add_repetitions(saying, known);
    add_questions(saying);
    return items;
}

}  // namespace casebridge::test
