// PostgreSQL's NOTIFY: that one came is a hint, what it says is nothing.
#include "tests/support/eventually.h"
#include "tests/unit/adapters/adapter_fixtures.h"
#include "tests/unit/adapters/postgres_database.h"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(postgres_notifications)

namespace {

using namespace casebridge;
using namespace casebridge::test;

/// A session that listens, and has told of its own beginning.
struct Listener {
    PostgresDatabase database;
    std::unique_ptr<SqlSession> session;

    explicit Listener(std::string const& channel = "cases") {
        database.run("CREATE TABLE person (id text)");
        database.run("INSERT INTO person VALUES ('7')");
        auto settings = database.settings();
        settings.notify_channel = channel;
        auto opened = open_postgres_session(settings, database.server().key());
        BOOST_REQUIRE_MESSAGE(opened, detail_of(opened));
        session = *std::move(opened);
        BOOST_TEST(session->heard_of_change());  // nobody told of what came before
        BOOST_TEST(!session->heard_of_change());
    }
    void wait_to_hear() const {
        eventually("the notification arrives", [&] { return session->heard_of_change(); });
        BOOST_TEST(!session->heard_of_change());
    }
    [[nodiscard]] bool answers() const {
        std::string id;
        auto const status = session->query("SELECT p.id FROM person p", {}, [&](SqlRow const& row) {
            id = std::get<std::string>(row.front());
            return true;
        });
        return status && id == "7";
    }
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_notification_is_heard_once_and_no_question_is_needed) {
    Listener const listener;
    BOOST_TEST(listener.session->hears_of_changes());
    listener.database.server().admin(listener.database.settings().database).run("NOTIFY cases");
    listener.wait_to_hear();
}

BOOST_AUTO_TEST_CASE(one_that_arrived_during_a_question_is_heard_after_it) {
    Listener listener;
    listener.database.run("NOTIFY cases");
    BOOST_TEST(listener.answers());
    BOOST_TEST(listener.answers());  // the server sends it between two transactions
    listener.wait_to_hear();
}

BOOST_AUTO_TEST_CASE(what_a_notification_says_does_nothing) {
    Listener listener;
    listener.database.run("CREATE TABLE said (what text)");
    std::string const longest(7999, 'x');
    for (std::string const& payload : {std::string("'); DROP TABLE person; --"),
                                       std::string("\n\r\t\x01 \xE1\x9E\x80 {\"case\": \"7\"}"), longest}) {
        BOOST_TEST(listener.database.admin().try_run("INSERT INTO said VALUES ($1)", {payload}));
        listener.database.run("DO $$ BEGIN PERFORM pg_notify('cases', (SELECT max(what) FROM said)); END $$");
        listener.database.run("DELETE FROM said");
        listener.wait_to_hear();
        BOOST_TEST(listener.answers());
    }
}

BOOST_AUTO_TEST_CASE(any_number_of_notifications_is_one_hint) {
    Listener listener;
    listener.database.run(
        "DO $$ BEGIN FOR i IN 1..20000 LOOP PERFORM pg_notify('cases', repeat('x', 100) || i); END LOOP; END $$");
    eventually("the notifications arrive", [&] { return listener.session->heard_of_change(); });
    BOOST_TEST(listener.answers());
    eventually("all have arrived", [&] { return !listener.session->heard_of_change(); });
}

BOOST_AUTO_TEST_CASE(another_channel_and_a_session_without_one_are_silent) {
    Listener listener;
    listener.database.run("NOTIFY other");
    BOOST_TEST(listener.answers());
    BOOST_TEST(!listener.session->heard_of_change());
    auto const deaf = listener.database.open();
    BOOST_REQUIRE_MESSAGE(deaf, detail_of(deaf));
    listener.database.run("NOTIFY cases");
    BOOST_TEST(!(*deaf)->hears_of_changes());
    BOOST_TEST(!(*deaf)->heard_of_change());
    listener.wait_to_hear();
}

BOOST_AUTO_TEST_CASE(a_lost_connection_is_made_anew_without_a_question_and_listens_again) {
    Listener listener;
    listener.database.break_connections();
    eventually("the loss itself is a hint", [&] { return listener.session->heard_of_change(); });
    listener.database.run("NOTIFY cases");
    listener.wait_to_hear();
    listener.database.break_connections();
    BOOST_TEST(listener.answers());  // a question makes it anew, too
    BOOST_TEST(listener.session->heard_of_change());
    listener.database.run("NOTIFY cases");
    listener.wait_to_hear();
}

BOOST_AUTO_TEST_SUITE_END()
