// The manifest of an evidence bundle, leaves as evidence reads them, and what an auditor trusts.
#include "policies/evidence/leaf.h"
#include "policies/evidence/verdict.h"
#include "tests/support/check_code.h"

using namespace casebridge;
using namespace casebridge::test;

BOOST_AUTO_TEST_SUITE(evidence_bundle)

namespace {

EvidenceManifest sample() {
    return {.exported_at = must(parse_rfc3339("2026-11-29T01:02:03.004Z")),
            .exporter = must(NodeId::parse("th-msdhs")),
            .side = EvidenceSide::sender,
            .sender = must(NodeId::parse("th-msdhs")),
            .recipient = must(NodeId::parse("kh-mosvy")),
            .message = must(MessageId::parse("019a2b3c-4d5e-7f60-8192-a3b4c5d6e7f8")),
            .files = {{"head.checkpoint", 12, sha256(as_bytes("head"))}, {"log.vkey", 7, sha256(as_bytes("key"))}}};
}

std::string replaced(std::string text, std::string const& what, std::string const& by) {
    auto const at = text.find(what);
    BOOST_REQUIRE_MESSAGE(at != std::string::npos, what);
    return text.replace(at, what.size(), by);
}

std::string const leaf_text =
    R"({"v":1,"at":"2026-11-23T21:20:11.322Z","kind":"release","actor":{"officer":"somchai","role":"data_officer"},)"
    R"("facts":{"peer":"kh-mosvy","consent_epoch":3},)"
    R"("commitment":"c9c3a4403b467989976e5221cd8f63de68badc965b7150affb487e2b424e697b"})";

}  // namespace

BOOST_AUTO_TEST_CASE(a_manifest_reads_as_it_was_written) {
    auto const text = sample().text();
    BOOST_CHECK_EQUAL(must(EvidenceManifest::parse(text)).text(), text);
}

BOOST_AUTO_TEST_CASE(a_manifest_that_says_anything_else_is_refused_with_a_code) {
    auto const text = sample().text();
    auto const code = [&](std::string const& what, std::string const& by) {
        return code_of(EvidenceManifest::parse(replaced(text, what, by)));
    };
    BOOST_CHECK_EQUAL(code("casebridge-evidence/1", "casebridge-evidence/2"), "evidence.unknown_format");
    BOOST_CHECK_EQUAL(code("\"side\": \"sender\"", "\"side\": \"recipient\""), "evidence.bad_manifest");
    BOOST_CHECK_EQUAL(code("\"side\": \"sender\"", "\"side\": \"both\""), "evidence.bad_manifest");
    BOOST_CHECK_EQUAL(code("\"recipient\": \"kh-mosvy\"", "\"recipient\": \"th-msdhs\""), "evidence.bad_manifest");
    BOOST_CHECK_EQUAL(code("\"exporter\": \"th-msdhs\"", "\"exporter\": \"kh-mosvy\""), "evidence.bad_manifest");
    BOOST_CHECK_EQUAL(code("log.vkey", "../log.vkey"), "evidence.bad_manifest");
    BOOST_CHECK_EQUAL(code("log.vkey", "head.checkpoint"), "evidence.bad_manifest");
    BOOST_CHECK_EQUAL(code("\"bytes\": 12", "\"bytes\": -1"), "evidence.bad_manifest");
    BOOST_CHECK_EQUAL(code("\"bytes\": 12", "\"bytes\": \"12\""), "evidence.wrong_type");
    BOOST_CHECK_EQUAL(code("\"message\":", "\"massage\":"), "evidence.missing_member");
    BOOST_CHECK_EQUAL(code("\"format\":", "\"more\": 1, \"format\":"), "evidence.unknown_member");
    BOOST_CHECK_EQUAL(code("{", "["), "json.malformed");
}

BOOST_AUTO_TEST_CASE(files_stand_in_the_order_of_their_names_and_each_once) {
    auto twice = sample();
    twice.files.push_back(twice.files.back());
    BOOST_CHECK_EQUAL(code_of(EvidenceManifest::parse(twice.text())), "evidence.bad_manifest");
    auto reversed = sample();
    std::swap(reversed.files.front(), reversed.files.back());
    BOOST_CHECK_EQUAL(code_of(EvidenceManifest::parse(reversed.text())), "evidence.bad_manifest");
}

BOOST_AUTO_TEST_CASE(a_leaf_of_version_1_is_read_and_no_other) {
    auto const leaf = must(EvidenceLeaf::parse(as_bytes(leaf_text)));
    BOOST_CHECK_EQUAL(leaf.kind, "release");
    BOOST_CHECK_EQUAL(leaf.officer, "somchai");
    BOOST_CHECK_EQUAL(leaf.fact("peer"), "kh-mosvy");
    BOOST_CHECK_EQUAL(leaf.fact("consent_epoch"), "3");
    BOOST_CHECK_EQUAL(leaf.fact("nothing"), "");
    auto const code = [&](std::string const& what, std::string const& by) {
        return code_of(EvidenceLeaf::parse(as_bytes(replaced(leaf_text, what, by))));
    };
    BOOST_CHECK_EQUAL(code("\"v\":1", "\"v\":2"), "evidence.unknown_leaf_version");
    BOOST_CHECK_EQUAL(code("\"kind\":\"release\",", ""), "evidence.missing_member");
    BOOST_CHECK_EQUAL(code("2026-11-23T", "2026-13-23T"), "evidence.bad_leaf");
    BOOST_CHECK_EQUAL(code("c9c3", "C9C3"), "evidence.bad_leaf");
    BOOST_CHECK_EQUAL(code("\"role\":\"data_officer\"", "\"role\":7"), "evidence.wrong_type");
}

BOOST_AUTO_TEST_CASE(trust_is_read_from_lines_and_each_wrong_one_is_named) {
    auto const key = must(NoteVerifier::make("casebridge.internal/th-msdhs/log", NoteKeyType::signature, Bytes(32, 7)));
    auto const witness = must(NoteVerifier::make("example.org/w", NoteKeyType::cosignature, Bytes(32, 8)));
    auto const root = sha256(as_bytes("root")).hex();
    EvidenceTrust trust;
    must(trust.add_lines("# of the meeting\n\nroot th-msdhs=" + root + "\r\nlog " + key.text() + "\nwitness " +
                         witness.text()));
    BOOST_CHECK_EQUAL(trust.roots.at(must(NodeId::parse("th-msdhs"))).hex(), root);
    BOOST_CHECK_EQUAL(trust.logs.size(), 1U);
    BOOST_CHECK_EQUAL(trust.witnesses.size(), 1U);
    CHECK_CODE(trust.add_root("th-msdhs=" + sha256(as_bytes("another")).hex()), "trust_list.root_twice");
    CHECK_CODE(trust.add_root("th-msdhs"), "trust_list.bad_root");
    CHECK_CODE(trust.add_root("th-msdhs=AB:CD"), "trust_list.bad_root");
    CHECK_CODE(trust.add_log(witness.text()), "trust_list.wrong_key_type");
    CHECK_CODE(trust.add_witness(key.text()), "trust_list.wrong_key_type");
    auto const wrong = trust.add_lines("log " + key.text() + "\nlag " + key.text() + "\n");
    CHECK_CODE(wrong, "trust_list.bad_line");
    BOOST_CHECK_EQUAL(wrong.error().detail, "line 2");
}

BOOST_AUTO_TEST_CASE(a_fingerprint_is_read_as_officers_compare_it) {
    auto const digest = sha256(as_bytes("root"));
    std::string pairs;
    for (std::size_t i = 0; i < 64; i += 2) pairs += (i == 0 ? "" : ":") + digest.hex().substr(i, 2);
    for (auto& c : pairs)
        if (c >= 'a' && c <= 'f') c = static_cast<char>(c - 'a' + 'A');
    EvidenceTrust trust;
    must(trust.add_root("kh-mosvy=" + pairs));
    BOOST_CHECK(trust.roots.begin()->second == digest);
    pairs[2] = '-';
    CHECK_CODE(trust.add_root("kh-mosvy=" + pairs), "trust_list.bad_root");
}

BOOST_AUTO_TEST_CASE(an_empty_folder_proves_nothing) {
    auto const verdict = judge({}, {}, Timestamp{});
    BOOST_CHECK(verdict.finding() == Finding::broken);
    BOOST_CHECK_EQUAL(verdict.links.at(0).code, "evidence.file_missing");
    BOOST_CHECK(Verdict{}.finding() == Finding::broken);
}

BOOST_AUTO_TEST_SUITE_END()
