// How this node has its log cosigned: a partner is told the leaves' hashes, then asked about the head above them.
#include "daemon/log_standing.h"

#include <algorithm>

namespace casebridge {
namespace {

constexpr std::chrono::seconds patience{10};

}  // namespace

void LogStanding::submit(NodeId const& node, OnDone done) {
    if (auto const whole = require_whole(); !whole) return done(whole);
    std::uint64_t old_size = 0;
    {
        std::lock_guard const lock(mutex_);
        if (auto const& last = partners_[node].cosignature) old_size = last->size;
    }
    parts_.pool.submit_always([this, offer = Offer{node, old_size, true, std::move(done)}] { begin(offer); });
}

void LogStanding::fail(Offer const& offer, Error const& error) {
    note_failure(offer.node, error.code);
    offer.done(error);
}

void LogStanding::begin(Offer offer) {
    auto const size = parts_.engine.call<std::uint64_t>(
        [](Store& store) -> Result<std::uint64_t> { return store.log().head().size; });
    if (!size) return fail(offer, size.error());
    // SECURITY: a number proves nothing; the head itself does, signed with our key.
    if (offer.old_size > *size) return compare(offer.node, std::move(offer.done));
    auto const from = offer.old_size;
    tell_leaves(std::move(offer), from, std::min<std::uint64_t>(*size, from + most_unsigned_leaves));
}

void LogStanding::tell_leaves(Offer offer, std::uint64_t from, std::uint64_t end) {
    auto const node = offer.node;
    upload_.send(node, from, end, [this, offer = std::move(offer), end](Status const& told) {
        if (!told) return fail(offer, told.error());
        parts_.pool.submit_always([this, offer, end] { ask(offer, end); });
    });
}

void LogStanding::ask(Offer offer, std::uint64_t size) {
    auto const peers = parts_.peers.snapshot();
    auto const* const peer = peers->find(offer.node);
    if (peer == nullptr || peer->removed() || !peer->witness_key)
        return offer.done(Error{ErrorKind::not_found, "witness.no_key", offer.node.text()});
    auto proof = parts_.log.prove_growth(offer.old_size, size);
    if (!proof) return fail(offer, proof.error());
    PeerCall call{.target = peer->target(),
                  .method = "POST",
                  .path = "/exchange/v1/log/add-checkpoint",
                  .content_type = "text/plain",
                  .body = to_bytes(proof->text),
                  .timeout = patience};
    auto kept = std::make_shared<LogDesk::GrowthProof const>(*std::move(proof));  // owner: the closures below
    parts_.client.call(std::move(call), [this, offer = std::move(offer), kept](PeerClient::Outcome outcome) {
        auto shared = std::make_shared<PeerClient::Outcome>(std::move(outcome));
        parts_.pool.submit_always([this, offer, kept, shared] { on_cosignature(offer, *kept, std::move(*shared)); });
    });
}

void LogStanding::on_cosignature(Offer offer, LogDesk::GrowthProof const& proof, PeerClient::Outcome outcome) {
    if (auto const* failure = std::get_if<PeerClient::Failure>(&outcome)) return fail(offer, failure->error);
    auto const& response = std::get<PeerClient::Answer>(outcome).response;
    if (response.status == 409 || response.status == 424) {
        auto const size = log_size_in(response);
        if (!size) return fail(offer, failure_of(response, "witness.unexpected_answer"));
        bool const lacks_leaves = response.status == 424;
        if (!lacks_leaves && *size > proof.head.size && !offer.again) return compare(offer.node, std::move(offer.done));
        if (!std::exchange(offer.again, false)) return fail(offer, failure_of(response, "witness.other_size"));
        if (lacks_leaves) return tell_leaves(std::move(offer), *size, proof.head.size);
        offer.old_size = *size;
        return begin(std::move(offer));
    }
    if (response.status == 422) {
        parts_.telemetry.count("casebridge_alarms_total", "log_refused");
        note_failure(offer.node, "witness.refused");
        return compare(offer.node, std::move(offer.done));
    }
    if (response.status != 200) return fail(offer, failure_of(response, "witness.unexpected_answer"));
    auto const peers = parts_.peers.snapshot();
    auto const* const peer = peers->find(offer.node);
    if (peer == nullptr) return fail(offer, {ErrorKind::not_found, "peer.unknown", offer.node.text()});
    auto const taken = take_cosignature(*peer, proof, response);
    if (!taken) return fail(offer, taken.error());
    offer.done(taken);
    changed_();
}

/// Errors: `note.*`, `witness.unexpected_answer` (nothing in it is signed with its key), `witness.wrong_time`.
Status LogStanding::take_cosignature(Peer const& peer, LogDesk::GrowthProof const& proof,
                                     HttpResponse const& response) {
    auto const consistency = ConsistencyText::parse(proof.text);
    if (!consistency) return consistency.error();
    auto const lines = to_text(response.body);
    auto const own = parts_.log.chain();
    if (!own) return Error{ErrorKind::not_found, "log.no_key"};
    std::vector<NoteVerifier> const witnesses{*peer.witness_key};
    ASSIGN_OR_RETURN(auto const opened, open_checkpoint(consistency->checkpoint + lines, *own, witnesses));
    if (opened.cosignatures.size() != 1) {
        unknown_key_(peer.row.node);
        return failure_of(response, "witness.unexpected_answer");
    }
    auto const now = parts_.clock.now();
    auto const seconds = static_cast<std::int64_t>(opened.cosignatures.front().seconds.value_or(0));
    auto const signed_at = Timestamp(std::chrono::seconds(std::min<std::int64_t>(seconds, INT64_MAX / 2'000)));
    if (signed_at > now + parts_.config.clock_skew || signed_at < now - parts_.config.clock_skew)
        return Error{ErrorKind::unavailable, "witness.wrong_time", to_rfc3339(signed_at)};
    ASSIGN_OR_RETURN(auto const parsed, SignedNote::parse(consistency->checkpoint + lines));
    std::string line;
    for (auto const& each : parsed.signatures())
        if (each.name == peer.witness_key->name() && each.key_id == peer.witness_key->key_id())
            line = signature_line(each);
    Cosignature const cosignature{peer.row.node, proof.head.size, proof.head.root, line, now};
    auto const kept = parts_.engine.call<Done>(
        [&cosignature](Store& store) -> Result<Done> { return store.witness().put(cosignature); });
    if (!kept) return kept.error();
    std::lock_guard const lock(mutex_);
    auto& partner = partners_[peer.row.node];
    partner.cosignature = cosignature;
    partner.code.clear();
    auto note = consistency->checkpoint;
    for (auto const& [node, each] : partners_)
        if (each.cosignature && each.cosignature->size == proof.head.size && each.cosignature->root == proof.head.root)
            note += each.cosignature->line;
    cosigned_head_ = std::move(note);
    return Done{};
}

}  // namespace casebridge
