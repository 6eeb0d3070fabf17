// What duties have to do with passing on: permissions that come, and copies that are to be destroyed.
#include "daemon/duty_desk.h"
#include "daemon/onward_desk.h"

namespace casebridge {

Result<std::int64_t> DutyDesk::recall_copies(Store& store, NodeId const& originator, MessageId const& original,
                                             Timestamp now) {
    ASSIGN_OR_RETURN(auto const copies, store.onward().standing_copies(originator, original));
    std::int64_t owed = 0;
    for (auto const& copy : copies) {
        RETURN_IF_ERROR(store.onward().mark_recalled(copy.message, now));
        ASSIGN_OR_RETURN(auto const row, store.outbox().find(copy.message));
        bool const left = !row || row->possibly_delivered || row->state == OutboxState::delivered;
        if (left) {
            ToDestroy const told{copy.recipient, copy.purpose, copy.subject, copy.agreement, {copy.message}};
            ASSIGN_OR_RETURN(auto const retractions, owe_retraction(store, told, now));
            owed += retractions;
        }
        auto facts = Json::object();
        facts.set("message", copy.message.text())
            .set("originator", originator.text())
            .set("recipient", copy.recipient.node.text())
            .set("left", left);
        ASSIGN_OR_RETURN(
            auto const leaf,
            store.log().append("onward.recall", now, service_actor("the original is gone"), facts, Json::object()));
        static_cast<void>(leaf);
    }
    return owed;
}

/// What comes with the signature of its originator, for a message of theirs that we hold and as we hold it.
Result<std::string> DutyDesk::take_permission(Store& store, Duty const& duty, OnwardGrant const& grant, Timestamp now) {
    auto const& from = duty.from.node;
    auto const words = OnwardDesk::verified({from, grant.permission}, *parts_.peers.snapshot(), now);
    if (!words) return std::string(words.error().code);
    if (words->holder != parts_.self.node) return std::string("onward.wrong_holder");
    ASSIGN_OR_RETURN(auto const original, store.inbox().find(from, words->message));
    if (!original || original->type != MessageType::case_summary || original->outcome != Outcome::accepted)
        return std::string("onward.unknown_message");
    if (!original->content) return std::string("onward.withdrawn");
    if (original->purpose != words->purpose) return std::string("onward.wrong_purpose");
    ASSIGN_OR_RETURN(auto const bytes, store.contents().get(*original->content));
    if (sha256(bytes) != words->body) return std::string("onward.wrong_body");
    RETURN_IF_ERROR(store.onward().insert(PermissionRow{.given = false,
                                                        .id = duty.id,
                                                        .peer = from,
                                                        .message = words->message,
                                                        .recipient = words->recipient,
                                                        .purpose = words->purpose,
                                                        .granted_at = words->granted_at,
                                                        .until = words->until,
                                                        .document = grant.permission}));
    return std::string();
}

}  // namespace casebridge
