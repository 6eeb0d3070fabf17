#include "tests/support/demo_ministry.h"

#include "daemon/files.h"
#include "tests/support/check_code.h"
#include "tests/support/demo/database_writer.h"
#include "tests/support/demo/national_databases.h"
#include "tests/support/made_identity.h"

#include <fstream>

#include <unistd.h>

namespace casebridge::test {
namespace {

constexpr std::string_view source = CASEBRIDGE_SOURCE_DIR;

std::string text_of(std::filesystem::path const& file) {
    return to_text(must(read_file(file, 1 << 20)));
}

std::string replaced(std::string text, std::string const& from, std::string const& to) {
    auto const at = text.find(from);
    BOOST_REQUIRE_MESSAGE(at != std::string::npos, "not in the text: " << from);
    return text.replace(at, from.size(), to);
}

std::string day(Timestamp now, int days_later) {
    return to_iso8601(Date(std::chrono::floor<std::chrono::days>(now) + std::chrono::days(days_later)));
}

void require(OfficerAnswer const& answer, int status) {
    BOOST_REQUIRE_MESSAGE(answer.status == status, answer.status << ' ' << answer.body);
}

Json act() {
    return Json::object().set("reason", canary_reason);
}

Config demo_config(std::filesystem::path const& directory, std::string const& node,
                   std::vector<std::string> const& offices) {
    Config config{.node = must(NodeId::parse(node)), .kind = NodeKind::welfare, .name = "Example", .offices = {}};
    for (auto const& office : offices) config.offices.push_back(must(parse_office(office)));
    config.listen_host = "127.0.0.1";
    config.listen_port = 0;
    config.state_directory = directory / "state";
    config.officer_socket = directory / "officer.sock";
    config.agreements = directory / "agreements";
    config.policies = directory / "policies";
    config.officers.emplace(::getuid(), Officer{OfficerId("officer-1"), "data_officer"});
    config.retry_base = config.retry_cap = std::chrono::milliseconds(100);
    config.log_level = "debug";
    return config;
}

}  // namespace

Secret demo_store_key() {
    return Secret(Bytes(32, 0x5a));
}

DemoMinistry::DemoMinistry(std::filesystem::path const& parent, std::string const& node,
                           std::vector<std::string> const& offices, HandClock& clock)
    : directory_(parent / node), clock_(clock), config_(demo_config(directory_, node, offices)) {
    std::filesystem::create_directories(config_.agreements);
    std::filesystem::create_directories(config_.policies);
    must(make_private_directory(config_.state_directory));
    made_identity(config_.state_directory / "identity", config_.node, clock_.now());
    write("policies/" + node + ".yaml",
          text_of(std::string(source) + "/policies/library/examples/policies/" + node + ".yaml"));
    auto const made = identity();
    root_pem_ = made.root.pem();
    root_fingerprint_ = made.root.fingerprint_text();
    log_vkey_ = made.log_key->verifier().text();
    witness_vkey_ = made.witness_key->verifier().text();
}

DemoMinistry::~DemoMinistry() = default;

void DemoMinistry::add_national_database() {
    Kind const adult{"KH", Exploitation::forced_labour, "18+", Sex::male};
    Kind const child{"KH", Exploitation::begging, "0-14", Sex::female};
    auto const today = Date(std::chrono::floor<std::chrono::days>(clock_.now()));
    write_thailand(national_database(), {adult, child}, 1, today);
    change_national_database("UPDATE \"ชื่อ\" SET \"ชื่อตัว\" = '" + std::string(canary_given_name) + "', \"ชื่อสกุล\" = '" +
                             std::string(canary_family_name) + "'");
    change_national_database("UPDATE \"คดี\" SET \"สุขภาพ\" = '" + std::string(canary_health) + "'");
    write("field-map.yaml", text_of(std::string(source) + "/packaging/demo/field-maps/th-msdhs.yaml"));
    config_.field_map = directory_ / "field-map.yaml";
}

void DemoMinistry::change_national_database(std::string const& sql) const {
    DatabaseWriter::append_to(national_database()).run(sql);
}

void DemoMinistry::start() {
    BOOST_REQUIRE(!node_);
    auto free_space = [this, disk = free_space_at(config_.state_directory)] {
        auto const told = free_space_.load();
        return told != 0 ? Result<std::uint64_t>(told) : disk();
    };
    auto started = Node::start(
        config_, demo_store_key(), clock_, [this](Error const&) { ++fatal_errors_; }, std::move(free_space));
    node_ = must(std::move(started));
    config_.listen_port = node_->peer_port();
}

void DemoMinistry::stop() {
    BOOST_REQUIRE(node_);
    node_->stop();
    node_.reset();
}

void DemoMinistry::patrol() {
    BOOST_REQUIRE(node_);
    node_->patrol();
    BOOST_REQUIRE_EQUAL(officer().get("/v1/log").summary(), "200");  // the engine works in order
}

NodeIdentity DemoMinistry::identity() const {
    return must(load_identity(config_.state_directory / "identity", config_.node, clock_.now()));
}

TlsClientIdentity DemoMinistry::tls_identity() const {
    auto loaded = identity();
    return {std::move(loaded.tls_key), std::move(loaded.tls_chain)};
}

PinnedRoot DemoMinistry::pin() const {
    auto const loaded = identity();
    return must(PinnedRoot::pin(config_.node, loaded.root, loaded.root.fingerprint()));
}

PeerTarget DemoMinistry::target() const {
    return {config_.node, "127.0.0.1", port(), pin().root()};
}

void DemoMinistry::add_peer(DemoMinistry const& peer) {
    auto body = act();
    body.set("node", peer.id().text())
        .set("kind", to_text(peer.config_.kind))
        .set("name", peer.config_.name)
        .set("address", "127.0.0.1:" + std::to_string(peer.port()))
        .set("root_pem", peer.root_pem_)
        .set("fingerprint", peer.root_fingerprint_)
        .set("log_key", peer.log_vkey_)
        .set("witness_key", peer.witness_vkey_);
    require(officer().post("/v1/peers", body), 201);
}

void DemoMinistry::check_peer(DemoMinistry const& peer) const {
    auto const answer = officer().post("/v1/peers/" + peer.id().text() + "/check", act());
    require(answer, 200);
    auto const json = answer.json();
    auto const* reachable = json.find("reachable");
    BOOST_REQUIRE_MESSAGE(reachable != nullptr && *reachable == Json(true), answer.body);
}

void DemoMinistry::sign_agreement(std::string const& file) const {
    require(officer().post("/v1/agreements/sign", act().set("file", file)), 200);
}

void DemoMinistry::reload() const {
    require(officer().post("/v1/reload", act()), 200);
}

void DemoMinistry::write(std::string const& name, std::string const& text) const {
    std::ofstream(directory_ / name, std::ios::binary) << text;
}

std::string DemoMinistry::read(std::string const& name) const {
    return text_of(directory_ / name);
}

Json DemoMinistry::outbox(std::string const& message) const {
    auto const answer = officer().get("/v1/outbox/" + message);
    require(answer, 200);
    return answer.json();
}

std::string DemoMinistry::outbox_state(std::string const& message) const {
    auto const row = outbox(message);
    return row.text_or("state") + " " + row.text_or("last_code");
}

std::vector<Json> DemoMinistry::inbox() const {
    auto const answer = officer().get("/v1/inbox");
    require(answer, 200);
    auto const json = answer.json();
    return *json.find("messages")->as_array();
}

std::string DemoMinistry::disclosure(std::string const& message) const {
    auto const answer =
        officer().get("/v1/cases/show", {{"case", std::string(canary_case)}, {"reason", std::string(canary_reason)}});
    require(answer, 200);
    auto const json = answer.json();
    for (auto const& row : *json.find("disclosures")->as_array())
        if (row.text_or("message") == message) return row.text_or("state");
    return "(none)";
}

std::vector<Json> DemoMinistry::duties() const {
    auto const answer = officer().get("/v1/duties");
    require(answer, 200);
    auto const json = answer.json();
    return *json.find("duties")->as_array();
}

std::vector<Json> DemoMinistry::leaves(std::string_view kind) const {
    auto const answer = officer().get("/v1/log", {{"limit", "1000"}});
    require(answer, 200);
    auto const json = answer.json();
    std::vector<Json> found;
    for (auto const& leaf : *json.find("leaves")->as_array()) {
        auto const data = must(parse_json(leaf.text_or("data")));
        if (data.text_or("kind") == kind) found.push_back(*data.find("facts"));
    }
    return found;
}

std::string DemoMinistry::metrics() const {
    auto const answer = officer().get("/v1/metrics");
    require(answer, 200);
    return answer.body;
}

int DemoMinistry::counter(std::string const& name) const {
    auto const text = "\n" + metrics();
    auto const at = text.find("\n" + name + " ");
    return at == std::string::npos ? 0 : std::stoi(text.substr(at + name.size() + 2));
}

void befriend(DemoMinistry& one, DemoMinistry& other, std::string const& agreement_file) {
    one.add_peer(other);
    other.add_peer(one);
    one.check_peer(other);
    other.check_peer(one);
    for (auto const* each : {&one, &other}) each->sign_agreement(agreement_file);
    for (auto const& [from, to] : {std::pair{&one, &other}, std::pair{&other, &one}}) {
        auto const signature = "agreements/" + agreement_file + "." + from->id().text() + ".p7s";
        to->write(signature, from->read(signature));
        to->reload();
    }
}

std::string example_agreement(std::string const& file, Timestamp now) {
    return replaced(text_of(std::string(source) + "/policies/library/examples/agreements/" + file), "2026-01-01",
                    day(now, -1));
}

std::string example_consent(Timestamp now) {
    auto text = text_of(std::string(source) + "/policies/library/examples/consents/return-adult.yaml");
    text = replaced(text, "EX-2026-0001", std::string(canary_case));
    text = replaced(text, "2026-10-01", day(now, -1));
    return replaced(text, "2027-10-01", day(now, 180));
}

}  // namespace casebridge::test
