// Keys shared with a partner: which one is used when, the file they are handed over in, how they are destroyed.
#include "daemon/meeting_key_file.h"
#include "tests/unit/daemon/store_fixture.h"

using namespace casebridge;
using namespace casebridge::test;

namespace meeting_key {
namespace {

constexpr std::chrono::sys_days first = std::chrono::year(2026) / 12 / 1;
Date const first_day(first);

Timestamp day(int number, std::chrono::milliseconds more = {}) {
    return first + std::chrono::days(number) + more;
}

MeetingKeys::Key shared_key(std::uint8_t fill, int from, int until) {
    MeetingKeyId id{};
    id.fill(fill);
    return {id, day(from), day(until), Secret(Bytes(meeting_key_bytes, fill))};
}

MeetingKeys keys(bool required = false) {
    std::vector<MeetingKeys::Key> all;
    all.push_back(shared_key(1, 0, 2));
    all.push_back(shared_key(3, 2, 3));
    all.push_back(shared_key(2, 2, 4));
    all.push_back(shared_key(4, 10, 11));
    return MeetingKeys(std::move(all), required, day(11));
}

std::string at(Timestamp now) {
    auto const all = keys();
    auto const* const current = all.current(now);
    return current == nullptr ? "-" : std::to_string(current->id[0]);
}

MeetingKeyFile made(std::size_t count = 3) {
    return must(
        MeetingKeyFile::make(must(NodeId::parse("th-msdhs")), must(NodeId::parse("kh-mosvy")), first_day, count, 7));
}

std::string text_of(MeetingKeyFile const& file) {
    auto const text = file.text();
    return to_text(text.reveal());
}

}  // namespace
}  // namespace meeting_key

BOOST_FIXTURE_TEST_SUITE(meeting_key, StoreFixture)

BOOST_AUTO_TEST_CASE(a_key_is_used_from_its_first_day_until_before_its_last) {
    using std::chrono::milliseconds;
    BOOST_CHECK_EQUAL(at(day(0, milliseconds(-1))), "-");
    BOOST_CHECK_EQUAL(at(day(0)), "1");
    BOOST_CHECK_EQUAL(at(day(2, milliseconds(-1))), "1");
    BOOST_CHECK_EQUAL(at(day(2)), "3");  // of two that begin together, both sides take the one with the higher id
    BOOST_CHECK_EQUAL(at(day(3)), "2");
    BOOST_CHECK_EQUAL(at(day(4)), "-");
    BOOST_CHECK(keys().begins_later(day(4)));
    BOOST_CHECK(!keys().begins_later(day(10)));
}

BOOST_AUTO_TEST_CASE(what_leaves_and_comes_has_the_layer_where_there_is_a_key_and_must_where_it_is_required) {
    Bytes const bytes{1, 2, 3};
    BOOST_CHECK(must(for_wire(bytes, nullptr, day(0))) == bytes);
    auto const all = keys(), demanding = keys(true);
    BOOST_CHECK(must(for_wire(bytes, &all, day(5))) == bytes);
    CHECK_CODE(for_wire(bytes, &demanding, day(5)), "meeting_key.none_current");
    auto const wrapped = must(for_wire(bytes, &demanding, day(0)));
    BOOST_CHECK(has_meeting_layer(wrapped));
    for (auto const* each : {&all, &demanding}) BOOST_CHECK(must(from_wire(wrapped, 1000, each)) == bytes);
    CHECK_CODE(from_wire(wrapped, 10, &all), "gate.meeting_too_large");
    CHECK_CODE(from_wire(wrapped, 1000, nullptr), "meeting_key.unknown");
    BOOST_CHECK(must(from_wire(bytes, 1000, nullptr)) == bytes);
    BOOST_CHECK(must(from_wire(bytes, 1000, &all)) == bytes);
    CHECK_CODE(from_wire(bytes, 1000, &demanding), "meeting_key.required");
    std::vector<MeetingKeys::Key> other;
    other.push_back(shared_key(1, 0, 2));
    other.back().secret = Secret(Bytes(meeting_key_bytes, 9));
    MeetingKeys const wrong(std::move(other), false, day(2));
    CHECK_CODE(from_wire(wrapped, 1000, &wrong), "meeting_layer.not_opened");
    BOOST_CHECK_EQUAL(meeting_key_refusal("meeting_key.unknown"), "meeting_key.unknown");
    BOOST_CHECK_EQUAL(meeting_key_refusal("gate.outer_structure"), "");
}

BOOST_AUTO_TEST_CASE(a_file_reads_as_it_was_written) {
    auto const written = made();
    auto const read = must(MeetingKeyFile::parse(text_of(written)));
    BOOST_CHECK_EQUAL(text_of(read), text_of(written));
    BOOST_CHECK_EQUAL(read.check_number(), written.check_number());
    BOOST_CHECK_NE(read.check_number(), made().check_number());
    BOOST_CHECK_EQUAL(read.check_number().size(), 29U);
    BOOST_CHECK_EQUAL(read.pair[0].text(), "kh-mosvy");
    BOOST_CHECK(read.keys[1].from == day(7) && read.keys[2].until == day(21));
    BOOST_CHECK(read.is_of(must(NodeId::parse("kh-mosvy")), must(NodeId::parse("th-msdhs"))));
    BOOST_CHECK(read.is_of(must(NodeId::parse("th-msdhs")), must(NodeId::parse("kh-mosvy"))));
    BOOST_CHECK(!read.is_of(must(NodeId::parse("th-msdhs")), must(NodeId::parse("la-mlsw"))));
}

BOOST_AUTO_TEST_CASE(so_many_keys_are_not_made) {
    auto const one = must(NodeId::parse("th-msdhs")), other = must(NodeId::parse("kh-mosvy"));
    CHECK_CODE(MeetingKeyFile::make(one, other, first_day, 0, 1), "meeting_key.bad_count");
    CHECK_CODE(MeetingKeyFile::make(one, other, first_day, most_meeting_keys + 1, 1), "meeting_key.bad_count");
    CHECK_CODE(MeetingKeyFile::make(one, other, first_day, 1, 0), "meeting_key.bad_count");
    CHECK_CODE(MeetingKeyFile::make(one, other, first_day, 1, 367), "meeting_key.bad_count");
    CHECK_CODE(MeetingKeyFile::make(one, one, first_day, 1, 1), "meeting_key.same_node");
    auto const most = must(MeetingKeyFile::make(one, other, first_day, most_meeting_keys, 1));
    BOOST_CHECK_LE(text_of(most).size(), meeting_key_file_bytes);
    CHECK_ACCEPTED(MeetingKeyFile::parse(text_of(most)));
}

BOOST_AUTO_TEST_CASE(a_file_that_was_changed_is_refused_with_the_line) {
    auto const text = text_of(made());
    auto const check = [](std::string const& changed, std::string const& line) {
        auto const read = MeetingKeyFile::parse(changed);
        BOOST_REQUIRE_MESSAGE(!read, changed.size());
        BOOST_CHECK_EQUAL(read.error().code, "meeting_key.bad_file");
        BOOST_CHECK_EQUAL(read.error().detail, "line " + line);
    };
    auto const with = [&text](std::size_t at, std::string_view replacement) {
        auto changed = text;
        return changed.replace(at, replacement.size(), replacement);
    };
    auto const third = text.find('\n', text.find('\n') + 1) + 1, fourth = text.find('\n', third) + 1;
    check("", "1");
    check("casebridge meeting keys 1", "1");
    check(with(24, "2"), "1");
    check(text.substr(0, third), "3");
    check("casebridge meeting keys 1\n", "2");
    check("casebridge meeting keys 1\nkh-mosvy\n", "2");
    check("casebridge meeting keys 1\nth-msdhs kh-mosvy\n", "2");
    check("casebridge meeting keys 1\nkh-mosvy kh-mosvy\n", "2");
    check("casebridge meeting keys 1\nKH th-msdhs\n", "2");
    check("casebridge meeting keys 1\nkh-mosvy TH\n", "2");
    for (auto const& [offset, wrong] : std::vector<std::pair<std::size_t, std::string_view>>{{0, "g"},
                                                                                             {32, "-"},
                                                                                             {33, "2026-13-01"},
                                                                                             {43, "-"},
                                                                                             {44, "2026-02-30"},
                                                                                             {54, "-"},
                                                                                             {55, "g"},
                                                                                             {44, "2026-12-01"}})
        check(with(third + offset, wrong), "3");
    check(text.substr(0, text.size() - 1), "5");  // no newline at the end
    check(text + "\n", "6");
    check(text.substr(0, fourth) + text.substr(third), "4");  // a line twice
    check(with(fourth, text.substr(third, 32)), "4");         // an id twice
    check(with(fourth + 33, "2026-12-07"), "4");              // days that overlap
}

BOOST_AUTO_TEST_CASE(a_stored_key_is_there_until_it_is_destroyed_and_then_it_stays_destroyed) {
    auto const node = must(NodeId::parse("kh-mosvy")), other = must(NodeId::parse("la-mlsw"));
    using Put = MeetingKeyTable::Put;
    {
        auto const store = open();
        auto& table = store->meeting_keys();
        BOOST_CHECK(must(table.all()).empty());
        BOOST_CHECK(must(table.put(node, shared_key(1, 0, 1), day(0))) == Put::added);
        BOOST_CHECK(must(table.put(node, shared_key(1, 0, 1), day(0))) == Put::known);
        BOOST_CHECK(must(table.put(node, shared_key(2, 1, 2), day(0))) == Put::added);
        BOOST_CHECK(must(table.put(other, shared_key(1, 0, 1), day(0))) == Put::added);
        CHECK_CODE(table.put(node, shared_key(1, 0, 2), day(0)), "meeting_key.id_reused");
        CHECK_CODE(table.put(node, shared_key(1, -1, 1), day(0)), "meeting_key.id_reused");
        auto wrong = shared_key(1, 0, 1);
        wrong.secret = Secret(Bytes(meeting_key_bytes, 9));
        CHECK_CODE(table.put(node, wrong, day(0)), "meeting_key.id_reused");
        must(table.require(other, true, day(0)));
        must(table.require(other, true, day(1)));
    }
    auto const store = open();
    auto& table = store->meeting_keys();
    auto all = must(table.all());
    BOOST_REQUIRE_EQUAL(all.size(), 2U);
    BOOST_CHECK_EQUAL(all.at(node)->held().size(), 2U);
    BOOST_CHECK(all.at(node)->find(shared_key(2, 1, 2).id)->secret == shared_key(2, 1, 2).secret);
    BOOST_CHECK(all.at(node)->end() == day(2));
    BOOST_CHECK(!all.at(node)->required() && all.at(other)->required());

    auto const grace = std::chrono::milliseconds(meeting_key_grace);
    BOOST_CHECK(must(table.destroy_over(day(1, grace) - std::chrono::milliseconds(1))).empty());
    BOOST_CHECK(!table.destroyed_any());
    auto const destroyed = must(table.destroy_over(day(1, grace)));
    BOOST_CHECK_EQUAL(destroyed.at(node), 1);
    BOOST_CHECK_EQUAL(destroyed.at(other), 1);
    BOOST_CHECK(table.destroyed_any());
    must(store->tidy());
    BOOST_CHECK(!table.destroyed_any());
    BOOST_CHECK_EQUAL(must(table.count_destroyed(node)), 1);
    BOOST_CHECK(must(table.put(node, shared_key(1, 0, 1), day(3))) == Put::destroyed);
    all = must(table.all());
    BOOST_CHECK(all.at(node)->find(shared_key(1, 0, 1).id) == nullptr);
    BOOST_CHECK_EQUAL(all.at(node)->held().size(), 1U);
    BOOST_CHECK(all.at(other)->held().empty() && all.at(other)->end() == day(1));

    BOOST_CHECK_EQUAL(must(table.remove(node)), 1);
    BOOST_CHECK_EQUAL(must(table.remove(node)), 0);
    must(table.require(other, false, day(3)));
    all = must(table.all());
    BOOST_CHECK(!all.contains(node) && !all.at(other)->required());
}

BOOST_AUTO_TEST_CASE(a_destroyed_key_stands_nowhere_in_the_file) {
    {
        auto const store = open();
        must(store->meeting_keys().put(must(NodeId::parse("kh-mosvy")), shared_key(0x5a, 0, 1), day(0)));
        must(store->meeting_keys().destroy_over(day(9)));
    }
    BOOST_CHECK_EQUAL(raw().run("SELECT count(*) FROM meeting_keys WHERE key IS NOT NULL"), "0");
    BOOST_CHECK_EQUAL(raw().run("SELECT count(*) FROM meeting_keys WHERE destroyed_at IS NOT NULL"), "1");
}

BOOST_AUTO_TEST_SUITE_END()
