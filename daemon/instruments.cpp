#include "daemon/instruments.h"

#include "daemon/files.h"

#include <algorithm>

namespace casebridge {

namespace {

constexpr std::size_t maximum_signature_bytes = 64 * 1024;

Result<std::vector<std::filesystem::path>> yaml_files(std::filesystem::path const& directory) {
    std::error_code error;
    std::vector<std::filesystem::path> files;
    for (auto const& entry : std::filesystem::directory_iterator(directory, error))
        if (entry.path().extension() == ".yaml") files.push_back(entry.path());
    if (error) return Error{ErrorKind::not_found, "file.unreadable", directory.string() + ": " + error.message()};
    std::sort(files.begin(), files.end());
    return files;
}

/// Collects what is wrong in any file, so that a person corrects all in one go.
class Complaints {
public:
    void add(Error const& error) {
        if (!text_.empty()) text_ += '\n';
        text_ += error.detail.empty() ? std::string(error.code) : error.detail;
        text_ += " [" + std::string(error.code) + "]";
    }
    [[nodiscard]] bool empty() const { return text_.empty(); }
    [[nodiscard]] Error to_error() const { return {ErrorKind::invalid, "instruments.invalid", text_}; }

private:
    std::string text_;
};

/// The pin with what is known of its revocations, however long ago it was seen: an agreement does not end because a
/// partner cannot be reached today.
PinnedRoot without_currency(PinnedRoot const& pin) {
    if (!pin.revocations()) return pin;
    auto lists = pin.revocations()->lists();
    for (auto& known : lists) known.confirmed_at = known.current_until = Timestamp::max();
    return pin.with(std::make_shared<KnownRevocations const>(std::move(lists)));
}

bool has_revoked_something(PinnedRoot const& pin) {
    return pin.revocations() && std::ranges::any_of(pin.revocations()->lists(),
                                                    [](auto const& known) { return !known.list.entries().empty(); });
}

/// Whether a signature that nobody here has seen before counts.
Status judge_unseen(ByteView signature, ByteView content, PinnedRoot const& pin, Timestamp now) {
    auto const judged =
        verify(signature, ContentKind::agreement, Payload::detached, content, without_currency(pin), now);
    if (judged) return Done{};
    // An agreement may be older than its signer's certificate lived; not where that may hide that the key was revoked.
    bool const over = judged.error().code == "trust.expired" && !has_revoked_something(pin);
    return over ? Status(Done{}) : Status(judged.error());
}

void check_signature(LoadedAgreement& loaded, ByteView content, AgreementParty const& party, PinnedRoot const& pin,
                     Timestamp now, SignatureMemory const& seen, Bytes& version) {
    auto const path = signature_path(loaded.file, party.node);
    std::error_code error;
    if (!std::filesystem::exists(path, error)) return;
    auto const complain = [&](Error const& why) {
        loaded.problems.push_back(path.filename().string() + ": " + std::string(why.code));
    };
    auto signature = read_file(path, maximum_signature_bytes);
    if (!signature) return complain(signature.error());
    auto const verified = verify_agreement_signature(*signature, content, pin, now);
    if (!verified) return complain(verified.error());
    auto const digest = sha256(*signature);
    if (!seen || !seen(digest))
        if (auto const judged = judge_unseen(*signature, content, pin, now); !judged) return complain(judged.error());
    loaded.counted.emplace(party.node, digest);
    loaded.signed_agreement.signed_by.insert(party.node);
    version.insert(version.end(), signature->begin(), signature->end());
}

}  // namespace

std::filesystem::path signature_path(std::filesystem::path const& agreement, NodeId const& node) {
    return agreement.string() + "." + node.text() + ".p7s";
}

Result<std::shared_ptr<Instruments const>> Instruments::load(std::filesystem::path const& agreements,
                                                             std::filesystem::path const& policies,
                                                             PinnedRoot const& own_root, PeerSnapshot const& peers,
                                                             Timestamp now, SignatureMemory const& seen) {
    auto instruments = std::make_shared<Instruments>();
    Complaints complaints;
    Bytes version;
    ASSIGN_OR_RETURN(auto const agreement_files, yaml_files(agreements));
    for (auto const& path : agreement_files) {
        auto file = load_yaml(path);
        auto agreement = file ? Agreement::load(*file) : Result<Agreement>(file.error());
        if (!agreement) {
            complaints.add(agreement.error());
            continue;
        }
        LoadedAgreement loaded{SignedAgreement{*std::move(agreement), {}}, path, {}, {}};
        version.insert(version.end(), file->bytes.begin(), file->bytes.end());
        for (auto const& party : loaded.signed_agreement.agreement.parties()) {
            auto const* peer = peers.find(party.node);
            auto const* pin = party.node == own_root.node() ? &own_root : peer != nullptr ? &peer->pin : nullptr;
            if (pin != nullptr) check_signature(loaded, file->bytes, party, *pin, now, seen, version);
        }
        instruments->agreements_.push_back(std::move(loaded));
    }
    ASSIGN_OR_RETURN(auto const policy_files, yaml_files(policies));
    for (auto const& path : policy_files) {
        auto file = load_yaml(path);
        auto policy = file ? SharingPolicy::load(*file) : Result<SharingPolicy>(file.error());
        if (!policy) {
            complaints.add(policy.error());
            continue;
        }
        version.insert(version.end(), file->bytes.begin(), file->bytes.end());
        instruments->policies_.push_back(*std::move(policy));
    }
    if (!complaints.empty()) return complaints.to_error();
    for (std::size_t i = 0; i < instruments->agreements_.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (instruments->agreements_[i].signed_agreement.agreement.id() ==
                instruments->agreements_[j].signed_agreement.agreement.id())
                return Error{ErrorKind::conflict, "instruments.duplicate",
                             instruments->agreements_[j].file.string() + " and " +
                                 instruments->agreements_[i].file.string() + " have the same id"};
    instruments->version_ = sha256(version);
    return std::shared_ptr<Instruments const>(std::move(instruments));
}

SignedAgreement const* Instruments::find(Digest const& digest) const {
    for (auto const& loaded : agreements_)
        if (loaded.signed_agreement.agreement.digest() == digest) return &loaded.signed_agreement;
    return nullptr;
}

}  // namespace casebridge
