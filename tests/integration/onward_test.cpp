// Thailand told Cambodia; Cambodia passes it on to Lao PDR with Thailand's permission, or does not.
#include "tests/integration/two_nodes.h"
#include "tests/unit/daemon/raw_store.h"

#include <boost/test/unit_test.hpp>

using namespace casebridge;
using namespace casebridge::test;
using namespace std::chrono_literals;

namespace {

std::string const lao_office = "phonthong-reception-centre", lao_agreement_file = "kh-mosvy--la-mlsw.yaml";

std::string replaced(std::string text, std::string const& from, std::string const& to) {
    auto const at = text.find(from);
    BOOST_REQUIRE_MESSAGE(at != std::string::npos, "not in the text: " << from);
    return text.replace(at, from.size(), to);
}

std::string permitting(std::string const& text) {
    return replaced(text, "onward_transfer: none", "onward_transfer: with_permission");
}

/// The example agreement, as if Cambodia and Lao PDR had made it.
std::string lao_agreement(Timestamp now) {
    auto text = example_agreement(agreement_file, now);
    text = replaced(std::move(text), "id: th-msdhs--kh-mosvy", "id: kh-mosvy--la-mlsw");
    text = replaced(std::move(text), "node: th-msdhs", "node: la-mlsw");
    text = replaced(std::move(text), "- datip", "- anti-trafficking-division");
    text = replaced(std::move(text), "- aranyaprathet-shelter-office", "- " + lao_office);
    return text.substr(0, text.find("\ndirectory:") + 1);
}

std::string code_of_receipt(PeerClient::Outcome const& outcome, PinnedRoot const& pin, Timestamp now) {
    auto const& response = std::get<PeerClient::Answer>(outcome).response;
    if (response.content_type != "application/cms") return summary(outcome);
    auto const verified = must(verify(response.body, ContentKind::receipt, Payload::attached, {}, pin, now));
    auto const receipt = must(parse_receipt(to_text(verified.payload)));
    return receipt.outcome == Outcome::accepted ? "accepted" : receipt.code;
}

struct ThreeNodes : TwoNodes {
    explicit ThreeNodes(Amend const& amend = permitting) : TwoNodes(amend) {
        laos.start();
        auto const agreement = lao_agreement(clock.now());
        for (auto* each : {&cambodia, &laos}) each->write("agreements/" + lao_agreement_file, agreement);
        // What Thailand's policy lets out, Cambodia's lets on.
        cambodia.write("policies/kh-mosvy.yaml", replaced(thailand.read("policies/th-msdhs.yaml"),
                                                          "id: th-msdhs-example", "id: kh-mosvy-example"));
        cambodia.reload();
        befriend(cambodia, laos, lao_agreement_file);
        for (auto* each : {&thailand, &laos}) each->add_peer(each == &laos ? thailand : laos);
        consent("example-onward", "  - kh-mosvy/poipet-transit-centre", "  - la-mlsw/" + lao_office);
        message = delivered_message();
    }
    void teardown() {
        BOOST_CHECK_EQUAL(laos.fatal_errors(), 0);
        TwoNodes::teardown();
    }

    DemoMinistry laos{directory.path(), "la-mlsw", {"anti-trafficking-division", lao_office}, clock};
    std::string message;

    void consent(std::string const& id, std::string const& from, std::string const& to) const {
        auto text = replaced(example_consent(clock.now()), from, to);
        text = replaced(std::move(text), "id: " + consent_id, "id: " + id);
        auto const end = text.find("expires_on: ") + 12;
        auto const days = std::chrono::floor<std::chrono::days>(clock.now()) + std::chrono::days(60);
        text.replace(end, 10, to_iso8601(Date(days)));
        auto const answer =
            thailand.officer().post("/v1/consents", Json::object().set("yaml", text).set("reason", canary_reason));
        BOOST_REQUIRE_EQUAL(answer.summary(), "201");
    }
    [[nodiscard]] Json asking() const {
        return Json::object()
            .set("message", message)
            .set("node", "la-mlsw")
            .set("office", lao_office)
            .set("reason", canary_reason);
    }
    [[nodiscard]] OfficerAnswer try_permit(Json const& body) const {
        return thailand.officer().post("/v1/onward/permissions", body);
    }
    [[nodiscard]] Json permit_body(Timestamp until) const { return asking().set("until", to_rfc3339(until)); }
    void permit(std::chrono::hours life = 72h) const {
        auto const answer = try_permit(permit_body(clock.now() + life));
        BOOST_REQUIRE_EQUAL(answer.summary(), "202");
        auto const id = answer.json().text_or("permission");
        eventually("the permission is there", [&] { return thailand.outbox_state(id) == "delivered "; });
    }
    [[nodiscard]] OfficerAnswer try_pass_on() const {
        auto const preview = cambodia.officer().post("/v1/onward/copies", asking().set("dry_run", true));
        if (preview.status != 200) return preview;
        return cambodia.officer().post("/v1/onward/copies", asking().set("digest", preview.json().text_or("digest")));
    }
    [[nodiscard]] std::string pass_on() const {
        auto const answer = try_pass_on();
        BOOST_REQUIRE_EQUAL(answer.summary(), "202");
        return answer.json().text_or("message");
    }
    void wait_at(DemoMinistry const& node, std::string const& id, std::string const& state) {
        eventually(id + " " + state, [&] {
            retry();
            return node.outbox_state(id) == state;
        });
    }
    [[nodiscard]] static std::string read(DemoMinistry const& node, std::string const& id) {
        auto const answer = node.officer().get("/v1/inbox/" + id, {{"reason", std::string(canary_reason)}});
        BOOST_REQUIRE_EQUAL(answer.summary(), "200");
        auto const json = answer.json();
        auto const* const body = json.find("body");
        return body == nullptr ? std::string() : dump(*body);
    }
    [[nodiscard]] Json copy_row() const {
        auto const json = cambodia.officer().get("/v1/onward").json();
        auto const& copies = *json.find("copies")->as_array();
        BOOST_REQUIRE_EQUAL(copies.size(), 1U);
        return copies.front();
    }
};

struct NotPermitting : ThreeNodes {
    NotPermitting() : ThreeNodes(Amend{}) {}
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(onward_transfer, ThreeNodes)

BOOST_AUTO_TEST_CASE(a_permitted_copy_is_the_same_word_for_word_and_says_whose_words_they_are) {
    permit();
    auto const copy = pass_on();
    wait_at(cambodia, copy, "delivered ");
    BOOST_CHECK_EQUAL(read(laos, copy), read(cambodia, message));
    auto const there = laos.inbox().front();
    BOOST_CHECK_EQUAL(there.text_or("type"), "onward_summary");
    BOOST_CHECK_EQUAL(there.text_or("originator"), "th-msdhs");
    BOOST_CHECK_EQUAL(must(parse_json(dump(*there.find("from")))).text_or("node"), "kh-mosvy");
    // Lao PDR knows the person by another reference than Cambodia and Thailand do.
    BOOST_CHECK(there.text_or("subject") != cambodia.inbox().back().text_or("subject"));
    BOOST_CHECK(there.text_or("retain_until") <= cambodia.inbox().back().text_or("retain_until"));
    BOOST_REQUIRE_EQUAL(thailand.leaves("onward.permit").size(), 1U);
    BOOST_CHECK_EQUAL(thailand.leaves("onward.permit").front().text_or("recipient"), "la-mlsw");
    BOOST_REQUIRE_EQUAL(cambodia.leaves("onward.send").size(), 1U);
    BOOST_CHECK_EQUAL(cambodia.leaves("onward.send").front().text_or("originator"), "th-msdhs");
    BOOST_CHECK_EQUAL(cambodia.leaves("officer.preview_copy").size(), 1U);
    BOOST_CHECK_EQUAL(copy_row().text_or("state"), "delivered");
    auto const printed =
        thailand.officer()
            .get("/v1/cases/register", {{"case", std::string(canary_case)}, {"reason", std::string(canary_reason)}})
            .json();
    auto const entry = printed.find("disclosures")->as_array()->front();
    BOOST_REQUIRE_EQUAL(entry.find("passed_on")->as_array()->size(), 1U);
    BOOST_CHECK_EQUAL(entry.find("passed_on")->as_array()->front().find("to")->text_or("node"), "la-mlsw");
    // A second copy about the same person goes by the same reference.
    auto const second = pass_on();
    wait_at(cambodia, second, "delivered ");
    BOOST_CHECK_EQUAL(laos.inbox().front().text_or("subject"), there.text_or("subject"));
    // Our own copies of the copy are gone; the original is copy enough.
    BOOST_CHECK_EQUAL(
        cambodia.officer().get("/v1/outbox/" + copy + "/sealed", {{"reason", std::string(canary_reason)}}).summary(),
        "404 content.erased");
}

BOOST_AUTO_TEST_CASE(without_a_permission_for_just_this_office_nothing_is_passed_on) {
    BOOST_CHECK_EQUAL(try_pass_on().summary(), "409 onward.not_permitted");
    permit();
    auto const other = asking().set("office", "anti-trafficking-division").set("dry_run", true);
    BOOST_CHECK_EQUAL(cambodia.officer().post("/v1/onward/copies", other).summary(), "409 onward.not_permitted");
    auto const unknown = asking().set("message", "019a1b2c-3d4e-7a5b-8c6d-7e8f90a1b2c3").set("dry_run", true);
    BOOST_CHECK_EQUAL(cambodia.officer().post("/v1/onward/copies", unknown).summary(), "404 onward.unknown_message");
    BOOST_CHECK_EQUAL(cambodia.officer().post("/v1/onward/copies", asking()).summary(), "400 request.missing");
    auto const guess = asking().set("digest", sha256({}).hex());
    BOOST_CHECK_EQUAL(cambodia.officer().post("/v1/onward/copies", guess).summary(), "409 onward.preview_outdated");
    // Whoever got a copy cannot pass it on.
    auto const copy = pass_on();
    wait_at(cambodia, copy, "delivered ");
    auto further = asking().set("message", copy).set("node", "th-msdhs").set("office", "datip");
    BOOST_CHECK_EQUAL(laos.officer().post("/v1/onward/copies", further.set("dry_run", true)).summary(),
                      "404 onward.unknown_message");
}

BOOST_AUTO_TEST_CASE(a_permission_is_given_only_for_what_stands_and_whom_the_person_named) {
    auto const until = clock.now() + 72h;
    auto const code = [&](Json const& body) { return try_permit(body).summary(); };
    BOOST_CHECK_EQUAL(code(permit_body(clock.now())), "409 onward.until_out_of_range");
    BOOST_CHECK_EQUAL(code(permit_body(clock.now() + 24h * 5000)), "409 onward.until_out_of_range");
    BOOST_CHECK_EQUAL(code(asking().set("until", "soon")), "400 time.bad_timestamp");
    BOOST_CHECK_EQUAL(code(asking()), "400 request.missing");
    BOOST_CHECK_EQUAL(code(permit_body(until).set("message", "019a1b2c-3d4e-7a5b-8c6d-7e8f90a1b2c3")),
                      "404 onward.unknown_message");
    BOOST_CHECK_EQUAL(code(permit_body(until).set("node", "kh-mosvy")), "409 onward.wrong_recipient");
    BOOST_CHECK_EQUAL(code(permit_body(until).set("node", "th-msdhs")), "409 onward.wrong_recipient");
    BOOST_CHECK_EQUAL(code(permit_body(until).set("node", "vn-molisa")), "404 peer.unknown");
    BOOST_CHECK_EQUAL(code(permit_body(until).set("office", "anti-trafficking-division")),
                      "409 onward.consent_does_not_name");
    BOOST_CHECK_EQUAL(code(permit_body(clock.now() + 24h * 100)),
                      "409 onward.consent_does_not_name");  // it ends before
    BOOST_CHECK_EQUAL(code(permit_body(until).set("dry_run", true)), "200");
    BOOST_CHECK(thailand.leaves("onward.permit").empty());
    cambodia.stop();
    auto const waiting = queue();
    BOOST_CHECK_EQUAL(code(permit_body(until).set("message", waiting)), "409 onward.not_delivered");
    withdraw_consent();
    BOOST_CHECK_EQUAL(code(permit_body(until)), "409 onward.not_standing");
}

BOOST_AUTO_TEST_CASE(after_its_end_a_permission_permits_nothing) {
    permit(24h);
    laos.stop();
    auto const copy = pass_on();
    clock.turn(25h);
    BOOST_CHECK_EQUAL(try_pass_on().summary(), "409 onward.expired");
    wait_at(cambodia, copy, "expired outbox.expired");
    laos.start();
    BOOST_CHECK(laos.inbox().empty());
}

BOOST_AUTO_TEST_CASE(a_withdrawal_reaches_whoever_was_told_by_another) {
    permit();
    auto const copy = pass_on();
    wait_at(cambodia, copy, "delivered ");
    withdraw_consent();
    eventually("all have answered", [&] {
        retry();
        auto const here = thailand.duties();
        auto const there = cambodia.duties();
        auto const answered = [](Json const& duty) { return duty.text_or("state") == "answered"; };
        return !here.empty() && answered(here.front()) && std::ranges::any_of(there, answered);
    });
    BOOST_CHECK_EQUAL(read(cambodia, message), "");
    BOOST_CHECK_EQUAL(read(laos, copy), "");
    auto const duty = thailand.duties().front();
    BOOST_CHECK(*duty.find("erased")->find("passed_on") == Json(1));
    BOOST_CHECK(!copy_row().text_or("recalled_at").empty());
    BOOST_CHECK_EQUAL(cambodia.leaves("onward.recall").size(), 1U);
    BOOST_CHECK_EQUAL(try_pass_on().summary(), "409 onward.withdrawn");
}

BOOST_AUTO_TEST_CASE(a_copy_that_waits_when_the_consent_is_withdrawn_never_leaves) {
    permit();
    laos.stop();
    auto const copy = pass_on();
    withdraw_consent();
    eventually("it is recalled", [&] {
        retry();
        return !copy_row().text_or("recalled_at").empty();
    });
    laos.start();
    eventually("it is refused", [&] {
        retry();
        return cambodia.outbox_state(copy) == "refused onward.withdrawn";
    });
    for (auto const& each : laos.inbox()) BOOST_CHECK_EQUAL(each.text_or("type"), "retraction");
}

BOOST_AUTO_TEST_CASE(a_copy_that_waits_while_the_policy_narrows_never_leaves) {
    permit();
    laos.stop();
    auto const copy = pass_on();
    auto policy = cambodia.read("policies/kh-mosvy.yaml");
    std::string const given = "      names.given: exact\n";
    policy.erase(policy.find(given, policy.find("purpose: return_and_handover")), given.size());
    cambodia.write("policies/kh-mosvy.yaml", policy);
    cambodia.reload();
    laos.start();
    wait_at(cambodia, copy, "refused onward.beyond_policy");
    BOOST_CHECK(laos.inbox().empty());
}

BOOST_AUTO_TEST_CASE(a_copy_that_waits_when_its_agreement_is_no_longer_signed_never_leaves) {
    permit();
    laos.stop();
    auto const copy = pass_on();
    std::filesystem::remove(cambodia.directory() / "agreements" / (lao_agreement_file + ".la-mlsw.p7s"));
    cambodia.reload();
    laos.start();
    wait_at(cambodia, copy, "refused onward.no_agreement");
    BOOST_CHECK(laos.inbox().empty());
}

BOOST_AUTO_TEST_CASE(what_was_replaced_is_recalled_too) {
    permit();
    auto const copy = pass_on();
    wait_at(cambodia, copy, "delivered ");
    change_name("Anders");
    auto const update = Json::object().set("case", canary_case).set("reason", canary_reason);
    auto asked = update;
    auto const shown = thailand.officer().post("/v1/cases/update", asked.set("dry_run", true)).json();
    asked = update;
    BOOST_REQUIRE_EQUAL(
        thailand.officer().post("/v1/cases/update", asked.set("digest", shown.text_or("digest"))).summary(), "200");
    eventually("it is gone there", [&] {
        retry();
        return read(laos, copy).empty();
    });
    BOOST_CHECK_EQUAL(try_pass_on().summary(), "409 onward.withdrawn");
    BOOST_CHECK_EQUAL(try_permit(permit_body(clock.now() + 1h)).summary(), "409 onward.not_standing");
}

BOOST_AUTO_TEST_CASE(neither_more_than_the_agreement_nor_than_the_policy_is_passed_on) {
    permit();
    auto const policy = cambodia.read("policies/kh-mosvy.yaml");
    auto const rule = policy.find("purpose: return_and_handover");
    auto narrow = policy;
    std::string const given = "      names.given: exact\n";
    narrow.erase(narrow.find(given, rule), given.size());
    cambodia.write("policies/kh-mosvy.yaml", narrow);
    cambodia.reload();
    BOOST_CHECK_EQUAL(try_pass_on().summary(), "409 onward.beyond_policy");
    auto without = policy;
    without.replace(without.find("recipients: any", rule), 15, "recipients: [th-msdhs]");
    cambodia.write("policies/kh-mosvy.yaml", without);
    cambodia.reload();
    BOOST_CHECK_EQUAL(try_pass_on().summary(), "409 onward.not_in_policy");
    // Whether the case meets the condition only Thailand knows.
    auto conditional = policy;
    conditional.replace(conditional.find("recipients: any", rule), 15,
                        "recipients: any\n    when:\n      minimum_age: 18");
    cambodia.write("policies/kh-mosvy.yaml", conditional);
    cambodia.reload();
    BOOST_CHECK_EQUAL(try_pass_on().summary(), "409 onward.not_in_policy");
    cambodia.write("policies/kh-mosvy.yaml", policy);
    std::filesystem::remove(cambodia.directory() / "agreements" / (lao_agreement_file + ".la-mlsw.p7s"));
    cambodia.reload();
    BOOST_CHECK_EQUAL(try_pass_on().summary(), "409 onward.no_agreement");
}

BOOST_AUTO_TEST_CASE(a_holder_that_lies_is_found_out_by_the_recipient) {
    permit();
    laos.stop();
    auto const copy = pass_on();
    auto const keys = cambodia.identity();
    laos.start();
    auto const sealed =
        cambodia.officer().get("/v1/outbox/" + copy + "/sealed", {{"reason", std::string(canary_reason)}}).body;
    auto const honest = opened(laos.identity(), to_bytes(sealed), cambodia.pin(), clock.now());
    auto const written = must(parse_json(to_text(honest.payload())));
    PeerClient khmer(cambodia.tls_identity());
    auto const post = [&](auto change) {
        auto json = Json::object();
        auto const id = MessageId::make(clock.now(), to_text(random_bytes(10)));
        for (auto const& [key, value] : *written.as_object()) json.set(key, key == "id" ? Json(id.text()) : value);
        change(json);
        auto const inner =
            must(sign(as_bytes(dump(json)), ContentKind::message, Payload::attached, keys.signer, clock.now()));
        auto const envelope = must(seal(inner, laos.identity().encryption_chain.front()));
        auto const outcome =
            post_message(khmer, laos.target(), Bytes(envelope.bytes().begin(), envelope.bytes().end()));
        return code_of_receipt(outcome, laos.pin(), clock.now());
    };
    auto const origin = *written.find("onward");
    auto const with_origin = [&](std::string const& key, Json const& value) {
        return post([&](Json& json) { json.set("onward", Json(origin).set(key, value)); });
    };
    BOOST_CHECK_EQUAL(post([](Json&) {}), "accepted");
    auto fewer = *written.find("body")->find("fields")->as_object();
    fewer.erase(fewer.begin());
    BOOST_CHECK_EQUAL(post([&](Json& json) {
                          auto body = Json(*json.find("body"));
                          json.set("body", body.set("fields", Json(fewer)));
                      }),
                      "onward.wrong_body");
    BOOST_CHECK_EQUAL(post([](Json& json) {
                          auto to = Json(*json.find("to"));
                          json.set("to", to.set("office", "anti-trafficking-division"));
                      }),
                      "onward.wrong_recipient");
    BOOST_CHECK_EQUAL(with_origin("originator", "vn-molisa"), "onward.unknown_originator");
    BOOST_CHECK_EQUAL(with_origin("originator", "kh-mosvy"), "onward.bad_permission");
    BOOST_CHECK_EQUAL(with_origin("permission", to_base64(Bytes{1, 2, 3})), "onward.bad_permission");
    auto const permission = must(from_base64(origin.text_or("permission")));
    auto const words = must(parse_onward_permission(
        to_text(must(verify(permission, ContentKind::permission, Payload::attached, {}, thailand.pin(), clock.now()))
                    .payload)));
    // Its own signature under the same words, in its own name and in the originator's.
    for (auto const* name : {"th-msdhs", "kh-mosvy"}) {
        auto forged = words;
        forged.until = clock.now() + 24h * 3000;
        auto const resigned = must(
            sign(as_bytes(to_payload(forged)), ContentKind::permission, Payload::attached, keys.signer, clock.now()));
        auto const bytes = Bytes(resigned.bytes().begin(), resigned.bytes().end());
        BOOST_CHECK_EQUAL(post([&](Json& json) {
                              json.set("onward",
                                       Json::object().set("originator", name).set("permission", to_base64(bytes)));
                          }),
                          "onward.bad_permission");
    }
    // A message of the originator's is no permission.
    auto const as_message = must(sign(as_bytes(to_payload(words)), ContentKind::message, Payload::attached,
                                      thailand.identity().signer, clock.now()));
    BOOST_CHECK_EQUAL(with_origin("permission", to_base64(Bytes(as_message.bytes().begin(), as_message.bytes().end()))),
                      "onward.bad_permission");
    BOOST_CHECK_EQUAL(post([&](Json& json) { json.set("expires_at", to_rfc3339(words.until + 1h)); }),
                      "onward.expired");
    // An onward summary without a permission, and a summary with one, are no messages at all.
    BOOST_CHECK_EQUAL(post([](Json& json) { json.set("type", "case_summary"); }), "400 message.unknown_member");
    // More than the agreement of the two says is refused before the permission is looked at.
    BOOST_CHECK_EQUAL(post([&](Json& json) { json.set("agreement", Json::object().set("digest", sha256({}).hex())); }),
                      "message.unknown_agreement");
}

BOOST_AUTO_TEST_CASE(a_holder_takes_only_permissions_that_fit_what_it_holds) {
    permit();
    auto const keys = thailand.identity();
    auto const held = cambodia.inbox();
    auto const of = [&](std::string_view type) {
        for (auto const& each : held)
            if (each.text_or("type") == type) return each;
        BOOST_FAIL("no " << type);
        return Json();
    };
    auto const summary_row = of("case_summary");
    OnwardPermission const good{
        .originator = thailand.id(),
        .holder = cambodia.id(),
        .message = must(MessageId::parse(message)),
        .body = sha256(as_bytes(read(cambodia, message))),
        .recipient = {laos.id(), OfficeId("anti-trafficking-division")},
        .purpose = Purpose::return_and_handover,
        .granted_at = clock.now(),
        .until = clock.now() + 24h,
        .retain_until = clock.now() + 48h,
    };
    PeerClient thai(thailand.tls_identity());
    auto const post = [&](OnwardPermission const& words, Signer const& signer) {
        auto const document =
            must(sign(as_bytes(to_payload(words)), ContentKind::permission, Payload::attached, signer, clock.now()));
        Duty const duty{.id = MessageId::make(clock.now(), to_text(random_bytes(10))),
                        .from = {thailand.id(), OfficeId("datip")},
                        .to = {cambodia.id(), OfficeId("poipet-transit-centre")},
                        .sent_at = clock.now(),
                        .purpose = Purpose::return_and_handover,
                        .subject = must(SubjectReference::parse(summary_row.text_or("subject"))),
                        .agreement = must(Digest::from_hex(summary_row.text_or("agreement"))),
                        .log_head = "0 " + sha256({}).hex(),
                        .content = OnwardGrant{Bytes(document.bytes().begin(), document.bytes().end())}};
        auto const inner =
            must(sign(as_bytes(to_payload(duty)), ContentKind::message, Payload::attached, keys.signer, clock.now()));
        auto const envelope = must(seal(inner, cambodia.identity().encryption_chain.front()));
        auto const outcome =
            post_message(thai, cambodia.target(), Bytes(envelope.bytes().begin(), envelope.bytes().end()));
        return code_of_receipt(outcome, cambodia.pin(), clock.now());
    };
    auto const with = [&](auto change) {
        auto words = good;
        change(words);
        return post(words, keys.signer);
    };
    BOOST_CHECK_EQUAL(post(good, keys.signer), "accepted");
    BOOST_CHECK_EQUAL(post(good, laos.identity().signer), "onward.bad_permission");
    BOOST_CHECK_EQUAL(with([&](OnwardPermission& words) { words.originator = laos.id(); }), "onward.bad_permission");
    BOOST_CHECK_EQUAL(with([&](OnwardPermission& words) { words.holder = laos.id(); }), "onward.wrong_holder");
    BOOST_CHECK_EQUAL(with([&](OnwardPermission& words) { words.body = sha256({}); }), "onward.wrong_body");
    BOOST_CHECK_EQUAL(with([&](OnwardPermission& words) { words.purpose = Purpose::referral; }),
                      "onward.wrong_purpose");
    BOOST_CHECK_EQUAL(
        with([&](OnwardPermission& words) { words.message = MessageId::make(clock.now(), to_text(random_bytes(10))); }),
        "onward.unknown_message");
    withdraw_consent();
    eventually("it is gone", [&] {
        retry();
        return read(cambodia, message).empty();
    });
    BOOST_CHECK_EQUAL(post(good, keys.signer), "onward.withdrawn");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_CASE(an_agreement_that_says_none_permits_nothing, NotPermitting) {
    BOOST_CHECK_EQUAL(try_permit(permit_body(clock.now() + 1h)).summary(), "409 onward.not_in_agreement");
    BOOST_CHECK_EQUAL(try_pass_on().summary(), "409 onward.not_permitted");
}
