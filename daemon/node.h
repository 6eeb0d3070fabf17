// Node: builds and joins the parts of one daemon, and nothing else. Two nodes fit in one process (tests do so).
#pragma once

#include "daemon/config.h"
#include "daemon/officer_api.h"
#include "daemon/peer_endpoint.h"

namespace casebridge {

class Node {
public:
    /// Loads everything and listens. Errors: of each part, in the order of daemon/README.md; nothing is left running.
    /// `on_fatal`: the store failed, or its log is not what was written; the process must end (fail-stop).
    /// `free_space`: where the store is; if empty, its filesystem is asked.
    static Result<std::unique_ptr<Node>> start(Config config, Secret const& store_key, Clock const& clock,
                                               std::function<void(Error const&)> on_fatal, FreeSpace free_space = {});
    ~Node();  ///< as stop()
    Node(Node const&) = delete;
    Node& operator=(Node const&) = delete;

    /// Reads agreements and policies again, whole or not at all.
    Status reload();
    /// Erases a little of what is over, whoever sends or asks; to be called now and then.
    void patrol();
    /// Lets running requests and deliveries finish, then closes. Idempotent.
    void stop();

    /// Surveys the node's health on a worker and gives the report there; never, if no worker gets to it.
    void examine(std::function<void(HealthReport const&)> done);

    [[nodiscard]] std::uint16_t peer_port() const;
    [[nodiscard]] Telemetry& telemetry();

private:
    struct Parts;
    explicit Node(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace casebridge
