#include "tests/bench/ministries.h"

#include "crypto/time.h"
#include "tests/support/demo/database_writer.h"
#include "tests/support/demo/national_databases.h"

#include <fstream>
#include <sstream>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace casebridge::bench {
namespace {

namespace fs = std::filesystem;
std::string const source = CASEBRIDGE_SOURCE_DIR;
std::string const example_partner = "kh-mosvy";

Date today() {
    return Date(std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()));
}

/// Aliases of 240 bytes in each part, which is near the longest a name can be.
void add_names(test::DatabaseWriter& writer, std::string const& number, int count) {
    if (count == 0) return;
    writer.run("CREATE TEMP TABLE one AS SELECT * FROM \"ชื่อ\" WHERE \"เลขคดี\" = '" + number +
               "' ORDER BY \"ลำดับ\" LIMIT 1");
    std::string const text = "replace(hex(zeroblob(40)), '0', 'ก')";
    writer.run("UPDATE one SET \"ประเภท\" = 'ชื่อเล่น', \"ชื่อตัว\" = " + text + ", \"ชื่อสกุล\" = " + text);
    for (int each = 0; each < count; ++each) {
        writer.run("UPDATE one SET \"ลำดับ\" = " + std::to_string(100 + each));
        writer.run("INSERT INTO \"ชื่อ\" SELECT * FROM one");
    }
    writer.run("DROP TABLE one");
}

std::string with_partner(std::string text, std::string const& partner) {
    for (auto at = text.find(example_partner); at != std::string::npos;
         at = text.find(example_partner, at + partner.size()))
        text.replace(at, example_partner.size(), partner);
    return text;
}

}  // namespace

std::string read(fs::path const& file) {
    std::ifstream stream(file, std::ios::binary);
    if (!stream) throw std::runtime_error("cannot read " + file.string());
    return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

void write(fs::path const& file, std::string const& text) {
    std::ofstream(file, std::ios::binary) << text;
}

std::string replaced(std::string text, std::string const& from, std::string const& to) {
    auto const at = text.find(from);
    if (at == std::string::npos) throw std::runtime_error("not in the text: " + from);
    return text.replace(at, from.size(), to);
}

std::uint16_t free_port() {
    int const descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const raw = reinterpret_cast<sockaddr*>(&address);
    bool const bound = ::bind(descriptor, raw, size) == 0 && ::getsockname(descriptor, raw, &size) == 0;
    ::close(descriptor);
    if (!bound) throw std::runtime_error("no free port");
    return ntohs(address.sin_port);
}

std::string day(int days_later) {
    return to_iso8601(Date(std::chrono::sys_days(today()) + std::chrono::days(days_later)));
}

Json act() {
    return Json::object().set("reason", "measurement");
}

std::string agreement_file(std::string const& partner) {
    return "th-msdhs--" + partner + ".yaml";
}

std::string agreement_with(std::string const& partner) {
    auto const example = source + "/policies/library/examples/agreements/" + agreement_file(example_partner);
    auto const text = replaced(with_partner(read(example), partner), "2026-01-01", day(-1));
    auto const purpose = text.find("return_and_handover:");
    if (purpose == std::string::npos) throw std::runtime_error("the agreement has no return");
    return text.substr(0, purpose) + replaced(text.substr(purpose), "answering: officer", "answering: automatic");
}

std::string case_number(int number) {
    return number == 0 ? std::string(test::adult_return_case) : "TH-2560-" + std::to_string(1000 + number);
}

std::string consent_to_return(int number, std::vector<std::string> const& partners) {
    auto text = read(source + "/policies/library/examples/consents/return-adult.yaml");
    text = replaced(replaced(text, "2026-10-01", day(-1)), "2027-10-01", day(180));
    std::string recipients;
    for (auto const& each : partners) recipients += "  - " + each + "/poipet-transit-centre\n";
    return replaced(replaced(text, "  - kh-mosvy/poipet-transit-centre\n", recipients), "EX-2026-0001",
                    case_number(number));
}

void make_ministry(fs::path const& programs, fs::path const& home, std::uint16_t port, std::string const& offices) {
    auto const node = home.filename().string();
    bool const is_thailand = node == "th-msdhs";
    for (auto const* each : {"agreements", "policies", "run"}) fs::create_directories(home / each);
    write(home / "passphrase", "measurement passphrase\n");
    fs::permissions(home / "passphrase", fs::perms::owner_read | fs::perms::owner_write);
    auto const command = (programs / "casebridge").string() + " init --node " + node +
                         " --kind welfare --name Measurement --state " + (home / "state").string() +
                         " --passphrase-file " + (home / "passphrase").string() + " --json >" +
                         (home / "init.json").string();
    if (std::system(command.c_str()) != 0) throw std::runtime_error("casebridge init failed");
    auto const policy = (is_thailand ? node : example_partner) + ".yaml";
    write(home / "policies" / policy, read(source + "/policies/library/examples/policies/" + policy));
    std::ostringstream config;
    config << "node: " << node << "\nkind: welfare\nname: Measurement\noffices: " << offices
           << "\nlisten: \"127.0.0.1:" << port << "\"\nstate_directory: state\nofficer_socket: run/officer.sock\n"
           << "agreements: agreements\npolicies: policies\nstore_key_file: state/store.key\n"
           << (is_thailand ? "field_map: field-map.yaml\n" : "") << "officers:\n  - {user: \"" << ::getuid()
           << "\", officer: bench, role: data_officer}\nretry: {base_seconds: 1, cap_seconds: 2}\n"
           << "limits: {connections_per_address: 256, peer_requests_per_second: 10000, peer_request_burst: 100000}\n";
    write(home / "casebridge.yaml", config.str());
}

void make_cases(fs::path const& home, int cases, std::function<int(int)> const& further_names) {
    using test::Exploitation;
    using test::Sex;
    auto const database = home / "national.db";
    test::write_thailand(
        database,
        {{"KH", Exploitation::forced_labour, "18+", Sex::male}, {"KH", Exploitation::begging, "0-14", Sex::female}}, 1,
        today());
    auto writer = test::DatabaseWriter::append_to(database);
    for (int number = 1; number < cases; ++number) {
        for (std::string const table : {"คดี", "ชื่อ", "ที่อยู่", "เอกสาร"}) {
            writer.run("CREATE TEMP TABLE one AS SELECT * FROM \"" + table + "\" WHERE \"เลขคดี\" = '" + case_number(0) +
                       "'");
            writer.run("UPDATE one SET \"เลขคดี\" = '" + case_number(number) + "'");
            writer.run("INSERT INTO \"" + table + "\" SELECT * FROM one");
            writer.run("DROP TABLE one");
        }
        add_names(writer, case_number(number), further_names(number));
    }
    write(home / "field-map.yaml", replaced(read(source + "/packaging/demo/field-maps/th-msdhs.yaml"),
                                            "        family: ชื่อสกุล\n", "        family: ชื่อสกุล\n        full: ชื่อสกุล\n"));
}

void add_peer(DaemonProcess const& at, fs::path const& peer, std::uint16_t port, Witnessing witnessing) {
    OfficerConnection officer(at.socket());
    auto const made = *parse_json(read(peer / "init.json"));
    auto body = act()
                    .set("node", peer.filename().string())
                    .set("kind", "welfare")
                    .set("name", "Measurement")
                    .set("address", "127.0.0.1:" + std::to_string(port))
                    .set("root_pem", read(peer / "state/identity/root.pem"))
                    .set("fingerprint", made.text_or("fingerprint"));
    if (witnessing == Witnessing::on)
        body.set("log_key", made.text_or("log_key")).set("witness_key", made.text_or("witness_key"));
    officer.post("/v1/peers", body, 201);
}

void check_peer(DaemonProcess const& at, std::string const& peer) {
    OfficerConnection(at.socket()).post("/v1/peers/" + peer + "/check", act(), 200);
}

void sign_agreement(DaemonProcess const& one, DaemonProcess const& other, std::string const& file) {
    for (auto const* each : {&one, &other})
        OfficerConnection(each->socket()).post("/v1/agreements/sign", act().set("file", file), 200);
    for (auto const& [from, to] : {std::pair{&one, &other}, std::pair{&other, &one}}) {
        auto const name = file + "." + from->directory().filename().string() + ".p7s";
        write(to->directory() / "agreements" / name, read(from->directory() / "agreements" / name));
    }
}

}  // namespace casebridge::bench
