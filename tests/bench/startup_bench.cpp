#include "tests/bench/startup_bench.h"

#include "daemon/config.h"
#include "daemon/store.h"
#include "tests/bench/two_daemons.h"

#include <algorithm>
#include <stdexcept>

namespace casebridge::bench {
namespace {

void require(Status const& status) {
    if (!status) throw std::runtime_error(std::string(status.error().code) + ' ' + status.error().detail);
}

template <typename T>
T required(Result<T> result) {
    if (!result) throw std::runtime_error(std::string(result.error().code) + ' ' + result.error().detail);
    return *std::move(result);
}

std::unique_ptr<Store> open_store(std::filesystem::path const& ministry) {
    auto const config = required(load_config(ministry / "casebridge.yaml"));
    auto const key = required(load_store_key(config));
    return required(Store::open(config.state_directory / "casebridge.db", key.key, Database::Mode::open_existing));
}

/// What the sender keeps of one delivered message: its row and the two leaves of its release and its receipt.
Status repeat(Store& store, OutboxRow row, Timestamp now) {
    row.id = MessageId::make(now, to_text(random_bytes(10)));
    ASSIGN_OR_RETURN(row.sequence, store.outbox().next_sequence(row.stream));
    RETURN_IF_ERROR(store.outbox().insert(row));
    Actor const actor{OfficerId("bench"), "data_officer", "measurement"};
    auto const facts = Json::object().set("message", row.id.text()).set("peer", row.to.node.text());
    for (auto const* kind : {"release", "receipt"})
        RETURN_IF_ERROR(store.log().append(kind, now, actor, facts, Json::object()));
    return Done{};
}

void lengthen_history(Store& store, int messages) {
    auto const row = required(store.outbox().list(1)).at(0);
    if (row.state != OutboxState::delivered) throw std::runtime_error("the first message is not delivered");
    constexpr int group = 1000;
    for (int written = 0; written < messages;) {
        require(store.begin());
        for (int i = 0; i < group && written < messages; ++i, ++written) require(repeat(store, row, row.created_at));
        require(store.commit());
        require(store.tidy());
    }
}

/// The best of three: what the start itself costs.
double seconds_to_start(DaemonProcess& daemon) {
    double best = 1e9;
    for (int i = 0; i < 3; ++i) {
        best = std::min(best, daemon.start().count());
        daemon.stop();
    }
    return best;
}

}  // namespace

Figures measure_startup(std::filesystem::path const& programs, std::filesystem::path const& directory, int messages) {
    TwoDaemons daemons(programs, directory, 1);
    {
        OfficerConnection officer(daemons.thailand.socket());
        daemons.thailand.wait_delivered(daemons.send(officer, 0));
    }
    daemons.thailand.stop();
    auto const one = seconds_to_start(daemons.thailand);
    lengthen_history(*open_store(daemons.thailand.directory()), messages);
    auto const many = seconds_to_start(daemons.thailand);
    return {{"start-up, until the officers' socket answers", "1 stored message", 1000 * one, "ms"},
            {"start-up, until the officers' socket answers", std::to_string(messages) + " stored messages", 1000 * many,
             "ms", "1 stored message", 1000 * one, true}};
}

}  // namespace casebridge::bench
