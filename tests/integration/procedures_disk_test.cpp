// A disk that is nearly full while officers take steps of a procedure and write notes: whoever has no room says so and
// keeps nothing of it, and what was queued before arrives once there is room.
#include "notes.h"
#include "tests/unit/daemon/raw_store.h"

using namespace casebridge;
using namespace casebridge::test;
using namespace std::chrono_literals;

namespace two_nodes_procedures_disk_reserve {
namespace {

constexpr std::uint64_t roomy = 10ULL << 30, scarce = 1ULL << 20;

struct LittleRoom : Writing {
    LittleRoom() : Writing(64) {
        for (auto* each : {&thailand, &cambodia}) each->set_free_space(roomy);
        settle_all();
    }
    /// Seen by the node from now on.
    void set(DemoMinistry& ministry, std::uint64_t free) {
        ministry.set_free_space(free);
        clock.turn(1s);
    }
    void settle_all() {
        eventually("nothing is queued", [&] {
            retry();
            auto const waits = [](DemoMinistry const& node) {
                auto const json = node.officer().get("/v1/outbox", {{"limit", "1"}}).json();
                return *json.find("counts")->find("queued")->as_integer();
            };
            return waits(thailand) == 0 && waits(cambodia) == 0;
        });
    }
    /// Everything that a step or a note, its message or its receipt could leave behind.
    static std::string rows(DemoMinistry const& node) {
        RawStore raw(node.directory() / "state" / "casebridge.db", demo_store_key());
        std::string all;
        for (std::string const table : {"procedures", "procedure_steps", "procedure_intents", "thread_entries",
                                        "contents", "content_keys", "inbox", "outbox", "disclosures"})
            all += table + " " + raw.run("SELECT count(*) FROM " + table) + ", ";
        return all;
    }
    /// The receiver has no room for `message`, however often it comes; the sender keeps it.
    void check_kept_and_tried_again(std::string const& message) {
        auto const before = rows(cambodia);
        auto const admitted = cambodia.leaves("admission").size();
        wait_for_attempts(message, 1);
        retry();
        wait_for_attempts(message, 2);
        BOOST_CHECK_EQUAL(thailand.outbox_state(message), "queued peer.answered_later");
        PeerClient client(thailand.tls_identity());
        BOOST_CHECK_EQUAL(summary(post_message(client, cambodia.target(), sealed(message))), "507 store.full");
        BOOST_CHECK_EQUAL(rows(cambodia), before);
        BOOST_CHECK_EQUAL(cambodia.leaves("admission").size(), admitted);
    }
    /// It had one effect, and none was given up.
    void check_arrived_once(std::string const& message) {
        settle_all();
        BOOST_CHECK_EQUAL(thailand.outbox_state(message), "delivered ");
        auto const admissions = cambodia.leaves("admission");
        auto const of_it = [&](Json const& leaf) { return leaf.text_or("message") == message; };
        BOOST_CHECK_EQUAL(std::ranges::count_if(admissions, of_it), 1);
        BOOST_CHECK(thailand.leaves("dead_letter").empty());
    }
    /// What was previewed with enough room is refused without, and nothing of it stays.
    void check_refused(DemoMinistry& node, std::string const& path, std::string const& preview, Json body,
                       std::string_view kind) {
        set(node, roomy);
        body.set("reason", canary_reason);
        auto const previewed = node.officer().post(preview, body);
        BOOST_REQUIRE_EQUAL(previewed.summary(), "200");
        body.set("digest", previewed.json().text_or("digest"));
        set(node, scarce);
        auto const before = rows(node);
        auto const leaves = node.leaves(kind).size();
        auto const answer = node.officer().post(path, body);
        BOOST_CHECK_EQUAL(answer.summary(), "507 store.reserve_reached");
        BOOST_CHECK(answer.body.find("1 MiB are free, the reserve is 256 MiB") != std::string::npos);
        BOOST_CHECK_EQUAL(rows(node), before);
        BOOST_CHECK_EQUAL(node.leaves(kind).size(), leaves);
    }
    void check_refused_step(DemoMinistry& node, std::string const& type, Json fields) {
        auto const path = "/v1/procedures/" + procedure;
        check_refused(node, path + "/steps", path + "/preview",
                      Json::object().set("step", type).set("fields", std::move(fields)), "procedure.step");
    }
    void check_refused_note(DemoMinistry& node) {
        auto const path = "/v1/procedures/" + procedure + "/notes";
        check_refused(node, path, path + "/preview",
                      Json::object().set("note", "At ten.").set("attachment", to_base64(pdf(3000))), "procedure.note");
    }
    void check_refused_opening(DemoMinistry& node) {
        auto body = Json::object().set("kind", "return_and_handover").set("case", canary_case);
        body.set("node", cambodia.id().text()).set("office", office_of(cambodia)).set("fields", proposal());
        check_refused(node, "/v1/procedures", "/v1/procedures/preview", std::move(body), "procedure.step");
    }
};

}  // namespace
}  // namespace two_nodes_procedures_disk_reserve

BOOST_FIXTURE_TEST_SUITE(two_nodes_procedures_disk_reserve, LittleRoom)

BOOST_AUTO_TEST_CASE(a_receiver_without_room_takes_no_procedure_until_there_is_room) {
    set(cambodia, scarce);
    auto const opened = try_start(thailand, "return_and_handover", proposal());
    BOOST_REQUIRE_EQUAL(opened.summary(), "200");
    auto const second = opened.json().text_or("procedure"), message = opened.json().text_or("message");
    check_kept_and_tried_again(message);
    BOOST_CHECK_EQUAL(stage(thailand, second), "asked");
    BOOST_CHECK_EQUAL(stage(cambodia, second), "(unknown)");
    BOOST_CHECK(history(thailand, second) == std::vector<std::string>{"propose queued "});

    set(cambodia, roomy);
    both_at(second, "asked");
    check_arrived_once(message);
    check_arrived_once(opened.json().text_or("summary"));
    BOOST_CHECK(history(thailand, second) == std::vector<std::string>{"propose delivered "});
    BOOST_CHECK(history(cambodia, second) == std::vector<std::string>{"propose received "});
}

BOOST_AUTO_TEST_CASE(a_receiver_without_room_takes_no_further_step_until_there_is_room) {
    step(cambodia, procedure, "accept", acceptance());
    both_at(procedure, "accepted");
    settle_all();
    set(cambodia, scarce);
    auto const message = step(thailand, procedure, "give_notice", notice()).text_or("message");
    check_kept_and_tried_again(message);
    BOOST_CHECK_EQUAL(stage(thailand, procedure), "noticed");
    BOOST_CHECK_EQUAL(stage(cambodia, procedure), "accepted");

    set(cambodia, roomy);
    both_at(procedure, "noticed");
    check_arrived_once(message);
    BOOST_CHECK(history(cambodia, procedure) ==
                (std::vector<std::string>{"propose received ", "accept delivered ", "give_notice received "}));
}

BOOST_AUTO_TEST_CASE(a_receiver_without_room_takes_no_note_and_no_attachment_until_there_is_room) {
    set(cambodia, scarce);
    auto const message = write(thailand, "The bus leaves at nine.", pdf(60'000));
    check_kept_and_tried_again(message);
    BOOST_CHECK(notes(cambodia).empty());
    BOOST_CHECK_EQUAL(attachment(cambodia, message).summary(), "404 thread.no_attachment");

    set(cambodia, roomy);
    wait_for_notes(cambodia, 1);
    check_arrived_once(message);
    BOOST_CHECK(to_bytes(attachment(cambodia, message).body) == pdf(60'000));
    BOOST_CHECK_EQUAL(notes(thailand).size(), 1U);
}

BOOST_AUTO_TEST_CASE(without_room_no_officer_opens_answers_or_writes_and_what_is_queued_is_settled) {
    cambodia.stop();
    auto const message = write(thailand, "The bus leaves at nine.");
    wait_for(message, "queued peer.unreachable");
    check_refused_opening(thailand);
    check_refused_note(thailand);
    cambodia.start();
    wait_for_notes(cambodia, 1);
    check_arrived_once(message);

    check_refused_step(cambodia, "accept", acceptance());
    check_refused_note(cambodia);
    for (auto const* node : {&thailand, &cambodia}) BOOST_CHECK_EQUAL(stage(*node, procedure), "asked");

    for (auto* each : {&thailand, &cambodia}) set(*each, roomy);
    step(cambodia, procedure, "accept", acceptance());
    both_at(procedure, "accepted");
}

BOOST_AUTO_TEST_SUITE_END()
