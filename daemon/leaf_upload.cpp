#include "daemon/leaf_upload.h"

#include "daemon/http.h"
#include "daemon/witness.h"

#include <algorithm>

namespace casebridge {
namespace {

constexpr std::chrono::seconds patience{10};

}  // namespace

void LeafUpload::send(NodeId const& node, std::uint64_t from, std::uint64_t end, OnDone done) {
    go_on({node, from, end, true, std::move(done)});
}

void LeafUpload::go_on(Task task) {
    if (task.from >= task.end) return task.done(Done{});
    auto const from = task.from;
    auto const count = static_cast<std::size_t>(std::min<std::uint64_t>(task.end - from, most_leaves_at_once));
    engine_.submit<std::vector<Digest>>([from, count](Store& store) { return store.log().tile(0, from, count); },
                                        [this, task = std::move(task)](Result<std::vector<Digest>> const& hashes) {
                                            if (!hashes) return task.done(hashes.error());
                                            post(task, *hashes);
                                        });
}

void LeafUpload::post(Task task, std::vector<Digest> const& hashes) {
    auto const peers = peers_.snapshot();
    auto const* const peer = peers->find(task.node);
    if (peer == nullptr || peer->removed())
        return task.done(Error{ErrorKind::not_found, "peer.unknown", task.node.text()});
    Bytes body;
    body.reserve(hashes.size() * sizeof(Digest::bytes));
    for (auto const& hash : hashes) body.insert(body.end(), hash.bytes.begin(), hash.bytes.end());
    PeerCall call{.target = peer->target(),
                  .method = "POST",
                  .path = "/exchange/v1/log/add-leaves?first=" + std::to_string(task.from),
                  .content_type = "application/octet-stream",
                  .body = std::move(body),
                  .timeout = patience};
    auto const told = task.from + hashes.size();
    client_.call(std::move(call), [this, task = std::move(task), told](PeerClient::Outcome outcome) {
        auto shared = std::make_shared<PeerClient::Outcome>(std::move(outcome));  // owner: the closure below
        pool_.submit_always([this, task, told, shared] { on_answer(task, told, std::move(*shared)); });
    });
}

/// SECURITY: the number a partner says only moves where we go on; `may_move` once, so that nobody is led in circles.
void LeafUpload::on_answer(Task task, std::uint64_t told, PeerClient::Outcome outcome) {
    if (auto const* failure = std::get_if<PeerClient::Failure>(&outcome)) return task.done(failure->error);
    auto const& response = std::get<PeerClient::Answer>(outcome).response;
    if (response.status == 200) {
        task.from = told;
        return go_on(std::move(task));
    }
    auto const size = response.status == 409 ? log_size_in(response) : std::nullopt;
    if (!size)
        return task.done(
            Error{ErrorKind::unavailable, "witness.unexpected_answer", "HTTP " + std::to_string(response.status)});
    if (!task.may_move) return task.done(Error{ErrorKind::unavailable, "witness.other_size", std::to_string(*size)});
    task.may_move = false;
    task.from = *size;
    go_on(std::move(task));
}

}  // namespace casebridge
