// The suite of every national database, run against Primero: its tables become records with subforms.
#include "adapters/open_case_source.h"
#include "adapters/sqlite_session.h"
#include "tests/support/primero_double.h"
#include "tests/unit/adapters/adapter_fixtures.h"
#include "tests/unit/adapters/case_source_conformance.h"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(primero_conformance)

namespace {

using namespace casebridge;
using namespace casebridge::test;

void replace_all(std::string& text, std::string_view what, std::string_view by) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
        text.replace(at, what.size(), by);
    }
}

class PrimeroDatabase final : public NationalDatabase {
public:
    PrimeroDatabase() : writer_(directory_.path() / "national.db") {
        primero_.serve([this] { return records(); });
    }

    void run(std::string const& sql) override { writer_.run(sql); }
    bool insert(std::string const& table, std::vector<Cell> const& row) override {
        writer_.insert(table, row);
        return true;
    }
    Result<std::unique_ptr<SqlSession>> open() override {
        SqliteSettings settings;
        settings.path = directory_.path() / "national.db";
        return open_sqlite_session(settings, Secret());
    }
    Result<std::unique_ptr<SqlSession>> open_impatient() override { return open(); }
    [[nodiscard]] std::string bytes_type() const override { return "BLOB"; }
    [[nodiscard]] std::string slow_select() const override { return "SELECT 1"; }
    Result<std::unique_ptr<CaseSource>> open_source(std::string const& map_yaml) override {
        auto yaml = map_yaml;
        replace_all(yaml, "database: {kind: sqlite, path: unused.db}\n", primero_.database_yaml());
        replace_all(yaml, "  id: no\n", "  id: case_id_display\n");
        replace_all(yaml, "kind: sequence", "kind: timestamp");
        replace_all(yaml, "case: case_no, ", "");
        replace_all(yaml, "  case: case_no\n", "");
        return open_case_source(directory_.write("map.yaml", yaml), Secret::from_text(PrimeroDouble::password));
    }
    [[nodiscard]] bool has_tables() const override { return false; }

private:
    /// Each row of a table as an object. What is nothing is null in every other row and left out of the rest.
    Json::Array rows(std::string const& table) {
        auto const session = open();
        auto const columns = (*session)->columns(table);
        std::string list;
        for (auto const& column : *columns) list += (list.empty() ? "t." : ", t.") + column.name;
        Json::Array all;
        auto const read = (*session)->query("SELECT " + list + " FROM " + table + " t", {}, [&](SqlRow const& row) {
            auto object = Json::object();
            for (std::size_t at = 0; at < row.size(); ++at) {
                auto const name = (*columns)[at].name == "no" ? "case_id_display" : (*columns)[at].name;
                if (auto const* const number = std::get_if<std::int64_t>(&row[at])) {
                    object.set(name, *number);
                } else if (auto const* const text = std::get_if<std::string>(&row[at])) {
                    object.set(name, *text);
                } else if (all.size() % 2 == 0) {
                    object.set(name, Json());
                }
            }
            all.push_back(std::move(object));
            return true;
        });
        if (!read) throw std::runtime_error(read.error().detail);  // ends the test: this is the server's thread
        return all;
    }

    Json::Array records() {
        std::map<std::string, Json::Array> children;
        for (auto const* table : {"kin", "harm", "consent"}) children[table] = rows(table);
        auto all = rows("cases");
        for (std::size_t at = 0; at < all.size(); ++at) {
            auto& record = all[at];
            record.set("id", "key-" + std::to_string(at)).set("record_state", true);
            record.set("disclosure_other_orgs", true).set("consent_for_services", true);
            for (auto const& [table, rows_of_table] : children) {
                auto own = Json::array();
                for (auto const& row : rows_of_table) {
                    if (row.text_or("case_no") == record.text_or("case_id_display")) own.push(row);
                }
                record.set(table, std::move(own));
            }
        }
        return all;
    }

    TemporaryDirectory directory_;
    DatabaseWriter writer_;
    PrimeroDouble primero_;  // last: its threads read the rest
};

}  // namespace

BOOST_AUTO_TEST_CASE(primero_behaves_as_every_national_database_must) {
    check_case_source_conformance([] { return std::make_unique<PrimeroDatabase>(); });
}

BOOST_AUTO_TEST_SUITE_END()
