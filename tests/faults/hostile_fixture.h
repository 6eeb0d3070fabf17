// th-msdhs as a real daemon, kh-mosvy as a pinned peer turned hostile, la-mlsw as an honest one.
#pragma once

#include "tests/faults/adversary.h"
#include "tests/support/check_code.h"

namespace casebridge::test {

struct HostilePeer {
    HostilePeer() : started_(start()) {}

    /// What must not change by an attack that is refused.
    struct Effects {
        std::size_t inbox;
        long log;
        bool operator==(Effects const&) const = default;
    };
    [[nodiscard]] Effects effects() const { return {daemon.inbox_size(), daemon.log_size()}; }
    void check_nothing_happened_since(Effects const& before) const {
        auto const now = effects();
        BOOST_CHECK_EQUAL(now.inbox, before.inbox);
        BOOST_CHECK_EQUAL(now.log, before.log);
        BOOST_CHECK(daemon.runs());
    }
    [[nodiscard]] std::string deliver(Adversary const& peer, Bytes const& sealed) const {
        return test::deliver(daemon.port(), peer.identity(), sealed);
    }

    RealDaemon daemon;

private:
    bool start() {
        daemon.start();
        return true;
    }
    bool started_;

public:
    Adversary hostile{daemon, "kh-mosvy", "anti-trafficking-department"};
    Adversary honest{daemon, "la-mlsw", "anti-trafficking-division"};
};

}  // namespace casebridge::test
