// Notes and attachments between two real nodes: what case workers used chat programs for.
#include "notes.h"
#include "tests/unit/daemon/raw_store.h"

using namespace casebridge;
using namespace casebridge::test;

BOOST_AUTO_TEST_SUITE(two_nodes_threads)

namespace {

struct NotesAlone : Writing {
    NotesAlone() : Writing(0) {}
};
struct NoThread : Writing {
    NoThread() : Writing(-1) {}
};
struct NoNarrative : Writing {
    NoNarrative() : Writing(8, false) {}
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(officers_of_both_sides_write_and_read, Writing) {
    auto const first = write(thailand, "The bus leaves at nine.\nหน้าด่าน", pdf(3000));
    wait_for_notes(cambodia, 1);
    auto const read = notes(cambodia).front();
    BOOST_CHECK_EQUAL(read.text_or("note"), "The bus leaves at nine.\nหน้าด่าน");
    BOOST_CHECK_EQUAL(read.find("attachment")->text_or("type"), "application/pdf");
    auto const bytes = attachment(cambodia, first);
    BOOST_CHECK_EQUAL(bytes.status, 200);
    BOOST_CHECK(to_bytes(bytes.body) == pdf(3000));
    // Cambodia has no case of its own: it answers in the thread that its partner has begun.
    write(cambodia, "We shall be there.");
    wait_for_notes(thailand, 2);
    BOOST_CHECK_EQUAL(notes(thailand)[1].text_or("state"), "received");
    BOOST_CHECK_EQUAL(attachment(thailand, notes(thailand)[1].text_or("message")).summary(),
                      "404 thread.no_attachment");
    eventually("delivered", [&] { return notes(thailand)[0].text_or("state") == "delivered"; });
    BOOST_CHECK_EQUAL(thailand.leaves("procedure.note").size(), 1U);
}

BOOST_FIXTURE_TEST_CASE(what_may_not_be_written_has_a_code, Writing) {
    BOOST_CHECK_EQUAL(try_note(cambodia, "first").summary(), "409 thread.not_opened");
    BOOST_CHECK_EQUAL(try_note(thailand, "").summary(), "400 thread.empty");
    BOOST_CHECK_EQUAL(try_note(thailand, "x", to_bytes("MZ a program")).summary(), "400 thread.unknown_type");
    BOOST_CHECK_EQUAL(try_note(thailand, "x", pdf(8 * 1024 + 1)).summary(), "409 thread.attachment_too_large");
    BOOST_CHECK_EQUAL(try_note(thailand, "x", pdf(8 * 1024)).summary(), "200");
    BOOST_CHECK_EQUAL(try_note(thailand, "x", {}, Json::object().set("case", "TH-other")).summary(),
                      "409 procedure.other_case");
}

BOOST_FIXTURE_TEST_CASE(where_the_agreement_has_notes_alone_nothing_is_attached, NotesAlone) {
    BOOST_CHECK_EQUAL(try_note(thailand, "x", pdf(100)).summary(), "409 thread.attachment_too_large");
    BOOST_CHECK_EQUAL(try_note(thailand, "x").summary(), "200");
}

BOOST_FIXTURE_TEST_CASE(without_a_thread_in_the_agreement_nobody_writes, NoThread) {
    BOOST_CHECK_EQUAL(try_note(thailand, "x").summary(), "409 thread.not_in_agreement");
}

BOOST_FIXTURE_TEST_CASE(without_a_consent_to_the_narrative_nobody_writes, NoNarrative) {
    BOOST_CHECK_EQUAL(try_note(thailand, "x").summary(), "409 thread.consent_without_narrative");
}

BOOST_FIXTURE_TEST_CASE(a_withdrawn_consent_destroys_notes_and_attachments_on_both_sides, Writing) {
    write(thailand, "The bus leaves at nine.", pdf(3000));
    wait_for_notes(cambodia, 1);
    write(cambodia, "We shall be there.");
    wait_for_notes(thailand, 2);
    auto const keys = [](DemoMinistry const& node) {
        RawStore raw(node.directory() / "state" / "casebridge.db", demo_store_key());
        return must(
            from_hex(raw.run("SELECT hex(key) FROM content_keys k JOIN thread_entries t ON t.attachment = k.content")));
    };
    auto const here = keys(thailand), there = keys(cambodia);
    withdraw_consent();
    both_at(procedure, "withdrawn");
    eventually("answered", [&] {
        retry();
        return thailand.duties().front().text_or("state") == "answered";
    });
    for (auto const* node : {&thailand, &cambodia})
        for (auto const& each : notes(*node)) BOOST_CHECK(each.find("note") == nullptr);
    BOOST_CHECK_EQUAL(try_note(cambodia, "and now?").summary(), "409 procedure.erased");
    thailand.stop();
    cambodia.stop();
    for (auto const& [node, key] : {std::pair{&thailand, here}, std::pair{&cambodia, there}})
        BOOST_CHECK(!contains(decrypted_pages(node->directory() / "state" / "casebridge.db", demo_store_key()), key));
}

BOOST_FIXTURE_TEST_CASE(a_note_whose_consent_ends_before_it_leaves_does_not_leave, Writing) {
    cambodia.stop();
    write(thailand, "The bus leaves at nine.");
    withdraw_consent();
    cambodia.start();
    eventually("refused", [&] {
        retry();
        return notes(thailand).front().text_or("state") == "refused";
    });
    both_at(procedure, "withdrawn");
    BOOST_CHECK(notes(cambodia).empty());
}

BOOST_AUTO_TEST_SUITE_END()
