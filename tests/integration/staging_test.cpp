// Received summaries in the ministry's staging table: there when it wants them, gone when their use is over, and never
// in the way of an admission.
#include "daemon/identity_renewal.h"
#include "tests/integration/heir.h"
#include "tests/support/servers/staging_database.h"

#include <filesystem>

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace casebridge;
using namespace casebridge::test;

namespace staging {
namespace {

using Values = std::vector<std::string>;

struct StagingNodes : TwoNodes {
    StagingNodes() {
        cambodia.config().retry_base = std::chrono::milliseconds(20);
        cambodia.config().retry_cap = std::chrono::milliseconds(100);
    }

    /// From its next start on, which is now.
    void want(StagingDatabase& database) {
        cambodia.stop();
        cambodia.config().received = database.settings();
        cambodia.config().received_key_file.clear();
        if (!database.key().empty()) {
            auto const file = cambodia.directory() / "received.key";
            auto const key = database.key();
            cambodia.write("received.key", to_text(key.reveal()) + "\n");
            std::filesystem::permissions(file, std::filesystem::perms(0600));
            cambodia.config().received_key_file = file;
        }
        cambodia.start();
    }
    void want_none() {
        cambodia.stop();
        cambodia.config().received.reset();
        cambodia.config().received_key_file.clear();
        cambodia.start();
    }

    [[nodiscard]] Json staging() const { return *cambodia.officer().get("/v1/status").json().find("staging"); }
    /// "listed written refused to_remove" of the place that is, or is not, configured; empty if there is none.
    [[nodiscard]] std::string counts(bool configured = true) const {
        auto const json = staging();
        for (auto const& place : *json.find("places")->as_array()) {
            if (!(*place.find("configured") == Json(configured))) continue;
            std::string text;
            for (auto const* key : {"listed", "written", "refused", "to_remove"})
                (text += text.empty() ? "" : " ") += std::to_string(*place.find(key)->as_integer());
            return text;
        }
        return "";
    }
    void wait_for_counts(std::string const& wanted, bool configured = true) const {
        std::string last;
        eventually("counts " + wanted, [&] {
            auto const now = counts(configured);
            if (now != last) BOOST_TEST_MESSAGE("counts " << now);
            last = now;
            return now == wanted;
        });
    }
    void wait_for_code(std::string const& code) const {
        eventually("code " + code, [&] { return staging().text_or("code") == code; });
    }
    [[nodiscard]] std::string health() const {
        auto const json = cambodia.officer().get("/v1/health").json();
        for (auto const& check : *json.find("checks")->as_array())
            if (check.text_or("name") == "staging") return check.text_or("state") + " " + check.text_or("code");
        return "(none)";
    }
    [[nodiscard]] std::size_t leaves(std::string const& kind) const { return cambodia.leaves(kind).size(); }
    /// The use of everything that was received is over; the node has certificates of that time.
    void end_all() {
        auto const rows = cambodia.inbox();
        auto end = clock.now();
        for (auto const& row : rows) end = std::max(end, must(parse_rfc3339(row.text_or("retain_until"))));
        clock.turn(end - clock.now() + std::chrono::hours(1));
        must(renew_leaves(cambodia.directory() / "state" / "identity", cambodia.id(), Suite::p256_sha256, clock.now()));
        cambodia.patrol();
    }
    /// Until Thailand has Cambodia's erasure receipt.
    void wait_for_receipt() {
        eventually("the withdrawal is answered", [&] {
            auto const duties = thailand.duties();
            if (!duties.empty() && duties.front().text_or("state") == "answered") return true;
            retry();
            return false;
        });
    }
    /// Where it says that something was destroyed.
    [[nodiscard]] std::string scope() const {
        std::string text;
        auto const duties = thailand.duties();
        for (auto const& each : *duties.front().find("erased")->find("scope")->as_array())
            (text += text.empty() ? "" : " ") += *each.as_string();
        return text;
    }
    /// Another message; ids are in the order of time.
    [[nodiscard]] std::string another_message() {
        clock.turn(std::chrono::milliseconds(10));
        return delivered_message();
    }
};

/// Takes connections, by its backlog, and never answers.
class SilentServer {
public:
    SilentServer() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* const raw = reinterpret_cast<sockaddr*>(&address);
        bool const listens =
            ::bind(socket_, raw, size) == 0 && ::listen(socket_, 16) == 0 && ::getsockname(socket_, raw, &size) == 0;
        if (!listens) throw std::runtime_error("no socket");
        port_ = ntohs(address.sin_port);
    }
    ~SilentServer() { ::close(socket_); }
    SilentServer(SilentServer const&) = delete;
    SilentServer& operator=(SilentServer const&) = delete;

    /// Somebody has connected since the last call.
    [[nodiscard]] bool connected() const {
        pollfd waiting{socket_, POLLIN, 0};
        if (::poll(&waiting, 1, 0) != 1) return false;
        accepted_.push_back(::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC));
        return true;
    }
    [[nodiscard]] PostgresSettings postgresql() const {
        PostgresSettings settings;
        settings.host = "db.example";
        settings.host_address = "127.0.0.1";
        settings.port = port_;
        settings.database = "national";
        settings.user = "casebridge_writer";
        settings.root_certificate = PostgresServer::instance().root_certificate();
        settings.connect_time_limit = std::chrono::seconds(30);
        return settings;
    }
    [[nodiscard]] OdbcSettings mariadb() const {
        OdbcSettings settings;
        settings.driver = "MariaDB Unicode";
        settings.user = "casebridge_writer";
        settings.attributes = {{"SERVER", "127.0.0.1"}, {"PORT", std::to_string(port_)}, {"DATABASE", "national"}};
        settings.connect_time_limit = std::chrono::seconds(30);
        return settings;
    }

private:
    int socket_;
    std::uint16_t port_ = 0;
    mutable std::vector<int> accepted_;  // open until the process ends: a closed one would be an answer
};

}  // namespace
}  // namespace staging

BOOST_FIXTURE_TEST_SUITE(staging, StagingNodes)

BOOST_AUTO_TEST_CASE(a_received_summary_stands_in_the_table_as_officers_see_it) {
    PostgresStaging database;
    want(database);
    auto const message = delivered_message();
    wait_for_counts("0 1 0 0");
    auto const shown = cambodia.officer().get("/v1/inbox/" + message, {{"reason", std::string(canary_reason)}}).json();
    BOOST_TEST(database.values("message_id") == Values{message});
    BOOST_TEST(database.values("summary") == Values{dump(*shown.find("body"))});
    BOOST_TEST(database.values("from_node") == Values{"th-msdhs"});
    BOOST_TEST(database.values("from_office") == Values{shown.find("from")->text_or("office")});
    for (auto const* same : {"to_office", "purpose", "subject", "agreement", "received_at"})
        BOOST_TEST(database.values(same) == Values{shown.text_or(same)});
    BOOST_TEST(database.values("use_until") == Values{shown.text_or("retain_until")});
    BOOST_TEST(database.values("kind") == Values{"case_summary"});
    BOOST_TEST(!database.values("consent").front().empty());
    BOOST_TEST(database.values("consent_epoch") == Values{"1"});
    BOOST_CHECK_EQUAL(leaves("staging.write"), 1U);
    BOOST_CHECK_EQUAL(cambodia.leaves("staging.write").front().text_or("message"), message);
    BOOST_CHECK_EQUAL(health(), "up ");
    BOOST_CHECK_EQUAL(cambodia.counter("casebridge_received_export_total{outcome=\"written\"}"), 1);
    BOOST_CHECK_EQUAL(cambodia.counter("casebridge_received_export{state=\"written\"}"), 1);
}

BOOST_AUTO_TEST_CASE(where_no_table_is_asked_for_nothing_is_written_or_listed) {
    SqliteStaging const database;
    BOOST_REQUIRE(!delivered_message().empty());
    BOOST_CHECK_EQUAL(database.rows(), 0U);
    auto const status = staging();
    BOOST_CHECK(*status.find("configured") == Json(false));
    BOOST_CHECK(status.find("places")->as_array()->empty());
    BOOST_CHECK_EQUAL(health(), "(none)");
    BOOST_CHECK_EQUAL(leaves("staging.write"), 0U);
}

BOOST_AUTO_TEST_CASE(what_came_before_the_table_was_asked_for_is_written_too_and_once) {
    auto const first = delivered_message();
    auto const second = another_message();
    MariadbStaging database;
    for (int times = 0; times < 3; ++times) {
        want(database);
        wait_for_counts("0 2 0 0");
        BOOST_TEST(database.values("message_id") == (Values{first, second}));
    }
    BOOST_CHECK_EQUAL(leaves("staging.write"), 2U);
}

BOOST_AUTO_TEST_CASE(an_admission_neither_waits_for_a_server_that_is_away_nor_fails) {
    PostgresStaging database;
    want(database);
    wait_for_code("");
    database.stop_server();
    auto const message = delivered_message();
    wait_for_counts("1 0 0 0");
    wait_for_code("received.unavailable");
    BOOST_CHECK_EQUAL(health(), "up ");
    clock.turn(std::chrono::minutes(16));
    BOOST_CHECK_EQUAL(health(), "degraded received.behind");
    BOOST_CHECK_EQUAL(cambodia.counter("casebridge_alarms_total{kind=\"staging_behind\"}"), 1);
    database.start_server();
    wait_for_counts("0 1 0 0");
    BOOST_TEST(database.values("message_id") == Values{message});
    wait_for_code("");
    clock.turn(std::chrono::seconds(2));
    BOOST_CHECK_EQUAL(health(), "up ");
}

BOOST_AUTO_TEST_CASE(a_server_that_hangs_holds_up_neither_admissions_nor_the_stop) {
    PostgresStaging database;
    want(database);
    BOOST_REQUIRE(!delivered_message().empty());
    wait_for_counts("0 1 0 0");
    database.freeze(true);
    BOOST_REQUIRE(!delivered_message().empty());
    BOOST_REQUIRE(!delivered_message().empty());
    wait_for_counts("2 1 0 0");
    cambodia.stop();
    database.freeze(false);
    cambodia.start();
    wait_for_counts("0 3 0 0");
    BOOST_CHECK_EQUAL(database.rows(), 3U);
}

BOOST_AUTO_TEST_CASE(a_stop_does_not_wait_for_a_server_that_accepts_and_says_nothing) {
    SilentServer const server;
    using Database = decltype(ReceivedSettings::database);
    for (auto const& database : {Database(server.postgresql()), Database(server.mariadb())}) {
        cambodia.stop();
        cambodia.config().received = ReceivedSettings{database, "casebridge_received"};
        cambodia.config().received_key_file.clear();
        cambodia.start();
        BOOST_REQUIRE(!another_message().empty());
        eventually("the daemon waits for the server", [&] { return server.connected(); });
        auto const began = std::chrono::steady_clock::now();
        cambodia.stop();
        auto const taken = std::chrono::steady_clock::now() - began;
        BOOST_TEST_MESSAGE("stopped after " << std::chrono::duration<double>(taken).count() << " s");
        BOOST_CHECK(taken < std::chrono::seconds(2));
        cambodia.start();
    }
}

BOOST_AUTO_TEST_CASE(a_restart_between_listing_and_writing_forgets_nothing) {
    PostgresStaging database;
    want(database);
    wait_for_code("");
    database.stop_server();
    BOOST_REQUIRE(!delivered_message().empty());
    cambodia.stop();
    cambodia.start();
    BOOST_REQUIRE(!delivered_message().empty());
    database.start_server();
    wait_for_counts("0 2 0 0");
    BOOST_CHECK_EQUAL(database.rows(), 2U);
}

BOOST_AUTO_TEST_CASE(when_its_use_is_over_a_summary_leaves_the_table) {
    SqliteStaging database{std::string(64, '7')};
    want(database);
    auto const message = delivered_message();
    wait_for_counts("0 1 0 0");
    cambodia.patrol();
    BOOST_CHECK_EQUAL(database.rows(), 1U);
    end_all();
    wait_for_counts("0 0 0 0");
    BOOST_CHECK_EQUAL(database.rows(), 0U);
    BOOST_REQUIRE_EQUAL(leaves("staging.remove"), 1U);
    BOOST_CHECK_EQUAL(cambodia.leaves("staging.remove").front().text_or("message"), message);
}

BOOST_AUTO_TEST_CASE(what_was_erased_before_it_was_written_is_never_written) {
    SqliteStaging database;
    want(database);
    wait_for_code("");
    auto const away = database.file().string() + ".away";
    std::filesystem::rename(database.file(), away);
    BOOST_REQUIRE(!delivered_message().empty());
    wait_for_code("received.unavailable");
    end_all();
    std::filesystem::rename(away, database.file());
    wait_for_counts("0 0 0 0");
    wait_for_code("");
    BOOST_CHECK_EQUAL(database.rows(), 0U);
    BOOST_CHECK_EQUAL(leaves("staging.write"), 0U);
}

BOOST_AUTO_TEST_CASE(a_removal_waits_for_a_table_that_is_away_or_no_longer_configured_and_is_told) {
    SqliteStaging database;
    want(database);
    BOOST_REQUIRE(!delivered_message().empty());
    wait_for_counts("0 1 0 0");
    want_none();
    BOOST_CHECK_EQUAL(counts(false), "0 1 0 0");
    BOOST_CHECK_EQUAL(health(), "up ");
    BOOST_REQUIRE(!delivered_message().empty());
    BOOST_CHECK_EQUAL(database.rows(), 1U);
    end_all();
    wait_for_counts("0 0 0 1", false);
    clock.turn(std::chrono::seconds(2));
    BOOST_CHECK_EQUAL(health(), "degraded received.left_behind");
    SqliteStaging other;
    want(other);  // what is over does not get there any more, and what is left elsewhere stays told
    wait_for_code("");
    BOOST_CHECK_EQUAL(counts(false), "0 0 0 1");
    BOOST_CHECK_EQUAL(other.rows(), 0U);
    want(database);
    wait_for_counts("0 0 0 0");
    BOOST_CHECK_EQUAL(database.rows(), 0U);
}

BOOST_AUTO_TEST_CASE(a_withdrawal_takes_the_row_out_and_the_erasure_receipt_says_so) {
    PostgresStaging database;
    want(database);
    BOOST_REQUIRE(!delivered_message().empty());
    wait_for_counts("0 1 0 0");
    withdraw_consent();
    wait_for_receipt();
    BOOST_CHECK_EQUAL(scope(), "own_store staging_table");
    BOOST_CHECK_EQUAL(database.rows(), 0U);
    BOOST_CHECK_EQUAL(counts(), "0 0 0 0");
}

/// Rows stand there by the name of the one that sent them, whoever goes on for it.
BOOST_AUTO_TEST_CASE(rows_of_a_sender_that_was_succeeded_are_taken_out_by_its_successor_s_withdrawal) {
    DemoMinistry heir{directory.path(), "la-mlsw", {"datip"}, clock};
    SqliteStaging database;
    want(database);
    BOOST_REQUIRE(!delivered_message().empty());
    wait_for_counts("0 1 0 0");
    auto const away = database.file().string() + ".away";
    std::filesystem::rename(database.file(), away);
    BOOST_REQUIRE(!another_message().empty());
    wait_for_counts("1 1 0 0");
    auto const statement = succession_word(thailand, heir, clock.now());
    thailand.stop();
    take_over(thailand, heir, statement, clock.now());
    BOOST_REQUIRE_EQUAL(tell_succession(cambodia, thailand, heir, statement).summary(), "200");
    std::filesystem::rename(away, database.file());
    wait_for_counts("0 2 0 0");
    BOOST_CHECK_EQUAL(database.rows(), 2U);
    withdraw_at(heir);
    eventually("the withdrawal is answered", [&] {
        retry();
        auto const duties = heir.duties();
        return !duties.empty() && duties.front().text_or("state") == "answered";
    });
    BOOST_CHECK_EQUAL(database.rows(), 0U);
    auto const erased = *heir.duties().front().find("erased")->find("scope")->as_array();
    BOOST_CHECK_EQUAL(erased.size(), 2U);  // own_store and staging_table
    heir.stop();
}

BOOST_AUTO_TEST_CASE(an_erasure_receipt_is_not_signed_while_a_row_may_still_be_there) {
    SqliteStaging database;
    want(database);
    BOOST_REQUIRE(!delivered_message().empty());
    wait_for_counts("0 1 0 0");
    auto const away = database.file().string() + ".away";
    std::filesystem::rename(database.file(), away);
    withdraw_consent();
    wait_for_counts("0 0 0 1");
    wait_for_code("received.unavailable");
    cambodia.patrol();
    cambodia.stop();
    cambodia.start();
    wait_for_code("received.unavailable");
    BOOST_CHECK_EQUAL(cambodia.duties().front().text_or("state"), "owed");
    clock.turn(std::chrono::minutes(1));
    auto const back = to_rfc3339(clock.now());
    std::filesystem::rename(away, database.file());
    wait_for_receipt();
    BOOST_CHECK_EQUAL(scope(), "own_store staging_table");
    BOOST_CHECK_EQUAL(database.rows(), 0U);
    auto const erased = *thailand.duties().front().find("erased");
    BOOST_CHECK_GE(erased.text_or("erased_at"), back);  // not when its own store was rid of it
}

BOOST_AUTO_TEST_CASE(without_a_staging_table_the_receipt_speaks_of_none) {
    BOOST_REQUIRE(!delivered_message().empty());
    withdraw_consent();
    wait_for_receipt();
    BOOST_CHECK_EQUAL(scope(), "own_store");
}

BOOST_AUTO_TEST_CASE(an_officer_attests_that_an_earlier_table_was_cleared) {
    SqliteStaging database;
    want(database);
    BOOST_REQUIRE(!delivered_message().empty());
    wait_for_counts("0 1 0 0");
    auto const place = database.settings().place();
    auto const cleared = [&](std::string const& which) {
        auto const body = Json::object().set("place", which).set("reason", std::string(canary_reason));
        return cambodia.officer().post("/v1/staging/cleared", body).summary();
    };
    BOOST_CHECK_EQUAL(cleared(place), "409 received.configured");
    want_none();
    BOOST_CHECK_EQUAL(cleared("elsewhere"), "404 received.no_such_place");
    end_all();
    wait_for_counts("0 0 0 1", false);
    BOOST_CHECK_EQUAL(cleared(place), "200");
    BOOST_CHECK_EQUAL(counts(false), "");
    clock.turn(std::chrono::seconds(2));
    BOOST_CHECK_EQUAL(health(), "(none)");
    BOOST_REQUIRE_EQUAL(leaves("staging.cleared"), 1U);
    BOOST_CHECK(*cambodia.leaves("staging.cleared").front().find("rows") == Json(1));
}

BOOST_AUTO_TEST_CASE(another_row_under_a_messages_key_is_never_overwritten_and_stops_no_other) {
    SqliteStaging database;
    auto const first = delivered_message();
    database.run("INSERT INTO casebridge_received VALUES('th-msdhs', '" + first +
                 "', 'a', 'b', 'c', 'd', 'e', 'f', NULL, NULL, 'g', 'h', 'not what was received')");
    want(database);
    auto const second = another_message();
    wait_for_counts("0 1 1 0");
    BOOST_TEST(database.values("message_id") == (Values{first, second}));
    BOOST_TEST(database.values("summary").front() == "not what was received");
    BOOST_CHECK_EQUAL(cambodia.counter("casebridge_alarms_total{kind=\"received_refused\"}"), 1);
    clock.turn(std::chrono::seconds(2));  // a report is good for a second
    BOOST_CHECK_EQUAL(health(), "degraded received.refused");
    database.run("DELETE FROM casebridge_received WHERE summary = 'not what was received'");
    cambodia.stop();
    cambodia.start();  // tried again
    wait_for_counts("0 2 0 0");
    BOOST_CHECK(database.values("summary").front() != "not what was received");
    end_all();
    wait_for_counts("0 0 0 0");
    BOOST_CHECK_EQUAL(database.rows(), 0U);
}

BOOST_AUTO_TEST_CASE(a_table_that_does_not_fit_is_told_and_nothing_is_taken_for_it) {
    SqliteStaging database;
    database.run("ALTER TABLE casebridge_received RENAME TO put_away");
    want(database);
    wait_for_code("received.no_table");
    BOOST_REQUIRE(!delivered_message().empty());
    wait_for_counts("1 0 0 0");
    database.run("ALTER TABLE put_away RENAME TO casebridge_received");
    wait_for_counts("0 1 0 0");
    BOOST_CHECK_EQUAL(database.rows(), 1U);
}

BOOST_AUTO_TEST_SUITE_END()
