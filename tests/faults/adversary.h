// Adversary: an identity that the daemon has pinned, and messages made at will with it.
#pragma once

#include "daemon/clock.h"
#include "daemon/identity_directory.h"
#include "policies/json.h"
#include "tests/faults/forged_message.h"
#include "tests/faults/real_daemon.h"
#include "tests/faults/wire.h"

namespace casebridge::test {

/// A node with keys and no daemon: what it does is what a test makes it do.
class Adversary {
public:
    /// Makes an identity, is pinned by `daemon`, and signs the example agreement with it.
    Adversary(RealDaemon& daemon, std::string const& node, std::string office);

    [[nodiscard]] NodeId const& node() const { return identity_.node; }
    [[nodiscard]] NodeIdentity const& identity() const { return identity_; }
    /// The issuing authority, which stays with its ministry and may be abused by it.
    [[nodiscard]] KeyAndCertificate issuing() const;

    /// A valid message of this node to the daemon, as JSON, with a fresh id.
    [[nodiscard]] Json message() const;
    /// Signed by this node and sealed to the daemon.
    [[nodiscard]] Bytes sealed(Json const& message) const;
    [[nodiscard]] Bytes sealed_bytes(std::string const& payload) const;
    [[nodiscard]] Bytes sealed_bytes(std::string const& payload, Signer const& signer) const;

private:
    RealDaemon& daemon_;
    std::string office_;
    NodeIdentity identity_;
    Digest agreement_;
};

}  // namespace casebridge::test
