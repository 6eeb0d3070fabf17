#include "tests/bench/fan_out_bench.h"

#include "daemon/identity_directory.h"
#include "daemon/peer_client.h"
#include "tests/bench/ministries.h"

#include <algorithm>
#include <array>
#include <future>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace casebridge::bench {
namespace {

enum class Absent { nobody, one_refuses, one_is_silent };
constexpr std::array kinds{Absent::nobody, Absent::one_refuses, Absent::one_is_silent};

template <typename T>
T required(Result<T> result) {
    if (!result) throw std::runtime_error(std::string(result.error().code) + ' ' + result.error().detail);
    return *std::move(result);
}

double milliseconds(Clock::duration passed) {
    return 1000 * std::chrono::duration<double>(passed).count();
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values.at(values.size() / 2);
}

/// Where nobody answers: the system accepts the connection, and not a byte comes.
class SilentHost {
public:
    explicit SilentHost(std::uint16_t port) : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        int const yes = 1;
        ::setsockopt(descriptor_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        if (::bind(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
            ::listen(descriptor_, 16) != 0)
            throw std::runtime_error("the port of the absent partner is taken");
    }
    ~SilentHost() { ::close(descriptor_); }
    SilentHost(SilentHost const&) = delete;
    SilentHost& operator=(SilentHost const&) = delete;

private:
    int descriptor_;
};

struct Partner {
    std::string node;
    std::uint16_t port;
    std::unique_ptr<DaemonProcess> daemon;
};

/// One withdrawal, in milliseconds from the officer's request on.
struct Timing {
    double answered = 0;                             ///< the officer
    double delivered = 0, erased = 0;                ///< all whom nothing kept away
    double others_delivered = 0, others_erased = 0;  ///< the same without the first partner
    double sender_cpu = 0, partner_cpu = 0;          ///< of one partner
};

class FanOut {
public:
    explicit FanOut(FanOutPlan const& plan);
    /// Tells all partners about this case; then the consent is withdrawn, with the first partner absent as said; then
    /// that one is back.
    Timing withdraw(int number, Absent absent);
    /// A request to each, over a new connection of mutual TLS, all at once.
    double round_trips();

private:
    void make_partners();
    void befriend(Partner& partner);
    void tell(int number);
    [[nodiscard]] std::map<std::string, std::string> withdrawals() const;
    [[nodiscard]] double partners_cpu() const;
    void check_answered() const;

    FanOutPlan const& plan_;
    std::uint16_t port_;
    DaemonProcess sender_;
    std::vector<Partner> partners_;
    std::vector<PeerTarget> targets_;
};

FanOut::FanOut(FanOutPlan const& plan)
    : plan_(plan), port_(free_port()), sender_(plan.programs / "casebridged", plan.directory / "th-msdhs") {
    make_ministry(plan.programs, sender_.directory(), port_, "[datip, aranyaprathet-shelter-office]");
    make_cases(sender_.directory(), plan.rounds * static_cast<int>(kinds.size()), [](int) { return 0; });
    make_partners();
    sender_.start();
    plan.progress("the partners are pinned, and sign");
    for (auto& each : partners_) befriend(each);
    OfficerConnection(sender_.socket()).post("/v1/reload", act(), 200);
    for (auto const& each : partners_) {
        check_peer(sender_, each.node);
        check_peer(*each.daemon, "th-msdhs");
    }
}

void FanOut::make_partners() {
    for (int number = 0; number < plan_.partners; ++number) {
        if (number % 10 == 0) plan_.progress(std::to_string(plan_.partners - number) + " more partners are to be made");
        auto const node = "kh-p" + std::to_string(number);
        auto const home = plan_.directory / node;
        Partner partner{node, free_port(), std::make_unique<DaemonProcess>(plan_.programs / "casebridged", home)};
        make_ministry(plan_.programs, home, partner.port, "[anti-trafficking-department, poipet-transit-centre]");
        for (auto const& each : {home, sender_.directory()})
            write(each / "agreements" / agreement_file(node), agreement_with(node));
        partner.daemon->start();
        auto identity =
            required(load_identity(home / "state/identity", required(NodeId::parse(node)),
                                   std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now())));
        targets_.push_back({identity.node, "127.0.0.1", partner.port, std::move(identity.root)});
        partners_.push_back(std::move(partner));
    }
}

void FanOut::befriend(Partner& partner) {
    add_peer(sender_, partner.daemon->directory(), partner.port);
    add_peer(*partner.daemon, sender_.directory(), port_);
    sign_agreement(sender_, *partner.daemon, agreement_file(partner.node));
    OfficerConnection(partner.daemon->socket()).post("/v1/reload", act(), 200);
}

void FanOut::tell(int number) {
    OfficerConnection officer(sender_.socket());
    std::vector<std::string> nodes, messages;
    for (auto const& each : partners_) nodes.push_back(each.node);
    officer.post("/v1/consents", act().set("yaml", consent_to_return(number, nodes)), 201);
    for (auto const& node : nodes) {
        auto request = act()
                           .set("case", case_number(number))
                           .set("node", node)
                           .set("office", "poipet-transit-centre")
                           .set("purpose", "return_and_handover");
        auto const preview = officer.post("/v1/cases/preview", request, 200);
        request.set("digest", preview.text_or("digest"));
        messages.push_back(officer.post("/v1/cases/send", request, 202).text_or("message"));
    }
    for (auto const& each : messages) sender_.wait_delivered(each);
}

/// The newest, by partner.
std::map<std::string, std::string> FanOut::withdrawals() const {
    auto const listed = OfficerConnection(sender_.socket()).get("/v1/duties?limit=" + std::to_string(partners_.size()));
    std::map<std::string, std::string> all;
    for (auto const& row : *listed.find("duties")->as_array())
        all.emplace(row.find("to")->text_or("node"), row.text_or("duty"));
    if (all.size() != partners_.size()) throw std::runtime_error("not every partner is told of the withdrawal");
    return all;
}

double FanOut::partners_cpu() const {
    double seconds = 0;
    for (auto const& each : partners_) seconds += each.daemon->cpu_seconds();
    return seconds;
}

void FanOut::check_answered() const {
    auto const listed = OfficerConnection(sender_.socket()).get("/v1/duties?limit=" + std::to_string(partners_.size()));
    for (auto const& row : *listed.find("duties")->as_array()) {
        auto const* const erased = row.find("erased");
        if (row.text_or("state") != "answered" || erased == nullptr || !(*erased->find("messages") == Json(1)))
            throw std::runtime_error("a withdrawal was not obeyed once: " + dump(row));
    }
}

Timing FanOut::withdraw(int number, Absent absent) {
    tell(number);
    auto& first = partners_.front();
    if (absent != Absent::nobody) first.daemon->stop();
    std::optional<SilentHost> silent;
    if (absent == Absent::one_is_silent) silent.emplace(first.port);
    auto const there = partners_.size() - (absent == Absent::nobody ? 0 : 1);
    bool const all = absent == Absent::nobody;

    Timing timing;
    auto const sender_before = sender_.cpu_seconds(), partners_before = all ? partners_cpu() : 0;
    auto const body = act().set("case", case_number(number)).set("consent", "example-return-adult");
    OfficerConnection officer(sender_.socket());
    auto const start = Clock::now();
    officer.post("/v1/consents/withdraw", body, 200);
    timing.answered = milliseconds(Clock::now() - start);
    auto const duties = withdrawals();
    for (auto const& [node, duty] : duties) {
        if (!all && node == first.node) continue;
        auto const took = milliseconds(sender_.wait_delivered(duty) - start);
        timing.delivered = std::max(timing.delivered, took);
        if (node != first.node) timing.others_delivered = std::max(timing.others_delivered, took);
    }
    for (auto const& [node, at] : sender_.wait_received("erasure_receipt", there)) {
        timing.erased = std::max(timing.erased, milliseconds(at - start));
        if (node != first.node) timing.others_erased = std::max(timing.others_erased, milliseconds(at - start));
    }
    auto const count = static_cast<double>(there);
    timing.sender_cpu = 1000 * (sender_.cpu_seconds() - sender_before) / count;
    if (all) timing.partner_cpu = 1000 * (partners_cpu() - partners_before) / count;

    silent.reset();
    if (!all) {
        first.daemon->start();
        sender_.wait_delivered(duties.at(first.node));
        sender_.wait_received("erasure_receipt", 1);
    }
    check_answered();
    return timing;
}

double FanOut::round_trips() {
    auto identity =
        required(load_identity(sender_.directory() / "state/identity", required(NodeId::parse("th-msdhs")),
                               std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now())));
    PeerClient client({std::move(identity.tls_key), std::move(identity.tls_chain)});
    std::vector<std::future<PeerClient::Outcome>> answers;
    auto const start = Clock::now();
    for (auto const& target : targets_) {
        auto const promise = std::make_shared<std::promise<PeerClient::Outcome>>();  // owner: the closure
        answers.push_back(promise->get_future());
        client.call({.target = target, .path = "/exchange/v1/health"},
                    [promise](PeerClient::Outcome outcome) { promise->set_value(std::move(outcome)); });
    }
    for (auto& each : answers) {
        auto const outcome = each.get();
        auto const* const answer = std::get_if<PeerClient::Answer>(&outcome);
        if (answer == nullptr || answer->response.status != 200) throw std::runtime_error("a partner does not answer");
    }
    return milliseconds(Clock::now() - start);
}

/// The median over the rounds of one kind.
double over(std::vector<Timing> const& timings, double Timing::*what) {
    std::vector<double> values;
    for (auto const& each : timings) values.push_back(each.*what);
    return median(std::move(values));
}

}  // namespace

Figures measure_fan_out(FanOutPlan const& plan) {
    FanOut fan_out(plan);
    std::map<Absent, std::vector<Timing>> timings;
    std::vector<double> round_trips;
    for (int number = 0, round = 0; round < plan.rounds; ++round) {
        plan.progress("withdrawals, round " + std::to_string(round + 1) + " of " + std::to_string(plan.rounds));
        for (auto const kind : kinds) timings[kind].push_back(fan_out.withdraw(number++, kind));
        round_trips.push_back(fan_out.round_trips());
    }
    auto const partners = std::to_string(plan.partners), others = std::to_string(plan.partners - 1);
    auto const group = "a consent is withdrawn that " + partners + " partners rest on, real daemons";
    std::string const sealing = "seal then open of each message, as many threads as cores";
    std::string const calling = "a call to each over a new TLS connection, all at once";
    auto const messages = 1000 * plan.partners / plan.seal_and_open_per_second;
    auto const& all = timings[Absent::nobody];
    auto const called = median(round_trips);
    auto const delivered = over(all, &Timing::delivered), erased = over(all, &Timing::erased);
    Figures figures{
        {group, "the officer is answered", over(all, &Timing::answered), "ms"},
        {group, "all withdrawals delivered", delivered, "ms", sealing, messages, true},
        {group, "all withdrawals delivered", delivered, "ms", calling, called, true},
        {group, "all erasure receipts in", erased, "ms", sealing, 2 * messages, true},
        {group, "all erasure receipts in", erased, "ms", calling + ", there and back", 2 * called, true},
        {group, "CPU a partner, the sender", over(all, &Timing::sender_cpu), "ms"},
        {group, "CPU a partner, the partner", over(all, &Timing::partner_cpu), "ms"},
    };
    for (auto const& [kind, name] :
         {std::pair{Absent::one_refuses, "refuses connections"}, std::pair{Absent::one_is_silent, "never answers"}}) {
        auto const what = "the other " + others + " while one " + name;
        figures.push_back({group, what + ": delivered", over(timings[kind], &Timing::others_delivered), "ms",
                           "the same while it answers", over(all, &Timing::others_delivered), true});
        figures.push_back({group, what + ": erasure receipts", over(timings[kind], &Timing::others_erased), "ms",
                           "the same while it answers", over(all, &Timing::others_erased), true});
    }
    return figures;
}

}  // namespace casebridge::bench
