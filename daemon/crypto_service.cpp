#include "daemon/crypto_service.h"

#include <algorithm>

namespace casebridge {

namespace {

Result<Certificate> recipient_certificate(std::vector<Certificate> const& chain, PinnedRoot const& pin, Timestamp now) {
    if (chain.empty())
        return Error{ErrorKind::unavailable, "peer.no_encryption_certificate",
                     pin.node().text() + ": never reached; run `casebridge peer check`"};
    // It does not leave yet: whether the lists are recent enough is asked when it does (delivery.cpp).
    RETURN_IF_ERROR(pin.verify_as_known(chain, Role::encryption, now));
    return chain.front();
}

Error busy() {
    return {ErrorKind::unavailable, "daemon.busy", "the work queue is full"};
}

}  // namespace

LocalCryptoService::LocalCryptoService(Signer signer, std::vector<KeyAndCertificate> decryption_keys, WorkerPool& pool,
                                       Clock const& clock)
    : keys_(std::make_shared<Keys const>(std::move(signer), std::move(decryption_keys))), pool_(pool), clock_(clock) {}

void LocalCryptoService::replace_keys(Signer signer, std::vector<KeyAndCertificate> decryption_keys) {
    auto next = std::make_shared<Keys const>(std::move(signer), std::move(decryption_keys));
    std::lock_guard const lock(mutex_);
    keys_.swap(next);
}

std::shared_ptr<LocalCryptoService::Keys const> LocalCryptoService::keys() const {
    std::lock_guard const lock(mutex_);
    return keys_;
}

void LocalCryptoService::seal(OutgoingMessage const& message, Peer const& recipient,
                              std::function<void(Result<SealedMessage>)> done) {
    seal_text(message.payload(), recipient, std::move(done));
}

void LocalCryptoService::seal_text(std::string payload, Peer const& recipient,
                                   std::function<void(Result<SealedMessage>)> done) {
    auto job = [this, payload = std::move(payload), chain = recipient.encryption_chain, pin = recipient.pin, done] {
        auto const now = clock_.now();
        done([&]() -> Result<SealedMessage> {
            ASSIGN_OR_RETURN(auto const certificate, recipient_certificate(chain, pin, now));
            ASSIGN_OR_RETURN(auto inner,
                             sign(as_bytes(payload), ContentKind::message, Payload::attached, keys()->signer, now));
            ASSIGN_OR_RETURN(auto sealed, casebridge::seal(inner, certificate));
            return SealedMessage{std::move(inner), std::move(sealed)};
        }());
    };
    if (!pool_.submit(std::move(job))) done(busy());
}

void LocalCryptoService::reseal(SignedBytes inner, Peer const& recipient,
                                std::function<void(Result<SealedEnvelope>)> done) {
    auto job = [this, inner = std::move(inner), chain = recipient.encryption_chain, pin = recipient.pin, done] {
        done([&]() -> Result<SealedEnvelope> {
            ASSIGN_OR_RETURN(auto const certificate, recipient_certificate(chain, pin, clock_.now()));
            return casebridge::seal(inner, certificate);
        }());
    };
    if (!pool_.submit(std::move(job))) done(busy());
}

void LocalCryptoService::open(Bytes received, NodeId const& carrier, std::size_t maximum_size,
                              std::shared_ptr<PeerSnapshot const> peers,
                              std::function<void(Result<OpenedEnvelope>)> done) {
    auto job = [this, received = std::move(received), carrier, maximum_size, peers = std::move(peers), done]() mutable {
        done([&]() -> Result<OpenedEnvelope> {
            auto const* const from = peers->find(carrier);
            ASSIGN_OR_RETURN(auto sealed, from_wire(std::move(received), maximum_size,
                                                    from == nullptr ? nullptr : from->meeting_keys.get()));
            ASSIGN_OR_RETURN(auto const gated, gate_outer(std::move(sealed), maximum_size));
            auto const pins = [&peers](NodeId const& node) -> PinnedRoot const* {
                auto const* peer = peers->find(node);
                return peer == nullptr || peer->removed() ? nullptr : &peer->pin;
            };
            return keys()->opener.open(gated, pins, clock_.now());
        }());
    };
    if (!pool_.submit(std::move(job))) done(busy());
}

Result<Bytes> LocalCryptoService::sign_receipt(Receipt const& receipt, Timestamp now) {
    ASSIGN_OR_RETURN(auto const signed_bytes,
                     sign(as_bytes(to_payload(receipt)), ContentKind::receipt, Payload::attached, keys()->signer, now));
    return Bytes(signed_bytes.bytes().begin(), signed_bytes.bytes().end());
}

Status LocalCryptoService::prove_keys(PinnedRoot const& own, Certificate const& own_encryption) {
    constexpr std::size_t text_bytes = 32, maximum_bytes = 64 * 1024;
    auto const now = clock_.now();
    auto const text = random_bytes(text_bytes);
    ASSIGN_OR_RETURN(auto const inner, sign(text, ContentKind::message, Payload::attached, keys()->signer, now));
    ASSIGN_OR_RETURN(auto const sealed, casebridge::seal(inner, own_encryption));
    ASSIGN_OR_RETURN(auto const gated, gate_outer({sealed.bytes().begin(), sealed.bytes().end()}, maximum_bytes));
    auto const only_own = [&own](NodeId const& node) { return node == own.node() ? &own : nullptr; };
    ASSIGN_OR_RETURN(auto const opened, keys()->opener.open(gated, only_own, now));
    auto const payload = opened.payload();
    if (!std::equal(payload.begin(), payload.end(), text.begin(), text.end()))
        return Error{ErrorKind::internal, "keys.wrong_text"};
    return Done{};
}

Result<Bytes> LocalCryptoService::sign_permission(std::string const& payload, Timestamp now) {
    ASSIGN_OR_RETURN(auto const signed_bytes,
                     sign(as_bytes(payload), ContentKind::permission, Payload::attached, keys()->signer, now));
    return Bytes(signed_bytes.bytes().begin(), signed_bytes.bytes().end());
}

Result<Bytes> LocalCryptoService::sign_agreement(ByteView agreement, Timestamp now) {
    ASSIGN_OR_RETURN(auto const signed_bytes,
                     sign(agreement, ContentKind::agreement, Payload::detached, keys()->signer, now));
    return Bytes(signed_bytes.bytes().begin(), signed_bytes.bytes().end());
}

}  // namespace casebridge
