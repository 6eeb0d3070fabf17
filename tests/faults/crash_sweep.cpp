#include "tests/faults/crash_sweep.h"

#include "tests/faults/test_form.h"
#include "tests/support/check_code.h"

#include <cstdlib>
#include <iostream>
#include <map>

namespace casebridge::test {
namespace {

/// One script with one victim: the points of it are the victim's calls, 1, 2, 3 ...
struct Sweep {
    CrashPair& pair;
    Exchange exchange;
    Side side;

    [[nodiscard]] FaultyDaemon& victim() const { return side == Side::sender ? pair.sender() : pair.receiver(); }

    [[nodiscard]] std::string name() const {
        return exchange.name + (side == Side::sender ? ":sender:" : ":receiver:");
    }

    /// Every `step`-th point from `first` on. Ends when the exchange was over before its call came: twice where every
    /// point is taken, as there is a call more or less from one time to the next.
    void run(FaultAction action, std::uint32_t first, std::uint32_t step) const {
        std::map<std::string, int> kinds;
        int points = 0, missed = 0;
        for (auto at = first; missed < (step == 1 ? 2 : 1); at += step) {
            auto const hit = run_point({action, at});
            missed = hit.empty() ? missed + 1 : 0;
            if (hit.empty()) continue;
            ++points;
            ++kinds[hit.substr(0, hit.find(' ', hit.find(' ') + 1))];
        }
        std::cout << name() << to_text(action) << ": " << points << " points";
        for (auto const& [kind, count] : kinds) std::cout << ", " << count << ' ' << kind;
        std::cout << std::endl;
        BOOST_CHECK_GT(points, 0);
    }

    /// What it hit; empty if the exchange was over before.
    [[nodiscard]] std::string run_point(Fault const& fault) const {
        pair.start(pair.sender());
        pair.start(pair.receiver());
        auto const before = victim().faults();
        try {
            exchange.run(pair, victim(), fault);
        } catch (std::exception const& failure) {
            BOOST_FAIL(name() << to_text(fault.action) << ':' << fault.at << ": " << failure.what());
        }
        return victim().faults() == before ? std::string() : victim().fired_at();
    }
};

/// "send:sender:power:17" in $CASEBRIDGE_POINT: only this point; "send:sender:": only what begins so. Whether this
/// action is to be swept.
bool is_wanted(Sweep const& sweep, FaultAction action) {
    auto const* const wanted = std::getenv("CASEBRIDGE_POINT");
    auto const name = sweep.name() + to_text(action);
    if (wanted == nullptr || name.starts_with(wanted)) return true;
    std::string const point = wanted;
    if (point.starts_with(name + ":")) {
        auto const at = static_cast<std::uint32_t>(std::stoul(point.substr(name.size() + 1)));
        std::cout << point << " hit " << sweep.run_point({action, at}) << std::endl;
    }
    return false;
}

}  // namespace

void sweep(CrashPair& pair, Exchange const& exchange, std::vector<Side> const& sides,
           std::vector<FaultAction> const& actions, std::uint32_t step) {
    auto const seed = number_from("CASEBRIDGE_SEED", 1);
#ifdef CASEBRIDGE_SANITIZED
    step *= 3;  // the same calls, several times slower
#endif
    std::cout << "CASEBRIDGE_SEED=" << seed << std::endl;
    for (auto const side : sides) {
        Sweep const one{pair, exchange, side};
        std::uint32_t turn = seed;
        for (auto const action : actions) {
            auto const first = 1 + 5 * turn++ % step;
            if (!is_wanted(one, action)) continue;
            if (is_long_form())
                one.run(action, 1, 1);
            else
                one.run(action, first, step);
        }
    }
    std::cout << pair.report() << std::endl;
    pair.start(pair.sender());
    pair.start(pair.receiver());
    pair.check_all();
}

}  // namespace casebridge::test
