// A daemon killed at any moment while it writes into a staging table on a real server, or removes from it: afterwards
// each row stands there once, or is gone.
#include "tests/faults/crash_pair.h"
#include "tests/faults/test_form.h"
#include "tests/support/check_code.h"
#include "tests/support/servers/staging_database.h"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <random>
#include <thread>

namespace casebridge::test {
namespace {

/// Kills the receiver a few milliseconds after something was begun, and starts it again.
class ReceiverKiller {
public:
    ReceiverKiller(CrashPair& pair, std::uint32_t seed) : pair_(pair), random_(seed) {}

    void kill_soon() {
        std::this_thread::sleep_for(std::chrono::milliseconds(random_() % longest_wait));
        pair_.receiver().kill_now();
        pair_.start(pair_.receiver());
    }

private:
    static constexpr std::uint32_t longest_wait = 60;
    CrashPair& pair_;
    std::mt19937 random_;
};

std::string yaml_of(PostgresSettings const& settings) {
    return "kind: postgresql, host: " + settings.host + ", host_address: " + settings.host_address +
           ", port: " + std::to_string(settings.port) + ", database: " + settings.database +
           ", user: " + settings.user + ", root_certificate: " + settings.root_certificate.string();
}

std::string yaml_of(OdbcSettings const& settings) {
    std::string text = "kind: odbc, driver: " + settings.driver + ", user: " + settings.user + ", attributes: {";
    for (auto const& [key, value] : settings.attributes)
        text += (text.ends_with('{') ? "" : ", ") + key + ": \"" + value + "\"";
    return text + "}";
}

template <typename Settings>
void want_staging(CrashPair& pair, StagingDatabase const& database, Settings const& settings) {
    auto const file = pair.receiver().home() / "received.key";
    auto const key = database.key();
    std::ofstream(file) << casebridge::to_text(key.reveal()) << '\n';
    std::filesystem::permissions(file, std::filesystem::perms(0600));
    pair.want_staging("{key_file: received.key, database: {" + yaml_of(settings) + "}}");
}

std::size_t rows_of(StagingDatabase const& database, std::string const& message) {
    auto const messages = database.values("message_id");
    return static_cast<std::size_t>(std::ranges::count(messages, message));
}

/// Writes and removes under kill -9, again and again.
void kill_again_and_again(CrashPair& pair, StagingDatabase const& database) {
    auto const cycles = number_from("CASEBRIDGE_CYCLES", is_long_form() ? 200 : 8);
    auto const seed = number_from("CASEBRIDGE_SEED", std::random_device()());
    std::cout << "CASEBRIDGE_SEED=" << seed << std::endl;
    pair.start(pair.sender());
    pair.start(pair.receiver());
    ReceiverKiller killer(pair, seed);
    for (std::uint32_t cycle = 0; cycle < cycles; ++cycle) {
        pair.consent(1);
        auto const message = pair.send(1);
        killer.kill_soon();
        pair.wait_settled(message);
        pair.check(message, "delivered");
        pair.wait_staged(message);
        pair.check_staging_leaves(message, 1, 0);
        BOOST_REQUIRE_EQUAL(rows_of(database, message), 1U);
        pair.withdraw_consent(1);
        killer.kill_soon();
        pair.wait_destroyed();
        BOOST_REQUIRE_EQUAL(rows_of(database, message), 0U);
        pair.check_destroyed(message);
        pair.check_staging_leaves(message, 1, 1);
    }
    BOOST_CHECK_EQUAL(database.rows(), 0U);
    pair.check_all();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(kill_staging)

BOOST_AUTO_TEST_CASE(on_postgresql_each_row_stands_once_or_is_gone) {
    PostgresStaging database;
    CrashPair pair(2);
    want_staging(pair, database, database.postgres_settings());
    kill_again_and_again(pair, database);
}

BOOST_AUTO_TEST_CASE(on_mariadb_each_row_stands_once_or_is_gone) {
    MariadbStaging database;
    CrashPair pair(2);
    auto const settings = database.settings();
    want_staging(pair, database, std::get<OdbcSettings>(settings.database));
    kill_again_and_again(pair, database);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace casebridge::test
