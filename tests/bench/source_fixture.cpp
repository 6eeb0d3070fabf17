#include "tests/bench/source_fixture.h"

#include "tests/bench/piped_program.h"

#include <array>
#include <cstdio>
#include <fstream>

#include <sys/stat.h>

namespace casebridge::bench {
namespace {

constexpr char const* columns = "case_no,sex,born,nation,given_name,family_name,shelter,children,phone,status,remark";
constexpr char const* definition =
    "(case_no VARCHAR(20) PRIMARY KEY, sex VARCHAR(8), born VARCHAR(20), nation VARCHAR(40), given_name VARCHAR(80), "
    "family_name VARCHAR(80), shelter VARCHAR(80), children INTEGER, phone VARCHAR(20), status VARCHAR(40), remark "
    "VARCHAR(200))";
constexpr char const* cases_in_the_map = R"yaml(
cases:
  table: cases
  id: case_no
  fields:
    sex: {column: sex, codes: {ช: male, ญ: female}}
    birth_date: {column: born, date: dd/MM/yyyy, era: buddhist}
    citizenship: {column: nation, codes: {ไทย: TH, ลาว: LA, กัมพูชา: KH, เมียนมา: MM}}
    shelter: shelter
    number_of_children: children
    mobile_phone: {column: phone, calling_code: 66}
    trafficking_status: {column: status, codes: as_stored}
groups:
  names:
    - {fields: {kind: {value: legal}, given: given_name, family: family_name}}
)yaml";

constexpr std::array nations = {"ไทย", "ลาว", "กัมพูชา", "เมียนมา"};
constexpr std::array given = {"มาลี", "สมชาย", "สุภาพร", "ประเสริฐ", "กัญญา", "วิชัย", "จันทร์เพ็ญ"};
constexpr std::array family = {"ใจดี", "ศรีสุวรรณ", "ทองคำ", "พงษ์พานิช", "แก้วมณี"};
constexpr std::array shelters = {"บ้านเกร็ดตระการ", "บ้านพักเด็กและครอบครัว", "สถานคุ้มครองภาคเหนือ"};
constexpr std::array statuses = {"ActualVictimOfTrafficking", "PossibleVictimOfTrafficking"};

template <std::size_t size>
char const* pick(std::array<char const*, size> const& from, int row, int step) {
    return from[static_cast<std::size_t>(row / step) % size];
}

std::string row_text(int row) {
    std::array<char, 1024> text{};
    std::snprintf(text.data(), text.size(), "%s,%s,%02d/%02d/%d,%s,%s,%s,%s,%d,08%08d,%s,\"ส่งต่อแล้ว, รอผล %d\"\n",
                  case_number(row).c_str(), row % 3 == 0 ? "ช" : "ญ", row % 28 + 1, row % 12 + 1, 2520 + row % 35,
                  pick(nations, row, 1), pick(given, row, 3), pick(family, row, 5), pick(shelters, row, 7), row % 4,
                  row * 7 % 100'000'000, pick(statuses, row, 11), row);
    return text.data();
}

void write(std::filesystem::path const& file, std::string const& text, mode_t mode = 0644) {
    std::ofstream(file, std::ios::binary) << text;
    ::chmod(file.c_str(), mode);
}

std::string reading(bool rows) {
    std::string list;
    for (auto const& column : scanned_columns()) list += (list.empty() ? "" : ", ") + column;
    return "SELECT " + list + " FROM cases" + (rows ? "" : " WHERE case_no = ''");
}

/// For a client that takes the statement as its last argument, between `before` and `after`.
void add_client(BenchedSource& source, std::string name, std::vector<std::string> const& arguments,
                std::vector<std::string> const& environment, std::string const& before = "",
                std::string const& after = "") {
    Client client{std::move(name), {arguments, environment}, {arguments, environment}};
    client.reads.arguments.push_back(before + reading(true) + after);
    client.idle.arguments.push_back(before + reading(false) + after);
    source.clients.push_back(std::move(client));
}

constexpr char const* sqlcipher_key = "2f1c6d6f0b9f1f2c6f5d4a3b2c1d0e9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c3d";

}  // namespace

std::string case_number(int row) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "TH-%08d", row);
    return text.data();
}

std::vector<std::string> scanned_columns() {
    return {"case_no", "sex", "born", "nation", "given_name", "family_name", "shelter", "children", "phone", "status"};
}

SourceFixture::SourceFixture(std::filesystem::path directory, int rows) : directory_(std::move(directory)) {
    write_export(rows);
    fill_postgresql();
    fill_mariadb();
    fill_files();
}

void SourceFixture::write_export(int rows) const {
    std::filesystem::create_directories(export_folder());
    std::ofstream file(export_folder() / "cases.csv", std::ios::binary);
    file << columns << '\n';
    // Case numbers in no order, as a ministry's export has them: an index on them is not simply written from left to
    // right.
    constexpr std::int64_t prime = 611'953;
    for (std::int64_t row = 0; row < rows; ++row) file << row_text(static_cast<int>(row * prime % rows));
    file.flush();
    if (!file) throw std::runtime_error("the export cannot be written");
    write(export_folder() / "DONE", "");
}

void SourceFixture::add(BenchedSource source, std::string const& database) {
    source.map = directory_ / (std::to_string(sources_.size()) + ".yaml");
    write(source.map, "database: {" + database + "}" + cases_in_the_map);
    sources_.push_back(std::move(source));
}

void SourceFixture::fill_postgresql() {
    auto const name = postgresql_.create_database();
    auto admin = postgresql_.admin(name);
    admin.run(std::string("CREATE TABLE cases ") + definition);
    auto const port = std::to_string(postgresql_.port());
    run_to_end({{"psql", "-Xq", "-h", postgresql_.socket().string(), "-p", port, "-U", "admin", "-d", name, "-c",
                 "\\copy cases FROM '" + (export_folder() / "cases.csv").string() + "' (FORMAT csv, HEADER)"},
                {}});
    admin.run("ANALYZE cases");
    admin.run("CHECKPOINT");
    auto const key = directory_ / "server.password";
    write(key, test::PostgresServer::password, 0600);
    auto const root = postgresql_.root_certificate().string();

    BenchedSource source{"postgresql", {}, key, {}};
    std::vector<std::string> const psql = {"psql", "-XAtq", "-d",
                                           "host=db.example hostaddr=127.0.0.1 port=" + port + " dbname=" + name +
                                               " user=reader sslmode=verify-full sslrootcert=" + root,
                                           "-c"};
    std::vector<std::string> const login = {std::string("PGPASSWORD=") + test::PostgresServer::password,
                                            "PGCLIENTENCODING=UTF8"};
    add_client(source, "psql, all of the result before its first row", psql, login);
    add_client(source, "psql, COPY", psql, login, "COPY (", ") TO STDOUT");
    auto behind_odbc = source;
    add(std::move(source), "kind: postgresql, host: db.example, host_address: 127.0.0.1, port: " + port +
                               ", database: " + name + ", user: reader, root_certificate: " + root);
    behind_odbc.name = "odbc, PostgreSQL's driver";
    add(std::move(behind_odbc),
        "kind: odbc, driver: PostgreSQL Unicode, user: reader, attributes: {SERVERNAME: db.example, PORT: " + port +
            ", DATABASE: " + name + ", pqopt: \"hostaddr=127.0.0.1 sslrootcert=" + root + "\"}");
}

void SourceFixture::fill_mariadb() {
    auto const name = mariadb_.create_database();
    auto admin = mariadb_.admin(name);
    admin.run(std::string("CREATE TABLE cases ") + definition);
    admin.run("GRANT SELECT ON cases TO reader@'127.0.0.1'");
    run_to_end({{"mariadb", "--no-defaults", "--socket=" + mariadb_.socket().string(), "--user=admin",
                 "--default-character-set=utf8mb4", "--local-infile=1", name, "-e",
                 "LOAD DATA LOCAL INFILE '" + (export_folder() / "cases.csv").string() +
                     "' INTO TABLE cases CHARACTER SET utf8mb4 FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '\"' "
                     "IGNORE 1 LINES"},
                {}});
    admin.run("ANALYZE TABLE cases");
    auto const key = directory_ / "server.password";
    auto const port = std::to_string(mariadb_.port());
    auto const settings = mariadb_.settings(name);
    std::string root;
    for (auto const& [attribute, value] : settings.attributes) {
        if (attribute == "SSLCA") root = value;
    }
    BenchedSource source{"odbc, MariaDB's driver", {}, key, {}};
    add_client(source, "mariadb",
               {"mariadb", "--no-defaults", "--host=127.0.0.1", "--port=" + port, "--user=reader", "--ssl-ca=" + root,
                "--ssl-verify-server-cert", "--default-character-set=utf8mb4", "--quick", "--batch",
                "--skip-column-names", name, "-e"},
               {std::string("MYSQL_PWD=") + test::MariadbServer::password});
    add(std::move(source), "kind: odbc, driver: MariaDB Unicode, user: reader, attributes: {SERVER: 127.0.0.1, PORT: " +
                               port + ", DATABASE: " + name + ", SSLCA: " + root + "}");
}

void SourceFixture::fill_files() {
    auto const plain = (directory_ / "national.db").string();
    auto const encrypted = (directory_ / "encrypted.db").string();
    auto const rows = (export_folder() / "cases.csv").string();
    run_to_end({{"sqlite3", plain, std::string("CREATE TABLE cases ") + definition,
                 ".import --csv --skip 1 " + rows + " cases"},
                {}});
    // SQLCipher 4 writes in its own format unless told otherwise, and says "ok" to a key; 3 does neither.
    std::string const key = "PRAGMA key = \"x'" + std::string(sqlcipher_key) + "'\"; PRAGMA cipher_compatibility = 3;";
    run_to_end({{"sqlcipher", encrypted,
                 key + "CREATE TABLE cases " + definition + ";ATTACH '" + plain +
                     "' AS plain KEY ''; INSERT INTO cases SELECT * FROM plain.cases"},
                {}});
    auto const key_file = directory_ / "sqlcipher.key";
    write(key_file, sqlcipher_key, 0600);

    BenchedSource sqlite{"sqlite (casebridge-sqlite-reader)", {}, {}, {}};
    add_client(sqlite, "sqlite3", {"sqlite3", "-readonly", plain}, {});
    auto csv = sqlite;
    add(std::move(sqlite), "kind: sqlite, path: national.db");

    BenchedSource sqlcipher{"sqlcipher", {}, key_file, {}};
    add_client(sqlcipher, "sqlcipher",
               {"sqlcipher", "-cmd", ".output /dev/null", "-cmd", key, "-cmd", ".output", encrypted}, {});
    add(std::move(sqlcipher), "kind: sqlcipher, path: encrypted.db, cipher_compatibility: 3, key_kind: raw");

    csv.name = "csv, once loaded";
    csv.clients.front().name = "sqlite3 on the same rows in a file";
    add(std::move(csv), "kind: csv, folder: export, encoding: utf-8, marker: DONE, scratch: .");
}

Program SourceFixture::import_by_sqlite3() const {
    return {{"sqlite3", (directory_ / "imported.db").string(), "DROP TABLE IF EXISTS cases",
             std::string("CREATE TABLE cases ") + definition,
             ".import --csv --skip 1 " + (export_folder() / "cases.csv").string() + " cases"},
            {}};
}

}  // namespace casebridge::bench
