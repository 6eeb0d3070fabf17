// Two ministries as two real daemon processes on loopback, pinned at each other under a signed agreement; Thailand has
// people whose return everybody has agreed to.
#pragma once

#include "tests/bench/daemon_process.h"
#include "tests/bench/ministries.h"

namespace casebridge::bench {

inline constexpr int plain_cases = 64;   ///< numbers 0 to 63: small, for the loads with officers in flight
inline constexpr int mixed_cases = 60;   ///< the numbers after them: of the sizes of the mix
inline constexpr int urgent_cases = 20;  ///< the last numbers: small

class TwoDaemons {
public:
    /// `programs`: where casebridge and casebridged are. `directory` must not exist.
    TwoDaemons(std::filesystem::path const& programs, std::filesystem::path const& directory,
               int cases = plain_cases + mixed_cases + urgent_cases, Witnessing witnessing = Witnessing::on);

    DaemonProcess thailand, cambodia;

    /// What an officer posts to send this case once more.
    [[nodiscard]] Json const& request(int number) const { return requests_.at(static_cast<std::size_t>(number)); }
    /// Sends; the id of the message, which is in the sender's outbox durably.
    std::string send(OfficerConnection& officer, int number) const;

private:
    void befriend(Witnessing witnessing);
    void consent_and_preview(int cases);

    std::uint16_t thai_port_, cambodian_port_;
    std::vector<Json> requests_;
};

}  // namespace casebridge::bench
