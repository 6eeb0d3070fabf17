#include "adapters/number_check.h"
#include "tests/unit/adapters/adapter_fixtures.h"
#include "tests/unit/adapters/case_source_conformance.h"

#include <boost/test/unit_test.hpp>

namespace casebridge::test {
namespace {

using Session = std::unique_ptr<SqlSession>;

Session opened(NationalDatabase& database) {
    auto session = database.open();
    BOOST_REQUIRE_MESSAGE(session, detail_of(session));
    return *std::move(session);
}

void make_people(NationalDatabase& database) {
    database.run("CREATE TABLE person (id VARCHAR(40), age INTEGER, note " + database.text_type() + ")");
    database.run("INSERT INTO person VALUES ('a', 1, 'x'), ('b', 2, NULL), ('c', 3, '')");
}

Status query(SqlSession& session, std::string const& sql, std::vector<SqlValue> const& parameters = {}) {
    return session.query(sql, parameters, [](SqlRow const&) { return true; });
}

/// "SELECT p.<columns> FROM person p" with every name quoted for the database.
std::string select(SqlSession& session, std::vector<std::string> const& columns, std::string const& table = "person") {
    std::string sql;
    for (auto const& column : columns) sql += (sql.empty() ? "SELECT p." : ", p.") + session.quote_identifier(column);
    return sql + " FROM " + session.quote_identifier(table) + " p";
}

std::vector<SqlRow> rows_of(SqlSession& session, std::string const& sql, std::vector<SqlValue> const& parameters = {}) {
    std::vector<SqlRow> rows;
    auto const status = session.query(sql, parameters, [&](SqlRow const& row) {
        rows.push_back(row);
        return true;
    });
    BOOST_TEST(code_of(status) == "", detail_of(status));
    return rows;
}

std::string text_of(SqlValue const& value) {
    if (auto const* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
    auto const* const text = std::get_if<std::string>(&value);
    return text == nullptr ? "NULL" : *text;
}

void values_come_as_null_integer_or_text(NationalDatabase& database) {
    make_people(database);
    auto const session = opened(database);
    auto const rows = rows_of(*session, select(*session, {"id", "age", "note"}) + " WHERE p.age >= ? ORDER BY p.id",
                              {SqlValue{std::int64_t{1}}});
    BOOST_REQUIRE(rows.size() == 3);
    BOOST_TEST(text_of(rows[0][0]) == "a");
    BOOST_TEST(text_of(rows[1][1]) == "2");
    BOOST_TEST(std::holds_alternative<std::monostate>(rows[1][2]));
    BOOST_TEST(std::get<std::string>(rows[2][2]).empty());
}

void a_date_is_the_day_that_is_stored(NationalDatabase& database) {
    database.run("CREATE TABLE day (d DATE, n BIGINT, m SMALLINT)");
    database.run("INSERT INTO day VALUES ('2026-01-01', 9223372036854775807, -32768), (NULL, NULL, NULL)");
    auto const session = opened(database);
    auto const rows = rows_of(*session, select(*session, {"d", "n", "m"}, "day") + " WHERE p.n IS NOT NULL");
    BOOST_REQUIRE(rows.size() == 1);
    BOOST_TEST(text_of(rows[0][0]) == "2026-01-01");
    BOOST_TEST(text_of(rows[0][1]) == "9223372036854775807");
    BOOST_TEST(text_of(rows[0][2]) == "-32768");
}

void text_of_every_script_arrives_as_it_is(NationalDatabase& database) {
    make_people(database);
    std::vector<std::string> const texts = {"สมชาย ใจดี",
                                            "ສົມພອນ",
                                            "ស្រីមុំ",
                                            "မောင်မောင်",
                                            "Nguyễn Thị Minh Khai",
                                            "王小明 𠮷野家",
                                            "👩‍👧 \U0001F9D1🏽‍⚕️",
                                            "é",
                                            "\u200bក\u200b",
                                            "\U0010FFFD"};
    for (auto const& text : texts) {
        BOOST_REQUIRE(database.insert("person", {{"id", "t"}, {"note", text}}));
    }
    auto const session = opened(database);
    std::vector<std::string> read;
    for (auto const& row : rows_of(*session, select(*session, {"note"}) + " WHERE p.id = ?", {SqlValue{"t"}})) {
        read.push_back(text_of(row[0]));
    }
    BOOST_TEST(read == texts, boost::test_tools::per_element());
    auto const found = rows_of(*session, select(*session, {"id"}) + " WHERE p.note = ?", {SqlValue{texts[5]}});
    BOOST_TEST(found.size() == 1);
}

void names_of_tables_and_columns_may_be_of_every_script(NationalDatabase& database) {
    database.run("CREATE TABLE \"คดี; --\" (\"เลข\" VARCHAR(40), \"ឈ្មោះ\" VARCHAR(40))");
    database.run("INSERT INTO \"คดี; --\" VALUES ('a', 'ก')");
    auto const session = opened(database);
    auto const columns = session->columns("คดี; --");
    BOOST_REQUIRE_MESSAGE(columns, detail_of(columns));
    BOOST_REQUIRE(columns->size() == 2);
    BOOST_TEST((*columns)[1].name == "ឈ្មោះ");
    auto const rows = rows_of(*session, select(*session, {"ឈ្មោះ"}, "คดี; --"));
    BOOST_REQUIRE(rows.size() == 1);
    BOOST_TEST(text_of(rows[0][0]) == "ก");
}

void columns_are_named_in_order_and_a_missing_table_has_none(NationalDatabase& database) {
    make_people(database);
    database.run("CREATE VIEW adults AS SELECT id, age FROM person");
    auto const session = opened(database);
    auto const columns = session->columns("person");
    BOOST_REQUIRE_MESSAGE(columns, detail_of(columns));
    BOOST_REQUIRE(columns->size() == 3);
    BOOST_TEST((*columns)[1].name == "age");
    BOOST_TEST(!(*columns)[1].declared_type.empty());
    for (auto const* name : {"nobody", "person\"; DROP TABLE person; --", "p%", "perso_", "", "PERSON\n", "'"}) {
        auto const none = session->columns(name);
        BOOST_REQUIRE_MESSAGE(none, detail_of(none));
        BOOST_TEST(none->empty(), name);
    }
    BOOST_TEST(session->columns("adults")->size() == 2);
}

void many_rows_stream_in_order_and_stop_when_told(NationalDatabase& database) {
    database.run("CREATE TABLE many (n INTEGER, t VARCHAR(40))");
    std::string values;
    for (int row = 0; row < 5000; ++row) {
        values += (row == 0 ? "(" : ", (") + std::to_string(row) + ", 'row " + std::to_string(row) + "')";
    }
    database.run("INSERT INTO many VALUES " + values);
    auto const session = opened(database);
    std::string const sql = select(*session, {"n", "t"}, "many") + " ORDER BY p.n";
    int next = 0;
    bool in_order = true;
    auto const all = session->query(sql, {}, [&](SqlRow const& row) {
        in_order = in_order && text_of(row[0]) == std::to_string(next) && text_of(row[1]) == "row " + text_of(row[0]);
        ++next;
        return true;
    });
    BOOST_TEST(code_of(all) == "", detail_of(all));
    BOOST_TEST((in_order && next == 5000));
    for (int const limit : {1, 32, 33, 1500}) {
        int seen = 0;
        BOOST_TEST(code_of(session->query(sql, {}, [&](SqlRow const&) { return ++seen < limit; })) == "");
        BOOST_TEST(seen == limit);
    }
    BOOST_TEST(rows_of(*session, select(*session, {"n"}, "many") + " WHERE p.n < 10").size() == 10);
}

void nothing_but_reading_is_possible(NationalDatabase& database) {
    make_people(database);
    auto const session = opened(database);
    for (auto const* sql :
         {"INSERT INTO person VALUES ('d', 4, NULL)", "UPDATE person SET age = 9", "DELETE FROM person",
          "DROP TABLE person", "CREATE TABLE other (x INTEGER)", "SELECT 1; DELETE FROM person", "", " ",
          "SELECT id FROM person FOR UPDATE; COMMIT", "COMMIT", "ROLLBACK", "SELECT 1) q; DROP TABLE person; --"}) {
        BOOST_TEST(code_of(query(*session, sql)) == "source.query_failed", sql);
        BOOST_TEST(rows_of(*session, select(*session, {"id"})).size() == 3);
    }
    BOOST_TEST(code_of(query(*session, "SELECT p.id FROM person p WHERE p.id = ?")) == "source.query_failed");
    BOOST_TEST(code_of(query(*session, "SELECT p.gone FROM person p")) == "source.query_failed");
}

void a_value_over_the_maximum_is_refused_by_its_column(NationalDatabase& database) {
    make_people(database);
    BOOST_REQUIRE(database.insert("person", {{"id", "just"}, {"note", std::string(1 << 20, 'x')}}));
    BOOST_REQUIRE(database.insert("person", {{"id", "over"}, {"note", std::string((1 << 20) + 1, 'x')}}));
    auto const session = opened(database);
    auto const sql = "SELECT " + session->bounded("p." + session->quote_identifier("note")) + " AS note FROM " +
                     session->quote_identifier("person") + " p WHERE p.id = ?";
    BOOST_TEST(rows_of(*session, sql, {SqlValue{"just"}}).size() == 1);
    auto const over = query(*session, sql, {SqlValue{"over"}});
    BOOST_TEST(code_of(over) == "source.value_too_large");
    BOOST_TEST(contains(detail_of(over), "note"), detail_of(over));
    BOOST_TEST(rows_of(*session, sql, {SqlValue{"a"}}).size() == 1);
}

void queries_in_one_snapshot_see_one_state(NationalDatabase& database) {
    make_people(database);
    auto const session = opened(database);
    auto const all = select(*session, {"id"});
    auto const status = session->read_consistently([&]() -> Status {
        BOOST_TEST(rows_of(*session, all).size() == 3);
        database.run("INSERT INTO person VALUES ('d', 4, NULL)");
        BOOST_TEST(rows_of(*session, all).size() == 3);
        return Done{};
    });
    BOOST_TEST(code_of(status) == "", detail_of(status));
    BOOST_TEST(rows_of(*session, all).size() == 4);
    auto const failed = session->read_consistently([]() -> Status {
        return Error{ErrorKind::invalid, "source.bad_value", "column x"};
    });
    BOOST_TEST(code_of(failed) == "source.bad_value");
    BOOST_TEST(rows_of(*session, all).size() == 4);
}

void a_parameter_of_another_type_is_equal_to_nothing(NationalDatabase& database) {
    make_people(database);
    auto const session = opened(database);
    auto const status = session->read_consistently([&]() -> Status {
        for (auto const* text : {"a", "1a", "", " ", "99999999999999999999", "ก"}) {
            auto const exactly =
                rows_of(*session, select(*session, {"id", "age"}) + " WHERE p.age = ?", {SqlValue{text}});
            for (auto const& row : exactly) BOOST_TEST(text_of(row[1]) != text);  // the caller compares exactly
        }
        BOOST_TEST(rows_of(*session, select(*session, {"id"}) + " WHERE p.age = ?", {SqlValue{"2"}}).size() == 1);
        return Done{};
    });
    BOOST_TEST(code_of(status) == "", detail_of(status));
}

void a_view_that_takes_too_long_is_stopped(NationalDatabase& database) {
    make_people(database);
    database.run("CREATE VIEW slow AS " + database.slow_select());
    auto session = database.open_impatient();
    BOOST_REQUIRE_MESSAGE(session, detail_of(session));
    auto const status = query(**session, select(**session, {"id"}, "slow"));
    BOOST_TEST(code_of(status) == "source.unavailable", detail_of(status));
    BOOST_TEST(contains(detail_of(status), "time limit"), detail_of(status));
    BOOST_TEST(rows_of(**session, select(**session, {"id"})).size() == 3);
}

void a_server_that_answers_nothing_is_unavailable_and_back_when_it_answers(NationalDatabase& database) {
    make_people(database);
    auto session = database.open_impatient();
    BOOST_REQUIRE_MESSAGE(session, detail_of(session));
    BOOST_TEST(rows_of(**session, select(**session, {"id"})).size() == 3);
    if (!database.freeze(true)) return;
    auto const status = query(**session, select(**session, {"id"}));
    database.freeze(false);
    BOOST_TEST(code_of(status) == "source.unavailable", detail_of(status));
    BOOST_TEST(rows_of(**session, select(**session, {"id"})).size() == 3);
}

void a_connection_lost_between_calls_is_made_anew(NationalDatabase& database) {
    make_people(database);
    auto const session = opened(database);
    BOOST_TEST(rows_of(*session, select(*session, {"id"})).size() == 3);
    if (!database.break_connections()) return;
    BOOST_TEST(rows_of(*session, select(*session, {"id"})).size() == 3);
}

void a_connection_lost_in_the_middle_is_unavailable_and_then_made_anew(NationalDatabase& database) {
    make_people(database);
    auto const session = opened(database);
    bool broken = false;
    auto const status = session->read_consistently([&]() -> Status {
        RETURN_IF_ERROR(query(*session, select(*session, {"id"})));
        broken = database.break_connections();
        auto const second = query(*session, select(*session, {"age"}));
        BOOST_TEST(code_of(second) == (broken ? "source.unavailable" : ""), detail_of(second));
        return second;
    });
    BOOST_TEST(code_of(status) == (broken ? "source.unavailable" : ""), detail_of(status));
    BOOST_TEST(rows_of(*session, select(*session, {"id"})).size() == 3);
}

void a_table_that_may_no_longer_be_read_has_its_own_code(NationalDatabase& database) {
    make_people(database);
    database.run("CREATE TABLE other (id VARCHAR(40))");
    auto const session = opened(database);
    BOOST_TEST(rows_of(*session, select(*session, {"id"})).size() == 3);
    if (!database.revoke("person")) return;
    auto const status = query(*session, select(*session, {"id"}));
    BOOST_TEST(code_of(status) == "source.not_permitted", detail_of(status));
    BOOST_TEST(rows_of(*session, select(*session, {"id"}, "other")).empty());
}

std::string numbers_of(SqlSession& session, std::string const& table) {
    auto const map = load_map("database: {kind: sqlite, path: x}\ncases:\n  table: " + table +
                              "\n  id: id\n  fields: {shelter: note}\n");
    BOOST_REQUIRE_MESSAGE(map, detail_of(map));
    auto const numbers = check_numbers(*map, session);
    if (!numbers) return code_of(numbers);
    return std::to_string(numbers->empty) + " empty, " + std::to_string(numbers->repeated) + " repeated";
}

void case_numbers_that_are_empty_or_repeated_are_counted(NationalDatabase& database) {
    make_people(database);
    database.run("CREATE TABLE nobody (id VARCHAR(40), note VARCHAR(9))");
    database.run("CREATE TABLE unnumbered (no VARCHAR(40), note VARCHAR(9))");
    database.run("CREATE TABLE numbered (id INTEGER, note VARCHAR(9))");
    database.run("INSERT INTO numbered VALUES (0, 'x'), (7, 'x'), (7, 'x'), (NULL, 'x')");
    auto const session = opened(database);
    BOOST_TEST(numbers_of(*session, "person") == "0 empty, 0 repeated");
    // Numbers are as different as look-ups find them: neither A and a, nor 07 and 7 are the same.
    database.run(
        "INSERT INTO person VALUES (NULL, 1, 'x'), ('', 1, 'x'), ('  ', 1, 'x'), ('a', 1, 'x'), ('a', 1, 'x'), "
        "('A', 1, 'x'), ('07', 1, 'x'), ('7', 1, 'x'), ('b', 1, 'x')");
    BOOST_TEST(numbers_of(*session, "person") == "3 empty, 2 repeated");
    BOOST_TEST(numbers_of(*session, "nobody") == "0 empty, 0 repeated");
    BOOST_TEST(numbers_of(*session, "numbered") == "1 empty, 1 repeated");
    BOOST_TEST(numbers_of(*session, "unnumbered") == "source.query_failed");
}

struct NamedScenario {
    char const* name;
    void (*run)(NationalDatabase&);
};
#define SCENARIO(name) \
    NamedScenario {    \
#name, name    \
    }
constexpr NamedScenario scenarios[] = {
    SCENARIO(values_come_as_null_integer_or_text),
    SCENARIO(a_date_is_the_day_that_is_stored),
    SCENARIO(text_of_every_script_arrives_as_it_is),
    SCENARIO(names_of_tables_and_columns_may_be_of_every_script),
    SCENARIO(columns_are_named_in_order_and_a_missing_table_has_none),
    SCENARIO(many_rows_stream_in_order_and_stop_when_told),
    SCENARIO(nothing_but_reading_is_possible),
    SCENARIO(case_numbers_that_are_empty_or_repeated_are_counted),
    SCENARIO(a_value_over_the_maximum_is_refused_by_its_column),
    SCENARIO(queries_in_one_snapshot_see_one_state),
    SCENARIO(a_parameter_of_another_type_is_equal_to_nothing),
    SCENARIO(a_view_that_takes_too_long_is_stopped),
    SCENARIO(a_server_that_answers_nothing_is_unavailable_and_back_when_it_answers),
    SCENARIO(a_connection_lost_between_calls_is_made_anew),
    SCENARIO(a_connection_lost_in_the_middle_is_unavailable_and_then_made_anew),
    SCENARIO(a_table_that_may_no_longer_be_read_has_its_own_code),
};

}  // namespace

void check_session_conformance(MakeDatabase const& make) {
    for (auto const& [name, run] : scenarios) {
        BOOST_TEST_CONTEXT(name) {
            auto const database = make();
            run(*database);
        }
    }
}

}  // namespace casebridge::test
