#include "daemon/erased_leaf.h"

namespace casebridge {

Status append_erased(Store& store, MessageId const& message, NodeId const& peer, MessageType because,
                     MessageId const& duty, MessageId const* receipt, Timestamp now) {
    auto facts = Json::object();
    facts.set("message", message.text())
        .set("peer", peer.text())
        .set("because", to_text(because))
        .set("duty", duty.text());
    if (receipt != nullptr) facts.set("receipt", receipt->text());
    auto const leaf = store.log().append("message.erased", now, service_actor("a duty"), facts, Json::object());
    return leaf ? Status(Done{}) : Status(leaf.error());
}

}  // namespace casebridge
