// A backup is made while two nodes exchange, and a new machine goes on from it.
#include "daemon/backup.h"

#include "daemon/files.h"
#include "two_nodes.h"

using namespace casebridge;
using namespace casebridge::test;

namespace backups {
namespace {

namespace fs = std::filesystem;

struct BackedUp : TwoNodes {
    static fs::path backup(DemoMinistry const& node) {
        auto const made = node.officer().post("/v1/backup", Json::object().set("reason", "nightly"));
        BOOST_REQUIRE_EQUAL(made.summary(), "200");
        return made.json().text_or("folder");
    }
    /// Away from the machine, which is lost then.
    [[nodiscard]] fs::path carried_off(fs::path const& folder) const {
        auto const safe = directory.path() / "safe";
        fs::copy(folder, safe, fs::copy_options::recursive);
        return safe;
    }
    static void lose(DemoMinistry& node) {
        node.stop();
        fs::remove_all(node.config().state_directory);
    }
    static Result<Restored> restored(fs::path const& folder, DemoMinistry& node, RestoreOptions options = {}) {
        return restore_backup(folder, demo_store_key(), node.config().state_directory, options);
    }
    /// Until the partner has cosigned all that the log holds now.
    void wait_until_witnessed() const {
        eventually("the log is cosigned", [&] {
            BOOST_REQUIRE_EQUAL(thailand.officer().post("/v1/witness/round", Json::object()).summary(), "200");
            auto const ours = thailand.officer().get("/v1/witness").json();
            return *ours.find("size") == *ours.find("partners")->as_array()->front().find("cosigned_size");
        });
    }
    static std::string frozen(DemoMinistry const& node) {
        BOOST_REQUIRE_EQUAL(node.officer().post("/v1/witness/round", Json::object()).summary(), "200");
        return node.officer().get("/v1/witness").json().text_or("frozen");
    }
};

void flip(fs::path const& file, std::size_t at) {
    auto bytes = must(read_file(file, 1 << 24));
    BOOST_REQUIRE_LT(at, bytes.size());
    bytes[at] ^= 1U;
    must(write_file_atomically(file, bytes, 0600));
}

bool holds(fs::path const& file, std::string_view text) {
    return to_text(must(read_file(file, 1 << 24))).find(text) != std::string::npos;
}

}  // namespace
}  // namespace backups

BOOST_FIXTURE_TEST_SUITE(backups, BackedUp)

BOOST_AUTO_TEST_CASE(a_new_machine_goes_on_from_a_backup_and_exchanges_messages) {
    auto const before = delivered_message();
    auto const folder = carried_off(backup(thailand));
    change_name("Another");
    auto const after = delivered_message();
    wait_until_witnessed();
    lose(thailand);

    auto const made = must(restored(folder, thailand));
    BOOST_CHECK_GT(made.leaves, 0U);
    BOOST_CHECK_GT(made.contents, 0U);
    thailand.start();
    BOOST_CHECK(thailand.identity().root.fingerprint() == thailand.pin().root().fingerprint());
    eventually("the old store is noticed", [&] { return frozen(thailand) == "log.behind"; });
    BOOST_REQUIRE_EQUAL(
        thailand.officer().post("/v1/recovery", Json::object().set("reason", "a new machine")).summary(), "200");
    eventually("every partner was asked", [&] {
        static_cast<void>(frozen(thailand));
        return thailand.officer().get("/v1/witness").json().find("waiting")->as_array()->empty();
    });
    BOOST_CHECK_EQUAL(thailand.disclosure(before), "delivered");
    BOOST_CHECK_EQUAL(thailand.disclosure(after), "delivered");

    change_name("Third");
    auto const anew = delivered_message();
    BOOST_CHECK_EQUAL(thailand.disclosure(anew), "delivered");
    BOOST_CHECK_EQUAL(cambodia.inbox().size(), 3U);
}

BOOST_AUTO_TEST_CASE(the_two_parts_are_encrypted_and_contents_open_with_both_only) {
    static_cast<void>(delivered_message());
    auto const folder = carried_off(backup(thailand));
    for (auto const& file : fs::directory_iterator(folder)) {
        BOOST_CHECK(file.path().filename() == store_file || file.path().filename() == backup_keys_file);
        for (auto const* plain : {"SQLite format 3", "PRIVATE KEY", "kh-mosvy"}) BOOST_CHECK(!holds(file, plain));
        BOOST_CHECK_EQUAL(static_cast<unsigned>(fs::status(file).permissions()), 0600U);
    }
    lose(thailand);
    fs::rename(folder / backup_keys_file, directory.path() / "elsewhere.db");
    CHECK_CODE(restored(folder, thailand), "backup.no_keys");
    auto const closed = must(restored(folder, thailand, {.without_keys = true}));
    BOOST_CHECK_EQUAL(closed.contents, 0U);
    BOOST_CHECK_EQUAL(closed.identity_files, 0U);
    auto store = must(
        Store::open(thailand.config().state_directory / store_file, demo_store_key(), Database::Mode::open_existing));
    CHECK_CODE(store->contents().get(1), "content.erased");
    BOOST_CHECK_EQUAL(store->log().head().size, closed.leaves);
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_restores_nothing) {
    auto const folder = carried_off(backup(thailand));
    CHECK_CODE(restored(folder, thailand), "restore.not_empty");
    lose(thailand);
    auto const state = thailand.config().state_directory;
    CHECK_CODE(restore_backup(folder, Secret(Bytes(32, 0x5b)), state, {}), "store.wrong_key");
    CHECK_CODE(restore_backup(folder / "nowhere", demo_store_key(), state, {.without_keys = true}), "file.unreadable");
    CHECK_ACCEPTED(restored(folder, thailand, {.dry_run = true}));
    BOOST_CHECK(!fs::exists(state));

    clock.turn(std::chrono::seconds(2));
    auto const other = backup(cambodia);
    fs::copy_file(other / backup_keys_file, folder / backup_keys_file, fs::copy_options::overwrite_existing);
    CHECK_CODE(restored(folder, thailand), "backup.other_parts");
    BOOST_CHECK(!fs::exists(state));
    flip(folder / store_file, 5 * 4096 + 100);
    CHECK_CODE(restored(folder, thailand), "backup.damaged");
    BOOST_CHECK(!fs::exists(state));
}

BOOST_AUTO_TEST_CASE(keys_of_old_backups_are_destroyed_and_none_takes_anothers_place) {
    auto const first = backup(thailand);
    BOOST_CHECK_EQUAL(thailand.officer().post("/v1/backup", Json::object().set("reason", "again")).summary(),
                      "409 backup.exists");
    clock.turn(kBackupKeysLifetime + std::chrono::minutes(1));
    auto const second = backup(thailand);
    BOOST_CHECK(fs::exists(first / store_file) && !fs::exists(first / backup_keys_file));
    BOOST_CHECK(fs::exists(second / store_file) && fs::exists(second / backup_keys_file));
    BOOST_CHECK_EQUAL(thailand.leaves("backup").size(), 2U);
}

BOOST_AUTO_TEST_CASE(messages_are_exchanged_while_backups_are_made) {
    std::atomic<bool> over = false;
    auto backing_up = std::async(std::launch::async, [&] {
        int made = 0;
        while (!over) {
            clock.turn(std::chrono::seconds(1));
            if (thailand.officer().post("/v1/backup", Json::object().set("reason", "again")).status == 200) ++made;
        }
        return made;
    });
    for (auto const* name : {"One", "Two", "Three"}) {
        change_name(name);
        static_cast<void>(delivered_message());
    }
    over = true;
    BOOST_CHECK_GT(backing_up.get(), 0);
    BOOST_CHECK_EQUAL(thailand.fatal_errors(), 0);
}

BOOST_AUTO_TEST_SUITE_END()
