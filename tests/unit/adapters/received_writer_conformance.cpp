#include "tests/unit/adapters/received_writer_conformance.h"

#include "adapters/received_error.h"
#include "tests/support/check_code.h"

namespace casebridge::test::received {

using Values = std::vector<std::string>;

void a_summary_is_written_once_however_often_it_comes(StagingDatabase& database) {
    auto writer = database.writer();
    auto const summary = example_summary();
    for (int times = 0; times < 3; ++times) CHECK_ACCEPTED(writer.write(summary));
    CHECK_ACCEPTED(database.writer().write(summary));  // another connection, as after a crash
    BOOST_TEST(database.values("message_id") == Values{summary.key.message_id}, boost::test_tools::per_element());
    for (auto const& [column, value] : {std::pair{"from_node", summary.key.from_node},
                                        {"from_office", summary.from_office},
                                        {"to_office", summary.to_office},
                                        {"kind", summary.kind},
                                        {"purpose", summary.purpose},
                                        {"subject", summary.subject},
                                        {"agreement", summary.agreement},
                                        {"consent", *summary.consent},
                                        {"consent_epoch", *summary.consent_epoch},
                                        {"received_at", summary.received_at},
                                        {"use_until", summary.use_until},
                                        {"summary", summary.summary}}) {
        BOOST_TEST_CONTEXT(column) {
            BOOST_TEST(database.values(column) == Values{value});
        }
    }
    auto later = summary;  // a restored store takes a message again, at another time
    later.received_at = "2026-11-24T00:00:00.000Z";
    CHECK_ACCEPTED(writer.write(later));
    BOOST_TEST(database.values("received_at") == Values{summary.received_at});
    auto without = example_summary(2);
    without.consent.reset();
    without.consent_epoch.reset();
    for (int times = 0; times < 2; ++times) CHECK_ACCEPTED(writer.write(without));
    BOOST_TEST(database.values("consent") == (Values{"c-1", "(null)"}));
}

void another_summary_under_the_same_key_is_refused_and_changes_nothing(StagingDatabase& database) {
    auto writer = database.writer();
    auto const summary = example_summary();
    CHECK_ACCEPTED(writer.write(summary));
    auto other = summary;
    other.summary = "{\"number\":\"another\"}";
    auto const refused = writer.write(other);
    CHECK_CODE(refused, "received.other_content");
    BOOST_TEST(refused.error().detail.ends_with("the row that is there has another summary"));
    BOOST_TEST(refused.error().detail.find("number") == std::string::npos);  // names of columns, never what is in them
    other = summary;
    other.purpose = "RETURN_AND_HANDOVER";  // equal to some collations
    CHECK_CODE(writer.write(other), "received.other_content");
    other = summary;
    other.consent.reset();
    CHECK_CODE(writer.write(other), "received.other_content");
    BOOST_TEST(database.values("summary") == Values{summary.summary});
    // The same id of another node is another message.
    other = example_summary(2);
    other.key = {"la-mlsw", summary.key.message_id};
    CHECK_ACCEPTED(writer.write(other));
    BOOST_TEST(database.values("from_node") == (Values{"la-mlsw", "th-msdhs"}));
    CHECK_ACCEPTED(writer.write(summary));
}

void what_is_hostile_or_huge_comes_back_as_it_was(StagingDatabase& database) {
    auto writer = database.writer();
    std::string huge = "{\"text\":\"";
    while (huge.size() + 20 < longest_received_summary) huge += "คดี🛡\\u0000'";
    huge += "\"}";
    Values const hostile = {
        "'; DROP TABLE casebridge_received; --",
        "\\'; DELETE FROM casebridge_received WHERE '1'='1",
        "\" ? $1 :name @p0 %s {0} {fn now()} {d '2020-01-01'}",
        "line\nbreak\r\ttab  trailing  ",
        "{\"a\":\"\\u0000\\u001f\",\"b\":\"\xe2\x80\xae\xe2\x80\x8b\"}",
        "ไทย ខ្មែរ ລາວ မြန်မာ Tiếng Việt 中文 日本 𠮷 🛡 e\xcc\x81 é",
        "",
        huge,
    };
    int number = 0;
    for (auto const& text : hostile) {
        auto summary = example_summary(++number);
        summary.summary = text;
        for (int times = 0; times < 2; ++times) CHECK_ACCEPTED(writer.write(summary));
    }
    BOOST_TEST((database.values("summary") == hostile));
    auto summary = example_summary(++number);
    summary.key.message_id = "'; DROP TABLE casebridge_received --";
    summary.key.message_id.resize(36, 'x');
    summary.from_office = "x' OR '1'='1";
    for (int times = 0; times < 2; ++times) CHECK_ACCEPTED(writer.write(summary));
    CHECK_ACCEPTED(writer.remove({"th-msdhs", "' OR '1'='1"}));
    BOOST_TEST(database.rows() == hostile.size() + 1);
    CHECK_ACCEPTED(writer.remove(summary.key));
    BOOST_TEST(database.rows() == hostile.size());
}

void removing_takes_that_row_and_may_be_repeated(StagingDatabase& database) {
    auto writer = database.writer();
    for (int number = 1; number <= 3; ++number) CHECK_ACCEPTED(writer.write(example_summary(number)));
    auto of_another = example_summary(2);
    of_another.key.from_node = "la-mlsw";
    CHECK_ACCEPTED(writer.write(of_another));
    for (int times = 0; times < 2; ++times) CHECK_ACCEPTED(writer.remove(example_summary(2).key));
    BOOST_TEST(database.values("message_id") == (Values{of_another.key.message_id, example_summary(1).key.message_id,
                                                        example_summary(3).key.message_id}));
    // A row that the ministry changed is personal content all the same.
    database.run("UPDATE casebridge_received SET summary = 'edited'");
    CHECK_ACCEPTED(writer.remove(example_summary(1).key));
    BOOST_TEST(database.rows() == 2U);
    CHECK_ACCEPTED(writer.write(example_summary(2)));  // and may come again
    BOOST_TEST(database.rows() == 3U);
}

void a_good_table_passes_the_check_and_holds_nothing_afterwards(StagingDatabase& database) {
    auto writer = database.writer();
    CHECK_ACCEPTED(writer.check());
    CHECK_ACCEPTED(writer.check());
    BOOST_TEST(database.rows() == 0U);
    CHECK_ACCEPTED(writer.write(example_summary()));
    CHECK_ACCEPTED(database.writer().check());
    BOOST_TEST(database.rows() == 1U);
    auto const excess = writer.privileges();
    BOOST_REQUIRE_EQUAL(code_of(excess), "(accepted)");
    for (auto const& each : *excess) BOOST_ERROR(std::string(each.code) + ": " + each.detail);
    // A column of the ministry's own, for its own purposes.
    database.run("ALTER TABLE casebridge_received ADD COLUMN handled_by VARCHAR(40)");
    CHECK_ACCEPTED(database.writer().check());
    CHECK_ACCEPTED(database.writer().write(example_summary(2)));
}

namespace {

/// `alter` changes the table, of which the check then says this.
void check_says(StagingDatabase& database, std::string const& alter, std::string const& code, std::string const& part) {
    BOOST_TEST_CONTEXT(alter) {
        database.run(alter);
        auto const checked = database.writer().check();
        BOOST_REQUIRE_EQUAL(code_of(checked), code);
        BOOST_CHECK_MESSAGE(checked.error().detail.find(part) != std::string::npos, checked.error().detail);
    }
}

}  // namespace

void a_wrong_table_is_told_by_name(StagingDatabase& database) {
    database.run("ALTER TABLE casebridge_received RENAME TO put_away");
    check_says(database, "CREATE TABLE other_table (x VARCHAR(9))", "received.no_table",
               "no table casebridge_received where the login looks");
    CHECK_CODE(database.writer().write(example_summary()), "received.no_table");
    CHECK_CODE(database.writer().remove(example_summary().key), "received.no_table");

    auto const create = [&](std::string const& columns) {
        database.run("CREATE TABLE casebridge_received (" + columns + ")");
        for (auto const* right : {"SELECT", "INSERT", "DELETE"}) database.grant(right, true);
    };
    std::string const names =
        "from_node VARCHAR(40), message_id VARCHAR(36), from_office VARCHAR(40), to_office VARCHAR(40), kind "
        "VARCHAR(64), purpose VARCHAR(64), subject VARCHAR(32), agreement VARCHAR(64), consent VARCHAR(64), "
        "received_at VARCHAR(30), use_until VARCHAR(30), summary ";
    auto const* const long_text =
        std::holds_alternative<OdbcSettings>(database.settings().database) &&
                std::get<OdbcSettings>(database.settings().database).driver.starts_with("MariaDB")
            ? "LONGTEXT"
            : "TEXT";
    create(names + long_text);
    check_says(database, "DROP TABLE other_table", "received.table_unfit", "lacks the columns consent_epoch");
    CHECK_CODE(database.writer().write(example_summary()), "received.table_unfit");
    check_says(database, "ALTER TABLE casebridge_received ADD COLUMN consent_epoch VARCHAR(20)", "received.table_unfit",
               "takes a row twice");
    database.run("DROP TABLE casebridge_received");
    create(names + long_text +
           ", consent_epoch VARCHAR(20), ours VARCHAR(9) NOT NULL, PRIMARY KEY(from_node, message_id)");
    check_says(database, "DROP TABLE put_away", "received.table_unfit", "wants a column that we do not fill");
}

void a_missing_right_is_told_and_nothing_is_written(StagingDatabase& database) {
    for (std::string const right : {"INSERT", "DELETE", "SELECT"}) {
        BOOST_TEST_CONTEXT(right) {
            if (!database.grant(right, false)) return;
            CHECK_CODE(database.writer().check(), "received.not_permitted");
            auto const* const expected = right == "DELETE" ? "(accepted)" : "received.not_permitted";
            CHECK_CODE(database.writer().write(example_summary()), expected);
            auto const* const removed = right == "INSERT" ? "(accepted)" : "received.not_permitted";
            CHECK_CODE(database.writer().remove(example_summary().key), removed);
            database.grant(right, true);
            CHECK_ACCEPTED(database.writer().remove(example_summary().key));
            BOOST_TEST(database.rows() == 0U);
        }
    }
    // And one too many.
    database.grant("UPDATE", true);
    auto const excess = database.writer().privileges();
    BOOST_REQUIRE_EQUAL(code_of(excess), "(accepted)");
    BOOST_REQUIRE_EQUAL(excess->size(), 1U);
    BOOST_TEST(excess->front().code == "received.role_can_write");
}

void a_connection_lost_in_the_middle_leaves_no_half_and_the_next_attempt_succeeds(StagingDatabase& database) {
    auto const session = database.session();
    CHECK_ACCEPTED(session->begin());
    auto const insert =
        "INSERT INTO casebridge_received (from_node, message_id, from_office, to_office, kind, purpose, "
        "subject, agreement, received_at, use_until, summary) VALUES (?, ?, ?, '', '', '', '', '', '', "
        "'', '')";
    CHECK_ACCEPTED(session->change("writing", insert, {"th-msdhs", "half", "x"}));
    if (!database.break_connections()) return session->rollback();
    CHECK_CODE(session->commit(), "received.unavailable");
    session->rollback();
    BOOST_TEST(database.rows() == 0U);
    CHECK_ACCEPTED(session->begin());  // connects anew
    CHECK_ACCEPTED(session->commit());

    auto writer = database.writer();
    CHECK_ACCEPTED(writer.write(example_summary(1)));
    database.break_connections();  // while idle: nobody notices
    CHECK_ACCEPTED(writer.write(example_summary(2)));
    database.break_connections();
    CHECK_ACCEPTED(writer.remove(example_summary(1).key));
    BOOST_TEST(database.values("message_id") == Values{example_summary(2).key.message_id});
}

void a_server_that_says_nothing_is_given_up_in_time(StagingDatabase& database) {
    auto writer = database.writer();
    CHECK_ACCEPTED(writer.write(example_summary(1)));
    if (!database.freeze(true)) return;
    auto const began = std::chrono::steady_clock::now();
    CHECK_CODE(writer.write(example_summary(2)), "received.unavailable");
    auto const took = std::chrono::steady_clock::now() - began;
    database.freeze(false);
    BOOST_TEST((took < std::chrono::seconds(20)));
    CHECK_ACCEPTED(writer.write(example_summary(2)));
    BOOST_TEST(database.rows() == 2U);
}

void what_the_table_refuses_is_an_error_of_that_row_alone(StagingDatabase& database) {
    auto writer = database.writer();
    CHECK_ACCEPTED(writer.write(example_summary(1)));
    database.run("CREATE UNIQUE INDEX one_of_each ON casebridge_received (agreement)");
    auto const refused = writer.write(example_summary(2));
    CHECK_CODE(refused, "received.value_refused");
    BOOST_TEST(is_of_one_row(refused.error()));
    BOOST_TEST(refused.error().detail.find("aaaa") == std::string::npos);
    auto third = example_summary(3);
    third.agreement = std::string(64, 'b');
    CHECK_ACCEPTED(writer.write(third));
    BOOST_TEST(database.rows() == 2U);
}

}  // namespace casebridge::test::received
