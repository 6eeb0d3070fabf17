// Thailand and Cambodia as two real nodes in one process, pinned at each other, under the example agreement; Thailand
// has a case and the consent to its return. Everything goes over loopback TLS and the officer sockets.
//
// At the end of every test the log, the metrics and the audit leaves of both are searched for personal data.
#pragma once

#include "tests/support/captured_log.h"
#include "tests/support/check_code.h"
#include "tests/support/demo_ministry.h"
#include "tests/support/eventually.h"
#include "tests/support/temporary_directory.h"

#include <future>

namespace casebridge::test {

inline std::string const agreement_file = "th-msdhs--kh-mosvy.yaml";
inline std::string const consent_id = "example-return-adult";

struct TwoNodes {
    /// Under the example agreement, or what `amend` makes of its text.
    using Amend = std::function<std::string(std::string)>;
    explicit TwoNodes(Amend const& amend = {});
    void teardown();

    TemporaryDirectory directory;
    CapturedLog log{directory.path() / "stderr"};
    HandClock clock;
    DemoMinistry thailand{directory.path(), "th-msdhs", {"datip", "aranyaprathet-shelter-office"}, clock};
    DemoMinistry cambodia{
        directory.path(), "kh-mosvy", {"anti-trafficking-department", "poipet-transit-centre"}, clock};

    /// What an officer asks for: the return of the case to Poipet.
    static Json request();
    [[nodiscard]] Json preview() const;
    [[nodiscard]] OfficerAnswer send(std::string const& digest) const;
    /// Previews and sends; the id of the message.
    [[nodiscard]] std::string queue() const;
    [[nodiscard]] Bytes sealed(std::string const& message) const;
    void withdraw_consent() const;
    void change_name(std::string const& given) const;
    /// The policy then allows an age band where it allowed the year.
    void coarsen_birth_date() const;
    /// New leaves, and the old encryption key destroyed; the node is stopped.
    void rotate_keys(DemoMinistry const& node) const;
    /// Cambodia said no in a receipt, and kept nothing.
    void check_rejected(std::string const& message) const;

    /// Makes what waits for its next attempt due.
    void retry() { clock.turn(std::chrono::seconds(1)); }
    /// Waits until the outbox row of Thailand reads "<state> <last code>".
    void wait_for(std::string const& message, std::string const& state) const;
    /// Waits for so many attempts, none of which settled it.
    void wait_for_attempts(std::string const& message, int attempts) const;
    [[nodiscard]] std::string delivered_message() const;
};

/// A POST of sealed bytes as the given node's client makes it.
PeerClient::Outcome post_message(PeerClient& client, PeerTarget const& target, Bytes sealed,
                                 std::string const& path = "/exchange/v1/messages");
/// "200 application/cms", "403 message.wrong_carrier", "peer.tls_refused"
std::string summary(PeerClient::Outcome const& outcome);
Bytes body_of(PeerClient::Outcome const& outcome);

/// What the holder of `identity`'s keys reads in a sealed message of `sender`.
OpenedEnvelope opened(NodeIdentity const& identity, Bytes sealed, PinnedRoot const& sender, Timestamp now);

/// Takes a stopped ministry's place on its port, with its identity, and answers as it is told.
class FakeReceiver {
public:
    FakeReceiver(DemoMinistry const& place, DemoMinistry const& peer, HttpResponse answer);
    [[nodiscard]] int requests() const { return requests_; }

private:
    std::atomic<int> requests_ = 0;
    std::unique_ptr<HttpServer> server_;
};

}  // namespace casebridge::test
