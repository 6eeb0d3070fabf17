// Officer API: outbox, inbox and the audit log.
#include "daemon/officer_call.h"

namespace casebridge {

namespace {

Json outbox_json(OutboxRow const& row) {
    auto json = Json::object();
    json.set("message", row.id.text())
        .set("type", to_text(row.type))
        .set("to", address_json(row.to))
        .set("purpose", to_text(row.purpose))
        .set("subject", row.subject.text())
        .set("sequence", row.sequence)
        .set("state", to_text(row.state))
        .set("attempts", row.attempts)
        .set("last_code", row.last_code)
        .set("possibly_delivered", row.possibly_delivered)
        .set("created_at", to_rfc3339(row.created_at))
        .set("next_at", to_rfc3339(row.next_at))
        .set("expires_at", row.is_duty() ? Json() : Json(to_rfc3339(row.expires_at)));
    return json;
}

Json inbox_json(InboxRow const& row) {
    auto json = Json::object();
    json.set("message", row.id.text())
        .set("type", to_text(row.type))
        .set("from", address_json({row.from, row.from_office}))
        .set("to_office", row.to_office.text())
        .set("purpose", to_text(row.purpose))
        .set("subject", row.subject.text())
        .set("agreement", row.agreement.hex())
        .set("outcome", row.outcome == Outcome::accepted ? "accepted" : "rejected")
        .set("code", row.code)
        .set("sent_at", to_rfc3339(row.sent_at))
        .set("received_at", to_rfc3339(row.received_at))
        .set("retain_until", row.retain_until == never ? Json() : Json(to_rfc3339(row.retain_until)))
        .set("erased_at", optional_time(row.erased_at))
        .set("superseded_by", row.superseded_by)
        .set("originator", row.originator ? row.originator->text() : std::string())
        .set("log_index", row.log_index)
        .set("read_at", optional_time(row.read_at));
    return json;
}

Result<OutboxRow> find_outbox(OfficerCall& call) {
    ASSIGN_OR_RETURN(auto const id, MessageId::parse(call.parameter()));
    ASSIGN_OR_RETURN(auto row, call.parts().engine.call<std::optional<OutboxRow>>(
                                   [&id](Store& store) { return store.outbox().find(id); }));
    if (!row) return Error{ErrorKind::not_found, "outbox.not_found", id.text()};
    return *std::move(row);
}

void list_outbox(OfficerCall& call) {
    auto const limit = call.limit(50);
    if (!limit) return call.fail(limit);
    auto const rows =
        call.parts().engine.call<std::vector<OutboxRow>>([&](Store& store) { return store.outbox().list(*limit); });
    if (!rows) return call.fail(rows);
    auto const counts =
        call.parts().engine.call<OutboxTable::Counts>([](Store& store) { return store.outbox().counts(); });
    if (!counts) return call.fail(counts);
    auto messages = Json::array();
    for (auto const& row : *rows) messages.push(outbox_json(row));
    auto totals = Json::object();
    totals.set("queued", counts->queued).set("delivered", counts->delivered).set("dead", counts->dead);
    auto json = Json::object();
    json.set("messages", std::move(messages)).set("counts", std::move(totals));
    call.answer(json);
}

void show_outbox(OfficerCall& call) {
    auto const row = find_outbox(call);
    if (!row) return call.fail(row);
    auto json = outbox_json(*row);
    if (!row->receipt.empty()) {
        auto const peers = call.parts().peers.snapshot();
        auto const* peer = peers->find(row->to.node);
        auto const verified = peer == nullptr ? Result<VerifiedContent>(Error{ErrorKind::not_found, "peer.unknown"})
                                              : verify(row->receipt, ContentKind::receipt, Payload::attached, {},
                                                       peer->pin, call.parts().clock.now());
        auto receipt = Json::object();
        receipt.set("digest", sha256(row->receipt).hex());
        receipt.set("verifies", static_cast<bool>(verified));
        if (auto const parsed =
                verified ? parse_receipt(to_text(verified->payload)) : Result<Receipt>(verified.error()))
            receipt.set("at", to_rfc3339(parsed->at))
                .set("outcome", parsed->outcome == Outcome::accepted ? "accepted" : "rejected")
                .set("code", parsed->code)
                .set("log_index", parsed->log_index)
                .set("log_head", parsed->log_head);
        json.set("receipt", std::move(receipt));
    }
    call.answer(json);
}

void export_sealed(OfficerCall& call) {
    auto const actor = call.actor();
    if (!actor) return call.fail(actor);
    auto const row = find_outbox(call);
    if (!row) return call.fail(row);
    auto bytes = call.parts().engine.call<Bytes>([&](Store& store) -> Result<Bytes> {
        auto facts = Json::object();
        facts.set("message", row->id.text());
        ASSIGN_OR_RETURN(auto const leaf,
                         store.log().append("officer.export", call.parts().clock.now(), *actor, facts, Json::object()));
        static_cast<void>(leaf);
        return store.contents().get(row->sealed);
    });
    if (!bytes) return call.fail(bytes);
    call.answer_bytes(*std::move(bytes), "application/cms");
}

void export_receipt(OfficerCall& call) {
    auto row = find_outbox(call);
    if (!row) return call.fail(row);
    if (row->receipt.empty()) return call.fail({ErrorKind::not_found, "outbox.no_receipt", row->id.text()});
    call.answer_bytes(std::move(row->receipt), "application/cms");
}

void list_inbox(OfficerCall& call) {
    auto const limit = call.limit(50);
    if (!limit) return call.fail(limit);
    auto const rows =
        call.parts().engine.call<std::vector<InboxRow>>([&](Store& store) { return store.inbox().list(*limit); });
    if (!rows) return call.fail(rows);
    auto messages = Json::array();
    for (auto const& row : *rows) messages.push(inbox_json(row));
    auto json = Json::object();
    json.set("messages", std::move(messages));
    call.answer(json);
}

/// Reading a received summary is an act: the leaf is committed before the officer sees it.
void show_inbox(OfficerCall& call) {
    auto const actor = call.actor();
    if (!actor) return call.fail(actor);
    auto const id = MessageId::parse(call.parameter());
    if (!id) return call.fail(id);
    struct Reading {
        InboxRow row;
        Bytes body;
    };
    auto const reading = call.parts().engine.call<Reading>([&](Store& store) -> Result<Reading> {
        ASSIGN_OR_RETURN(auto row, store.inbox().find_by_id(*id));
        if (!row) return Error{ErrorKind::not_found, "inbox.not_found", id->text()};
        Bytes body;
        if (row->content) {
            ASSIGN_OR_RETURN(body, store.contents().get(*row->content));
        }
        auto const now = call.parts().clock.now();
        auto facts = Json::object();
        facts.set("message", row->id.text()).set("peer", row->from.text()).set("purpose", to_text(row->purpose));
        ASSIGN_OR_RETURN(auto const leaf, store.log().append("officer.read", now, *actor, facts, Json::object()));
        static_cast<void>(leaf);
        RETURN_IF_ERROR(store.inbox().mark_read(row->from, row->id, now));
        return Reading{*std::move(row), std::move(body)};
    });
    if (!reading) return call.fail(reading);
    auto json = inbox_json(reading->row);
    if (!reading->body.empty()) {
        auto body = parse_json(to_text(reading->body));
        if (!body) return call.fail(body);
        json.set("body", *std::move(body));
    }
    if (!reading->row.changes.empty()) {
        auto changes = parse_json(reading->row.changes);
        if (!changes) return call.fail(changes);
        json.set("changes", *std::move(changes));
    }
    call.answer(json);
}

void read_log(OfficerCall& call) {
    auto const limit = call.limit(100);
    if (!limit) return call.fail(limit);
    std::uint64_t from = 0;
    for (char const c : call.text("from")) {
        if (c < '0' || c > '9' || from > (1ULL << 50))
            return call.fail({ErrorKind::invalid, "request.bad_number", "from"});
        from = from * 10 + static_cast<std::uint64_t>(c - '0');
    }
    struct Excerpt {
        LogHead head;
        std::vector<AuditLog::Leaf> leaves;
    };
    auto const excerpt = call.parts().engine.call<Excerpt>([&](Store& store) -> Result<Excerpt> {
        ASSIGN_OR_RETURN(auto leaves, store.log().read(from, *limit));
        return Excerpt{store.log().head(), std::move(leaves)};
    });
    if (!excerpt) return call.fail(excerpt);
    auto head = Json::object();
    head.set("size", excerpt->head.size).set("root", excerpt->head.root.hex());
    auto leaves = Json::array();
    for (auto const& leaf : excerpt->leaves) {
        // Only the retained facts: the erasable detail is not for listing.
        auto item = Json::object();
        item.set("index", leaf.index).set("data", leaf.data);
        leaves.push(std::move(item));
    }
    auto json = Json::object();
    json.set("head", std::move(head)).set("leaves", std::move(leaves));
    call.answer(json);
}

}  // namespace

std::vector<OfficerRoute> message_routes() {
    return {
        {"GET", "/v1/outbox", Access::reading, list_outbox},
        {"GET", "/v1/outbox/*", Access::reading, show_outbox},
        {"GET", "/v1/outbox/*/sealed", Access::case_work, export_sealed},
        {"GET", "/v1/outbox/*/receipt", Access::reading, export_receipt},
        {"GET", "/v1/inbox", Access::reading, list_inbox},
        {"GET", "/v1/inbox/*", Access::case_work, show_inbox},
        {"GET", "/v1/log", Access::reading, read_log},
    };
}

}  // namespace casebridge
