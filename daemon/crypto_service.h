// CryptoService: seal and open behind one asynchronous interface (bytes in, phase type out), because the private keys
// will move to a process of their own.
#pragma once

#include "crypto/envelope.h"
#include "daemon/clock.h"
#include "daemon/identity_directory.h"
#include "daemon/peer_registry.h"
#include "daemon/worker_pool.h"
#include "policies/message.h"

namespace casebridge {

struct SealedMessage {
    SignedBytes inner;
    SealedEnvelope sealed;
};

class CryptoService {
public:
    virtual ~CryptoService() = default;

    /// Signs the message and seals it to the peer's current encryption certificate, which is verified against its pin.
    /// Errors: `peer.no_encryption_certificate`, `trust.*`, `envelope.*`.
    virtual void seal(OutgoingMessage const& message, Peer const& recipient,
                      std::function<void(Result<SealedMessage>)> done) = 0;
    /// The same for a question or an answer: any JSON of ours whose size is already that of its class.
    virtual void seal_text(std::string payload, Peer const& recipient,
                           std::function<void(Result<SealedMessage>)> done) = 0;
    /// Seals bytes signed earlier to the peer's new key; the message stays the same message.
    virtual void reseal(SignedBytes inner, Peer const& recipient, std::function<void(Result<SealedEnvelope>)> done) = 0;
    /// Takes off the layer of the keys shared with `carrier`, the node at the other end of the connection; then gate,
    /// decrypt, verify. `peers` is kept until done. Errors: those of `from_wire`, `gate.*`, `envelope.*`, `trust.*`.
    virtual void open(Bytes received, NodeId const& carrier, std::size_t maximum_size,
                      std::shared_ptr<PeerSnapshot const> peers, std::function<void(Result<OpenedEnvelope>)> done) = 0;
    /// Inside the transaction that makes the receipt true, so not asynchronous.
    virtual Result<Bytes> sign_receipt(Receipt const& receipt, Timestamp now) = 0;
    /// Of an OnwardPermission (policies/onward.h): what it says is inside.
    virtual Result<Bytes> sign_permission(std::string const& payload, Timestamp now) = 0;
    /// The detached signature under an agreement's bytes.
    virtual Result<Bytes> sign_agreement(ByteView agreement, Timestamp now) = 0;
    /// Signs a random text, seals it to `own_encryption`, opens it and verifies it under `own`: whether the keys are
    /// there and belong to the certificates. Errors: `envelope.*`, `gate.*`, `trust.*`, `keys.wrong_text`.
    virtual Status prove_keys(PinnedRoot const& own, Certificate const& own_encryption) = 0;
};

/// Keys in this process, work on its pool. What has begun with keys that are replaced ends with them.
class LocalCryptoService final : public CryptoService {
public:
    LocalCryptoService(Signer signer, std::vector<KeyAndCertificate> decryption_keys, WorkerPool& pool,
                       Clock const& clock);
    void replace_keys(Signer signer, std::vector<KeyAndCertificate> decryption_keys);

    void seal(OutgoingMessage const& message, Peer const& recipient,
              std::function<void(Result<SealedMessage>)> done) override;
    void seal_text(std::string payload, Peer const& recipient,
                   std::function<void(Result<SealedMessage>)> done) override;
    void reseal(SignedBytes inner, Peer const& recipient, std::function<void(Result<SealedEnvelope>)> done) override;
    void open(Bytes received, NodeId const& carrier, std::size_t maximum_size,
              std::shared_ptr<PeerSnapshot const> peers, std::function<void(Result<OpenedEnvelope>)> done) override;
    Result<Bytes> sign_receipt(Receipt const& receipt, Timestamp now) override;
    Result<Bytes> sign_permission(std::string const& payload, Timestamp now) override;
    Result<Bytes> sign_agreement(ByteView agreement, Timestamp now) override;
    Status prove_keys(PinnedRoot const& own, Certificate const& own_encryption) override;

private:
    struct Keys {
        Keys(Signer s, std::vector<KeyAndCertificate> decryption)
            : signer(std::move(s)), opener(std::move(decryption)) {}
        Signer const signer;
        Opener const opener;
    };
    [[nodiscard]] std::shared_ptr<Keys const> keys() const;

    mutable std::mutex mutex_;
    std::shared_ptr<Keys const> keys_;  ///< under `mutex_`; owners: this, and work that has begun
    WorkerPool& pool_;
    Clock const& clock_;
};

}  // namespace casebridge
