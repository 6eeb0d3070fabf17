// What becomes the successor's when a partner is succeeded, and that no column was forgotten.
#include "daemon/succession_table.h"

#include "daemon/store.h"
#include "tests/support/check_code.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/daemon/raw_store.h"

#include <iterator>
#include <regex>
#include <set>
#include <sstream>

namespace casebridge::test {
namespace succession_table {
namespace {

/// Names of partners that say who signed, was dialled or was recorded: they stay.
constexpr std::string_view stay =
    "cosignatures.node former_names.node former_roots.node inbox.originator kept_signatures.sender log_evidence.node "
    "onward_permissions.node onward_permissions.peer outbox.node peer_keys.node peer_revocations.node "
    "peer_rotations.node peers.node received_list.sender shown_heads.by successions.node";

/// "table.column" of every column that holds a node's id.
std::vector<std::string> all_names(RawStore& raw) {
    std::vector<std::string> names;
    std::regex const column(R"(\b(node|peer|sender|originator|by|recipient|holder)\s+TEXT)");
    std::istringstream tables(raw.run("SELECT group_concat(name, ' ') FROM sqlite_master WHERE type = 'table'"));
    for (std::string table; tables >> table;) {
        auto const sql = raw.run("SELECT sql FROM sqlite_master WHERE name = '" + table + "'");
        for (std::sregex_iterator at(sql.begin(), sql.end(), column), end; at != end; ++at)
            names.push_back(table + "." + at->str(1));
    }
    return names;
}

NodeId id(char const* text) {
    return must(NodeId::parse(text));
}

struct WithStore {
    TemporaryDirectory directory;
    std::filesystem::path file = directory.path() / "store.db";
    Secret key{Bytes(32, 7)};
    std::unique_ptr<Store> store = must(Store::open(file, key, Database::Mode::create));
};

}  // namespace
}  // namespace succession_table

BOOST_FIXTURE_TEST_SUITE(succession_table, WithStore)

BOOST_AUTO_TEST_CASE(every_column_that_names_a_partner_moves_or_is_known_to_stay) {
    RawStore raw(file, key);
    std::set<std::string> const known = [] {
        std::istringstream words{std::string(stay)};
        return std::set<std::string>(std::istream_iterator<std::string>(words), {});
    }();
    std::size_t moving = 0;
    for (auto const& name : all_names(raw)) {
        if (known.contains(name)) continue;
        ++moving;
        auto const dot = name.find('.');
        auto const table = name.substr(0, dot), column = name.substr(dot + 1);
        BOOST_CHECK_MESSAGE(SuccessionTable::moves(table, column), name << " is neither moved nor known to stay");
    }
    BOOST_CHECK_EQUAL(moving, SuccessionTable::moving_columns());
}

BOOST_AUTO_TEST_CASE(a_successor_that_is_succeeded_stands_for_both) {
    auto const now = Timestamp(std::chrono::hours(500'000));
    must(store->begin());
    must(store->successions().add({id("kh-old"), id("kh-next"), "word", now}));
    must(store->successions().add({id("kh-next"), id("kh-last"), "word", now}));
    must(store->commit());
    RawStore raw(file, key);
    for (auto const* old : {"kh-old", "kh-next"})
        BOOST_CHECK_EQUAL(raw.run(std::string("SELECT successor FROM successions WHERE node = '") + old + "'"),
                          "kh-last");
}

BOOST_AUTO_TEST_CASE(former_names_come_back_oldest_first) {
    auto const now = Timestamp(std::chrono::hours(500'000));
    must(store->begin());
    for (auto const* each : {"kh-old", "kh-next"})
        must(store->successions().add({id(each), "root", "word", "vkey", "rotations", 7, now}));
    must(store->commit());
    auto const names = must(store->successions().former_names());
    BOOST_REQUIRE_EQUAL(names.size(), 2U);
    BOOST_CHECK_EQUAL(names.front().node.text(), "kh-old");
    BOOST_CHECK_EQUAL(names.back().leaves, 7U);
    BOOST_CHECK(names.back().ended_at == now);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace casebridge::test
