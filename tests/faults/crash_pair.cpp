#include "tests/faults/crash_pair.h"

#include "crypto/time.h"
#include "tests/bench/two_daemons.h"

#include <algorithm>
#include <fstream>
#include <stdexcept>
#include <thread>

#include <sys/wait.h>

namespace casebridge::test {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int exit_store_failed = 70, exit_could_not_start = 1;
constexpr std::chrono::milliseconds disk_stays_full{100};
constexpr std::chrono::seconds longest_agony{5}, longest_wait{30};

std::string read(std::filesystem::path const& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

void replace(std::string& text, std::string const& from, std::string const& to) {
    auto const at = text.find(from);
    if (at == std::string::npos) throw std::logic_error("not in the text: " + from);
    text.replace(at, from.size(), to);
}

/// Throws std::runtime_error if nobody answers, or not now: a full disk may refuse even those who only ask.
Json ask(FaultyDaemon const& daemon, std::string const& path, OfficerSession::Query const& query = {}) {
    auto const answer = daemon.officer().get(path, query);
    if (answer.status != 200) throw std::runtime_error(path + ": " + answer.summary());
    return answer.json();
}

void require(bool holds, std::string const& what) {
    if (!holds) throw BrokenPromise(what);
}

std::string const erasure_receipt_came = "type=erasure_receipt outcome=accepted";

/// As the officer's list has it. Throws as `ask`, and if there is none.
Json newest_withdrawal(FaultyDaemon const& daemon) {
    auto const listed = ask(daemon, "/v1/duties");
    auto const& duties = *listed.find("duties")->as_array();
    if (duties.empty()) throw std::runtime_error("nothing was withdrawn");
    return duties.front();
}

}  // namespace

CrashPair::CrashPair(int cases, bench::Witnessing witnessing) {
    auto const home = std::filesystem::canonical(directory_.path()) / "pair";
    bench::TwoDaemons provisioned(std::string(CASEBRIDGE_BINARY_DIR) + "/bin", home, cases, witnessing);
    for (int number = 0; number < cases; ++number) requests_.push_back(provisioned.request(number));
    for (auto* each : {&provisioned.thailand, &provisioned.cambodia}) {
        auto const file = each->directory() / "casebridge.yaml";
        auto config = read(file);
        replace(config, "cap_seconds: 2", "cap_seconds: 1");
        config += "queries: {answer_slot_ms: 100, quota_per_peer: 1000000, quota_per_office: 1000000}\n";
        std::ofstream(file, std::ios::binary) << config;
    }
    sender_ = std::make_unique<FaultyDaemon>(provisioned.thailand.directory());
    receiver_ = std::make_unique<FaultyDaemon>(provisioned.cambodia.directory());
}

void CrashPair::start(FaultyDaemon& daemon) {
    if (!daemon.runs()) daemon.start();
    wanted_.insert(&daemon);
}

void CrashPair::start(FaultyDaemon& daemon, Fault const& fault) {
    daemon.arm(fault);
    daemon.launch();
    wanted_.insert(&daemon);
    wait("starts", [&] { return daemon.serves(); });
}

void CrashPair::stop(FaultyDaemon& daemon) {
    tend();
    wanted_.erase(&daemon);
    daemon.stop();
}

void CrashPair::require_right_ending(FaultyDaemon& daemon) const {
    // What found its disk full may need until it has room again, and longer, to end of that.
    auto const room = room_since_.find(&daemon);
    bool const ends_of_full_disk =
        daemon.fired() == 0 && room != room_since_.end() && Clock::now() - room->second < longest_agony;
    auto const why = (ends_of_full_disk ? "a disk that was full" : to_text(daemon.fault().action)) + " at " +
                     daemon.fired_at() + ":\n" + daemon.log();
    require(daemon.fired() != 0 || ends_of_full_disk, "ended by itself:\n" + daemon.log());
    auto const ending = daemon.ending();
    if (!ends_of_full_disk && !daemon.fault().is_error())
        return require(WIFSIGNALED(ending) && WTERMSIG(ending) == SIGKILL, why);
    auto const expected = daemon.serves() ? exit_store_failed : exit_could_not_start;
    require(WIFEXITED(ending) && (WEXITSTATUS(ending) == expected || WEXITSTATUS(ending) == exit_store_failed),
            "ended with " + std::to_string(ending) + " after " + why);
    require(daemon.said("[store."), "says no code after " + why);
}

void CrashPair::tend(FaultyDaemon& daemon) {
    if (!daemon.runs()) {
        require_right_ending(daemon);
        daemon.start();
        fired_since_.erase(&daemon);
        room_since_.erase(&daemon);
        return;
    }
    if (daemon.fired() == 0 || !daemon.fault().is_error()) return;
    auto const since = fired_since_.emplace(&daemon, Clock::now()).first->second;
    if (daemon.fault().is_full_disk() && Clock::now() - since > disk_stays_full) {
        make_room(daemon);
    } else if (!daemon.fault().is_full_disk()) {
        require(Clock::now() - since < longest_agony,
                "goes on after " + to_text(daemon.fault().action) + " at " + daemon.fired_at() + ":\n" + daemon.log());
    }
}

void CrashPair::make_room(FaultyDaemon& daemon) {
    room_since_[&daemon] = Clock::now();
    daemon.disarm();
    fired_since_.erase(&daemon);
}

void CrashPair::tend() {
    for (auto* each : wanted_) tend(*each);
}

void CrashPair::calm() {
    for (auto* each : wanted_) {
        each->hold();
        wait("a fault is over", [each] { return each->fired() == 0; });
        each->disarm();
    }
}

void CrashPair::wait(std::string const& what, std::function<bool()> const& holds) {
    auto const deadline = Clock::now() + longest_wait;
    for (;;) {
        tend();
        bool held = false;
        try {
            held = holds();
        } catch (std::runtime_error const&) {  // nobody answers: it has just gone
        }
        if (held) return;
        require(Clock::now() < deadline,
                "never happened: " + what + "\n-- sender\n" + sender_->log() + "\n-- receiver\n" + receiver_->log());
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
}

std::string CrashPair::post_send(int number) const {
    auto const answer = sender_->officer().post("/v1/cases/send", request(number));
    require(answer.status == 202 || answer.status >= 500, "send: " + answer.summary());
    if (answer.status != 202) throw std::runtime_error(answer.summary());
    return answer.json().text_or("message");
}

std::int64_t CrashPair::queued() const {
    return *ask(*sender_, "/v1/outbox", {{"limit", "1"}}).find("counts")->find("queued")->as_integer();
}

std::string CrashPair::newest_unknown() {
    auto const listed = ask(*sender_, "/v1/outbox", {{"limit", "4"}});
    for (auto const& row : *listed.find("messages")->as_array())
        if (row.text_or("type") == "case_summary" && !sent_.contains(row.text_or("message")))
            return row.text_or("message");
    return {};
}

std::string CrashPair::send(int number) {
    std::string id;
    while (id.empty()) {
        try {
            id = post_send(number);
        } catch (std::runtime_error const&) {
            // A daemon that has failed goes and comes back; one whose disk was full has room again.
            wait("the fault is over", [&] { return sender_->fired() == 0; });
            id = newest_unknown();
        }
    }
    sent_.insert(id);
    return id;
}

std::string CrashPair::case_number(int number) const {
    return request(number).text_or("case");
}

void CrashPair::withdraw_consent(int number) {
    auto const id = "consent-" + std::to_string(number) + "-" + std::to_string(consents_[number]);
    auto const request =
        Json::object().set("case", case_number(number)).set("consent", id).set("reason", "she has changed her mind");
    receipts_before_ = sender_->times_said(erasure_receipt_came);
    bool withdrawn = false;
    wait("the consent is withdrawn", [&] {
        if (!withdrawn) withdrawn = sender_->officer().post("/v1/consents/withdraw", request).status == 200;
        auto const consents = ask(*sender_, "/v1/consents", {{"case", case_number(number)}});
        for (auto const& consent : *consents.find("consents")->as_array()) {
            if (consent.text_or("id") != id) continue;
            bool const gone = !consent.text_or("withdrawn_at").empty();
            require(gone || !withdrawn, "an acknowledged withdrawal was lost");
            return gone;
        }
        return false;
    });
}

void CrashPair::wait_destroyed() {
    wait("the erasure receipt has come", [&] {
        if (sender_->fault().action != FaultAction::none && sender_->fired() == 0)  // asking would be counted
            return sender_->times_said(erasure_receipt_came) > receipts_before_;
        return newest_withdrawal(*sender_).text_or("state") == "answered";
    });
}

void CrashPair::check_destroyed(std::string const& message) {
    calm();
    // What the log spoke of may have been the receipt for an earlier one, brought once more.
    wait("the withdrawal is answered", [&] { return newest_withdrawal(*sender_).text_or("state") == "answered"; });
    auto const withdrawal = newest_withdrawal(*sender_);
    auto const id = withdrawal.text_or("duty");
    require(*withdrawal.find("erased")->find("messages") == Json(1), id + " destroyed another number of messages");
    sent_ledger_.read_on(sender_->officer());
    received_ledger_.read_on(receiver_->officer());
    require(received_ledger_.count("erasure", id) == 1, id + " was not obeyed once");
    require(received_ledger_.count("admission of a duty", id) == 1, id + " was not admitted once");
    require(sent_ledger_.count("erasure.confirmed", id) == 1, id + " was not confirmed once");
    auto const inbox = ask(*receiver_, "/v1/inbox", {{"limit", "20"}});
    for (auto const& each : *inbox.find("messages")->as_array())
        if (each.text_or("message") == message)
            require(!each.text_or("erased_at").empty(), message + " still has its content");
}

void CrashPair::consent(int number) {
    static std::string const example =
        read(std::string(CASEBRIDGE_SOURCE_DIR) + "/policies/library/examples/consents/return-adult.yaml");
    auto const day = [](int later) {
        auto const today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
        return to_iso8601(Date(today + std::chrono::days(later)));
    };
    auto text = example;
    replace(text, "example-return-adult",
            "consent-" + std::to_string(number) + "-" + std::to_string(++consents_[number]));
    replace(text, "EX-2026-0001", case_number(number));
    replace(text, "2026-10-01", day(-1));
    replace(text, "2027-10-01", day(180));
    auto const answer =
        sender_->officer().post("/v1/consents", Json::object().set("yaml", text).set("reason", "measurement"));
    require(answer.status == 201, "consent: " + answer.summary());
}

Json CrashPair::outbox(std::string const& message) const {
    auto const answer = sender_->officer().get("/v1/outbox/" + message);
    require(answer.status != 404, message + " was acknowledged and is lost: " + answer.summary());
    if (answer.status != 200) throw std::runtime_error(message + ": " + answer.summary());
    return answer.json();
}

void CrashPair::wait_settled(std::string const& message) {
    wait(message + " is settled", [&] {
        if (sender_->fault().action != FaultAction::none && sender_->fired() == 0)  // asking would be counted
            return sender_->said("message.settled message=" + message);
        return outbox(message).text_or("state") != "queued";
    });
}

void CrashPair::check(std::string const& message, std::string const& state) {
    calm();
    auto const row = outbox(message);
    require(row.text_or("state") == state, message + " is " + row.text_or("state") + ", not " + state);
    bool const arrived = state != "refused";
    sent_ledger_.read_on(sender_->officer());
    received_ledger_.read_on(receiver_->officer());
    auto const once = [&](Ledger const& ledger, std::string const& kind, int times) {
        auto const count = ledger.count(kind, message);
        require(count == times, std::to_string(count) + " leaves '" + kind + "' of " + message);
    };
    once(sent_ledger_, "release", 1);
    once(sent_ledger_, "receipt", arrived ? 1 : 0);
    once(sent_ledger_, "dead_letter", arrived ? 0 : 1);
    once(received_ledger_, "admission", arrived ? 1 : 0);
    int listed = 0;
    auto const inbox = ask(*receiver_, "/v1/inbox", {{"limit", "20"}});
    for (auto const& each : *inbox.find("messages")->as_array())
        if (each.text_or("message") == message) ++listed;
    require(listed == (arrived ? 1 : 0), message + " is in the inbox " + std::to_string(listed) + " times");
    if (!arrived) return;
    auto const* receipt = row.find("receipt");
    require(receipt != nullptr && *receipt->find("verifies") == Json(true), message + " has no receipt that verifies");
    require(*receipt->find("log_index") == Json(received_ledger_.position("admission", message)),
            "the receipt of " + message + " names another leaf than that of its admission");
}

void CrashPair::check_all() {
    sent_ledger_.read_on(sender_->officer());
    received_ledger_.read_on(receiver_->officer());
    auto const released = sent_ledger_.messages("release");
    for (auto const& message : sent_) require(released.contains(message), message + " was acknowledged and is lost");
    for (auto const& message : released) {
        auto const settled = sent_ledger_.count("receipt", message) + sent_ledger_.count("dead_letter", message);
        require(settled == 1, message + " was settled " + std::to_string(settled) + " times");
        require(sent_ledger_.count("receipt", message) == received_ledger_.count("admission", message),
                message + " was admitted " + std::to_string(received_ledger_.count("admission", message)) + " times");
    }
    for (auto const& message : received_ledger_.messages("admission"))
        require(released.contains(message), message + " was admitted and nobody knows of having sent it");
}

std::string CrashPair::report() const {
    return std::to_string(sent_.size()) + " messages, slowest start " +
           std::to_string(std::max(sender_->slowest_start_seconds(), receiver_->slowest_start_seconds())) + " s";
}

}  // namespace casebridge::test
