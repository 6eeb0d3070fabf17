// Every call by which a daemon changes its store or its staging table while a summary is admitted and written there, or
// withdrawn and removed: crash there, start again, and there is one row, or none. See CRASH.md.
#include "adapters/sqlite_session.h"
#include "tests/faults/crash_sweep.h"
#include "tests/support/check_code.h"
#include "tests/support/demo/database_writer.h"

#include <fstream>
#include <iterator>

namespace casebridge::test {
namespace {

std::string read(std::filesystem::path const& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

void send_and_stage(CrashPair& pair, FaultyDaemon& victim, Fault const& fault) {
    victim.arm(fault);
    auto const message = pair.send(0);
    pair.wait_settled(message);
    pair.wait_staged(message);
    pair.check(message, "delivered");
    pair.check_staged(message);
}

/// How many rows a message has.
std::size_t rows_of(std::filesystem::path const& file, std::string const& message) {
    SqliteSettings settings;
    settings.path = file;
    auto const session = must(open_sqlite_session(settings, {}));
    std::size_t rows = 0;
    must(session->query("SELECT summary FROM casebridge_received WHERE message_id = ?", {message},
                        [&](SqlRow const& row) {
                            rows += std::get<std::string>(row.front()).starts_with("{\"fields\"") ? 1U : 100U;
                            return true;
                        }));
    return rows;
}

/// The row goes before the partner is told that the message was destroyed, whatever comes in between.
void withdraw_what_is_staged(CrashPair& pair, FaultyDaemon& victim, Fault const& fault) {
    pair.consent(1);
    auto const message = pair.send(1);
    pair.wait_settled(message);
    pair.wait_staged(message);
    pair.check(message, "delivered");
    pair.check_staged(message);
    victim.arm(fault);
    pair.withdraw_consent(1);
    pair.wait_destroyed();
    if (rows_of(pair.staging(), message) != 0) throw BrokenPromise(message + " is still in the table");
    pair.check_destroyed(message);
    pair.check_staging_leaves(message, 1, 1);
    if (rows_of(pair.staging(), message) != 0) throw BrokenPromise(message + " is in the table again");
}

}  // namespace

void CrashPair::want_staging() {
    std::filesystem::create_directories(staging().parent_path());
    DatabaseWriter(staging()).run(read(std::string(CASEBRIDGE_SOURCE_DIR) + "/packaging/sql/received-sqlite.sql"));
    want_staging("{database: {kind: sqlite, path: state/staging/received.db}}");
}

void CrashPair::want_staging(std::string const& received) {
    std::ofstream(receiver_->home() / "casebridge.yaml", std::ios::app) << "received: " << received << '\n';
}

void CrashPair::wait_staged(std::string const& message) {
    wait(message + " is staged", [&] {
        if (receiver_->fault().action != FaultAction::none && receiver_->fired() == 0)  // asking would be counted
            return receiver_->said("received_export.written message=" + message);
        auto const status = receiver_->officer().get("/v1/status");
        if (status.status != 200) throw std::runtime_error(status.summary());
        auto const json = status.json();
        return *json.find("staging")->find("places")->as_array()->front().find("listed") == Json(0);
    });
}

void CrashPair::check_staged(std::string const& message) {
    check_staging_leaves(message, 1, 0);
    auto const rows = rows_of(staging(), message);
    if (rows != 1) throw BrokenPromise(std::to_string(rows) + " rows of " + message);
}

void CrashPair::check_staging_leaves(std::string const& message, int written, int removed) {
    calm();
    received_ledger_.read_on(receiver_->officer());
    for (auto const& [kind, expected] : {std::pair{"staging.write", written}, std::pair{"staging.remove", removed}}) {
        auto const leaves = received_ledger_.count(kind, message);
        if (leaves != expected) throw BrokenPromise(std::to_string(leaves) + " leaves " + kind + " of " + message);
    }
}

BOOST_AUTO_TEST_SUITE(crash)

BOOST_AUTO_TEST_CASE(a_crash_at_any_call_of_an_admission_and_its_staging_leaves_one_row) {
    CrashPair pair(1);
    pair.want_staging();
    sweep(pair, {"staging", send_and_stage}, {Side::receiver}, crashes, 17);
}

BOOST_AUTO_TEST_CASE(a_crash_at_any_call_of_a_withdrawal_leaves_no_row_in_the_staging_table) {
    CrashPair pair(2);
    pair.want_staging();
    sweep(pair, {"unstaging", withdraw_what_is_staged}, {Side::receiver}, crashes, 23);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace casebridge::test
