// Onward transfer (requirement O1): what one ministry told another may be told a third by the first one's word alone.
//
//   originator ──case_summary──────────────────────▶ holder
//   originator ──onward_permission: signed─────────▶ holder      names message, body, third office, purpose, end
//                holder ──onward_summary: the same body, and the permission──▶ recipient
//
// The permission is a document of its own, signed by the originator (ContentKind::permission): the recipient verifies
// it against the originator's pinned root and compares its digest of the body with the body that came, so that the
// holder can neither pass on more than was permitted, nor to anybody else, nor alter a word. It names no person.
#pragma once

#include "crypto/digest.h"
#include "policies/ids.h"
#include "policies/json.h"
#include "policies/purpose.h"

namespace casebridge {

struct OnwardPermission {
    NodeId originator, holder;
    MessageId message;  ///< by which the holder was told
    Digest body;        ///< SHA-256 of its body's canonical text
    Address recipient;
    Purpose purpose;  ///< that of the message: what was told for one purpose is not passed on for another
    Timestamp granted_at;
    Timestamp until;         ///< the copy is sent, and has arrived, before
    Timestamp retain_until;  ///< nobody keeps the copy longer than the holder may keep the message
    bool operator==(OnwardPermission const&) const = default;
};

/// As it is signed.
std::string to_payload(OnwardPermission const& permission);
/// Errors: `json.*`, `message.*`, those of the values.
Result<OnwardPermission> parse_onward_permission(std::string_view payload);

/// A copy as somebody wants to send it, or as it came.
struct OnwardUse {
    NodeId const& holder;
    Address const& recipient;
    Purpose purpose;
    Digest body;
    Timestamp sent_at, expires_at, retain_until;
};
/// Whether the permission is for just this. Errors: `onward.wrong_holder`, `onward.wrong_recipient`,
/// `onward.wrong_purpose`, `onward.wrong_body`, `onward.expired` (sent or to arrive after its end, or before it was
/// given), `onward.retained_too_long`.
Status check_use(OnwardPermission const& permission, OnwardUse const& use);

/// The signed permission as a message carries it, with whom to look for its signer.
struct OnwardOrigin {
    NodeId originator;
    Bytes permission;  ///< SignedData
    static constexpr std::size_t largest_permission = 16 * 1024;
};
Json to_json(OnwardOrigin const& origin);
/// Errors: `message.*`, `node_id.malformed`, `encoding.bad_base64`.
Result<OnwardOrigin> read_onward_origin(Json const& json);

/// The body of another ministry's message, and its permission for just this use. Only `permit` makes one, and only it
/// or a MinimisedCase can become the body of a case message.
class PermittedCopy {
public:
    /// `permission`: of which `origin` holds the signed form, verified by the caller. Errors: those of check_use.
    static Result<PermittedCopy> permit(OnwardPermission const& permission, OnwardOrigin origin, Json body,
                                        OnwardUse const& use);
    [[nodiscard]] Json const& body() const noexcept { return body_; }
    [[nodiscard]] OnwardOrigin const& origin() const noexcept { return origin_; }

private:
    PermittedCopy(Json body, OnwardOrigin origin) : body_(std::move(body)), origin_(std::move(origin)) {}
    Json body_;
    OnwardOrigin origin_;
};

/// SHA-256 of the canonical text, as MinimisedCase::digest has it.
Digest body_digest(Json const& body);

}  // namespace casebridge
