// MeetingKeys: the keys shared with one partner, as a snapshot any thread may hold, and what they are for: the layer
// that is put around sealed bytes when they leave, and taken off when they come (crypto/meeting_layer.h).
//
// SECURITY: a key belongs to one pair of nodes. Bytes are opened with the keys of the node at the other end of the TLS
// connection and no other's. The layer is no part of the message: what is stored, digested and receipted is inside.
#pragma once

#include "crypto/meeting_layer.h"
#include "crypto/time.h"

#include <optional>
#include <vector>

namespace casebridge {

/// How long after its last day a key still opens what comes: for clocks, and what was under way. What waits is wrapped
/// anew at each attempt, so that nothing sealed under it can come later.
inline constexpr std::chrono::hours meeting_key_grace{24};

class MeetingKeys {
public:
    struct Key {
        MeetingKeyId id;
        Timestamp from, until;  ///< sealed with from `from` until before `until`
        Secret secret;
    };
    /// `end`: of the last key, also of those destroyed.
    MeetingKeys(std::vector<Key> keys, bool required, std::optional<Timestamp> end)
        : keys_(std::move(keys)), required_(required), end_(end) {}

    /// What is sealed with now: of those whose time it is, the one that began last. nullptr: none.
    [[nodiscard]] Key const* current(Timestamp now) const;
    [[nodiscard]] Key const* find(MeetingKeyId const& id) const;
    /// Nothing comes or goes without the layer.
    [[nodiscard]] bool required() const noexcept { return required_; }
    [[nodiscard]] std::optional<Timestamp> end() const noexcept { return end_; }
    /// Whether one is there whose time has not come.
    [[nodiscard]] bool begins_later(Timestamp now) const;
    [[nodiscard]] std::vector<Key> const& held() const noexcept { return keys_; }

private:
    std::vector<Key> keys_;
    bool required_;
    std::optional<Timestamp> end_;
};

/// What leaves for the partner: in the layer if there is a current key, else as it is. `keys` null: none, and not
/// required. Errors: `meeting_key.none_current` (required, so it does not leave), `meeting_layer.seal_failed`.
Result<Bytes> for_wire(ByteView sealed, MeetingKeys const* keys, Timestamp now);

/// What came from the partner, without the layer. Errors: `gate.meeting_*`, `meeting_key.required` (it has none),
/// `meeting_key.unknown` (not one of this partner's), `meeting_layer.not_opened`. What is inside passed no gate.
Result<Bytes> from_wire(Bytes received, std::size_t maximum_size, MeetingKeys const* keys);

/// The code as a literal of ours if a partner's answer says that our layer and its keys do not fit; else empty. Then it
/// is for people to hand over keys, and what waits is tried again.
std::string_view meeting_key_refusal(std::string_view code);

/// What health judges: one for each partner with keys, or of whom they are required.
struct MeetingKeyFacts {
    std::string node;
    bool required = false;
    bool current = false;       ///< one is
    bool begins_later = false;  ///< one will be
    std::optional<Timestamp> end{};
};

}  // namespace casebridge
