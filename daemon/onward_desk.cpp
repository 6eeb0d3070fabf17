#include "daemon/onward_desk.h"

#include "daemon/onward_grounds.h"

#include <algorithm>

namespace casebridge {
namespace {

Error conflict(std::string_view code, std::string detail = "") {
    return {ErrorKind::conflict, code, std::move(detail)};
}

MessageId new_id(Timestamp now) {
    return MessageId::make(now, to_text(random_bytes(10)));
}

Status queue(Store& store, OutboxRow row, SealedMessage const& sealed) {
    ASSIGN_OR_RETURN(row.sealed, store.contents().put(sealed.sealed.bytes()));
    ASSIGN_OR_RETURN(row.signed_, store.contents().put(sealed.inner.bytes()));
    row.inner_digest = sealed.sealed.inner_digest();
    return store.outbox().insert(row);
}

}  // namespace

/// A permission on its way from the decision to the commit.
struct OnwardDesk::Permit {
    OnwardPermission words;
    DisclosureRow told;
    std::uint64_t consent_epoch;
    std::shared_ptr<Instruments const> instruments;  // owners: this and the holder of the current snapshot
    std::shared_ptr<PeerSnapshot const> peers;       // owners: this and the registry
    Bytes document{};
    std::optional<Duty> carrier{};
};

struct OnwardDesk::Copy {
    InboxRow original;
    OnwardPermission permission;
    OutgoingMessage message;
    std::shared_ptr<Instruments const> instruments;  // owners: as above
    std::shared_ptr<PeerSnapshot const> peers;
    Json body;
};

Result<std::shared_ptr<OnwardDesk::Permit>> OnwardDesk::draft_permit(PermitRequest const& request) {
    RETURN_IF_ERROR(parts_.clock.require_trusted());
    auto const now = parts_.clock.now();
    ASSIGN_OR_RETURN(auto told, parts_.engine.call<DisclosureRow>([&](Store& store) -> Result<DisclosureRow> {
        ASSIGN_OR_RETURN(auto row, store.disclosures().find(request.message));
        ASSIGN_OR_RETURN(auto const sent, store.outbox().find(request.message));
        if (!row || !sent || sent->type != MessageType::case_summary)
            return Error{ErrorKind::not_found, "onward.unknown_message", request.message.text()};
        return *std::move(row);
    }));
    if (!told.withdrawal.empty() || !told.replaced_by.empty() || told.erased_at || told.case_id.text().empty())
        return conflict("onward.not_standing", "it was withdrawn, replaced or destroyed");
    if (told.state != "delivered") return conflict("onward.not_delivered", told.state);
    auto const retain_until = told.retain_until.value_or(now);
    if (request.until <= now || request.until > retain_until)
        return conflict("onward.until_out_of_range", "at most " + to_rfc3339(retain_until));
    auto const peers = parts_.peers.snapshot();
    auto const* const holder = peers->find(told.to.node);
    auto const* const third = peers->find(request.recipient.node);
    if (holder == nullptr || holder->removed()) return Error{ErrorKind::not_found, "peer.unknown", told.to.node.text()};
    if (request.recipient.node == parts_.self.node || request.recipient.node == told.to.node)
        return conflict("onward.wrong_recipient", "it must be a third");
    if (third == nullptr || third->removed())
        return Error{ErrorKind::not_found, "peer.unknown", request.recipient.node.text()};
    if (third->row.kind != holder->row.kind)
        return conflict("onward.wrong_recipient", "a node of another kind than the holder's");

    ASSIGN_OR_RETURN(auto const deliberation,
                     parts_.sharing.deliberate({told.case_id, told.to, told.purpose, {}, told.about}));
    if (!deliberation->decision->allowed()) return conflict(deliberation->decision->denials().front().code);
    auto const* const agreement = deliberation->decision->agreement();
    if (agreement->digest() != told.agreement || agreement->onward_transfer() != "with_permission")
        return conflict("onward.not_in_agreement", "the agreement does not say `onward_transfer: with_permission`");
    if (!consent_names(*deliberation, request.recipient, told.purpose, told.categories, request.until))
        return conflict("onward.consent_does_not_name", request.recipient.node.text());
    return std::make_shared<Permit>(Permit{{.originator = parts_.self.node,
                                            .holder = told.to.node,
                                            .message = told.message,
                                            .body = told.body,
                                            .recipient = request.recipient,
                                            .purpose = told.purpose,
                                            .granted_at = now,
                                            .until = request.until,
                                            .retain_until = retain_until},
                                           std::move(told),
                                           deliberation->consent_epoch,
                                           deliberation->instruments,
                                           peers});
}

Result<OnwardPermission> OnwardDesk::preview_permission(PermitRequest const& request) {
    ASSIGN_OR_RETURN(auto const permit, draft_permit(request));
    return permit->words;
}

void OnwardDesk::permit(PermitRequest const& request, Actor const& actor, std::function<void(Result<MessageId>)> done) {
    if (auto const room = parts_.reserve.require_room(); !room) return done(room.error());
    auto drafted = draft_permit(request);
    if (!drafted) return done(drafted.error());
    auto const permit = *std::move(drafted);
    auto document = parts_.crypto.sign_permission(to_payload(permit->words), permit->words.granted_at);
    if (!document) return done(document.error());
    auto const head =
        parts_.engine.call<std::string>([](Store& store) -> Result<std::string> { return store.log().head().text(); });
    if (!head) return done(head.error());
    permit->document = *std::move(document);
    permit->carrier.emplace(Duty{.id = new_id(permit->words.granted_at),
                                 .from = {parts_.self.node, parts_.self.offices.front()},
                                 .to = permit->told.to,
                                 .sent_at = permit->words.granted_at,
                                 .purpose = permit->told.purpose,
                                 .subject = permit->told.subject,
                                 .agreement = permit->told.agreement,
                                 .log_head = *head,
                                 .content = OnwardGrant{permit->document}});
    auto const* const holder = permit->peers->find(permit->told.to.node);
    parts_.crypto.seal_text(to_payload(*permit->carrier), *holder,
                            [this, permit, actor, done = std::move(done)](Result<SealedMessage> sealed) {
                                if (!sealed) return done(sealed.error());
                                auto const shared = std::make_shared<SealedMessage const>(*std::move(sealed));
                                parts_.engine.submit<Done>(
                                    [this, permit, actor, shared](Store& store) -> Result<Done> {
                                        return record_permit(store, *permit, actor, *shared);
                                    },
                                    [this, permit, done](Result<Done> const& written) {
                                        if (!written) return done(written.error());
                                        parts_.sharing.queued();
                                        done(permit->carrier->id);
                                    });
                            });
}

/// In the transaction that queues the permission.
Status OnwardDesk::record_permit(Store& store, Permit const& permit, Actor const& actor, SealedMessage const& sealed) {
    auto const& words = permit.words;
    auto const& id = permit.carrier->id;
    ASSIGN_OR_RETURN(auto const epoch, store.cases().consent_epoch(permit.told.case_id));
    ASSIGN_OR_RETURN(bool const over, store.disclosures().is_superseded(words.message));
    if (epoch != permit.consent_epoch || over || parts_.instruments.get()->version() != permit.instruments->version())
        return conflict("send.changed_meanwhile", "consent or policy changed");
    auto const stream = duty_stream_name(words.originator, words.holder, permit.told.subject);
    ASSIGN_OR_RETURN(auto const sequence, store.outbox().next_sequence(stream));
    RETURN_IF_ERROR(queue(store,
                          {.id = id,
                           .to = permit.told.to,
                           .stream = stream,
                           .sequence = sequence,
                           .purpose = words.purpose,
                           .subject = permit.told.subject,
                           .created_at = words.granted_at,
                           .next_at = words.granted_at,
                           .expires_at = words.until,
                           .last_code = {},
                           .receipt = {},
                           .type = MessageType::onward_permission},
                          sealed));
    RETURN_IF_ERROR(store.onward().insert({.given = true,
                                           .id = id,
                                           .peer = words.holder,
                                           .message = words.message,
                                           .recipient = words.recipient,
                                           .purpose = words.purpose,
                                           .granted_at = words.granted_at,
                                           .until = words.until,
                                           .document = permit.document}));
    auto facts = Json::object();
    facts.set("message", words.message.text())
        .set("permission", id.text())
        .set("holder", words.holder.text())
        .set("recipient", words.recipient.node.text())
        .set("office", words.recipient.office.text())
        .set("purpose", to_text(words.purpose))
        .set("until", to_rfc3339(words.until));
    auto detail = Json::object();
    detail.set("case", permit.told.case_id.text());
    ASSIGN_OR_RETURN(auto const leaf, store.log().append("onward.permit", words.granted_at, actor, facts, detail));
    static_cast<void>(leaf);
    return Done{};
}

Result<OnwardPermission> OnwardDesk::verified(OnwardOrigin const& origin, PeerSnapshot const& peers, Timestamp now) {
    auto const* const originator = peers.find(origin.originator);
    if (originator == nullptr || originator->removed())
        return Error{ErrorKind::not_found, "onward.unknown_originator", origin.originator.text()};
    auto const bad = [](std::string_view why) {
        return Error{ErrorKind::unauthentic, "onward.bad_permission", std::string(why)};
    };
    auto const signed_words =
        verify(origin.permission, ContentKind::permission, Payload::attached, {}, originator->pin, now);
    if (!signed_words) return bad(signed_words.error().code);
    auto words = parse_onward_permission(to_text(signed_words->payload));
    if (!words) return bad(words.error().code);
    if (words->originator != origin.originator) return bad("another originator");
    return words;
}

std::string_view OnwardDesk::admit_copy(ReceivedMessage const& message, PeerSnapshot const& peers, Timestamp now) {
    auto const& header = message.header;
    auto const permission = verified(*header.onward, peers, now);
    if (!permission) return permission.error().code;
    auto const fits = check_use(*permission, {header.from.node, header.to, header.purpose, body_digest(message.body),
                                              header.sent_at, header.expires_at, header.retain_until});
    return fits ? std::string_view() : fits.error().code;
}

Result<std::shared_ptr<OnwardDesk::Copy>> OnwardDesk::draft_copy(CopyRequest const& request) {
    RETURN_IF_ERROR(parts_.clock.require_trusted());
    auto const now = parts_.clock.now();
    auto const& to = request.recipient;
    struct Found {
        InboxRow row;
        PermissionRow permission;
        Json body;
        std::string head;
        SubjectReference subject;
        std::uint64_t sequence;
    };
    ASSIGN_OR_RETURN(auto found, parts_.engine.call<Found>([&](Store& store) -> Result<Found> {
        ASSIGN_OR_RETURN(auto row, store.inbox().find_by_id(request.original));
        if (!row || row->type != MessageType::case_summary || row->outcome != Outcome::accepted)
            return Error{ErrorKind::not_found, "onward.unknown_message", request.original.text()};
        if (!row->content) return conflict("onward.withdrawn", "what was told is no longer held");
        ASSIGN_OR_RETURN(auto permission, store.onward().permission(row->from, row->id, to));
        if (!permission) return conflict("onward.not_permitted", to.node.text() + "/" + to.office.text());
        ASSIGN_OR_RETURN(auto const bytes, store.contents().get(*row->content));
        ASSIGN_OR_RETURN(auto body, parse_json(to_text(bytes)));
        ASSIGN_OR_RETURN(auto known, store.onward().subject_for(row->from, row->subject, to.node));
        auto subject = known ? *std::move(known) : SubjectReference::from_random(to_text(random_bytes(16)));
        ASSIGN_OR_RETURN(auto const sequence,
                         store.outbox().next_sequence(stream_name(parts_.self.node, to.node, subject)));
        return Found{*std::move(row),           *std::move(permission), std::move(body),
                     store.log().head().text(), std::move(subject),     sequence};
    }));
    auto const peers = parts_.peers.snapshot();
    auto const* const peer = peers->find(to.node);
    if (peer == nullptr || peer->removed()) return Error{ErrorKind::not_found, "peer.unknown", to.node.text()};
    OnwardOrigin origin{found.row.from, found.permission.document};
    ASSIGN_OR_RETURN(auto const permission, verified(origin, *peers, now));
    auto const instruments = parts_.instruments.get();
    auto const* const agreement = agreement_with(*instruments, parts_.self.node, to, found.row.purpose, now);
    if (agreement == nullptr) return conflict("onward.no_agreement", to.node.text());
    auto const& terms = *agreement->purpose(found.row.purpose);
    if (auto const fits = check_received_body(found.body, terms); !fits)
        return conflict("onward.beyond_agreement", std::string(fits.error().code));
    ASSIGN_OR_RETURN(auto const* const policy, policy_for(*instruments, to.node, found.row.purpose, found.body));
    auto const life = now + parts_.config.message_life;
    auto const kept = std::min<Timestamp>({permission.retain_until, found.row.retain_until, now + terms.retention});
    MessageHeader header{
        .id = new_id(now),
        .stream = stream_name(parts_.self.node, to.node, found.subject),
        .sequence = found.sequence,
        .from = {parts_.self.node, found.row.to_office},
        .to = to,
        .sent_at = now,
        .expires_at = std::min<Timestamp>(life, permission.until),
        .in_reply_to = {},
        .procedure = {},
        .purpose = found.row.purpose,
        .subject = found.subject,
        .agreement = agreement->digest(),
        .policy_id = policy->id().text(),
        .policy_version = policy->version(),
        .policy_digest = policy->digest(),
        // The consent is the originator's to cite; what stands for it here is its permission.
        .consent = {found.permission.id.text(), found.row.consent_epoch, sha256(found.permission.document)},
        .retain_until = kept,
        .log_head = found.head};
    if (header.expires_at <= now) return conflict("onward.expired", to_rfc3339(permission.until));
    auto const body = found.body;
    ASSIGN_OR_RETURN(auto const copy,
                     PermittedCopy::permit(permission, std::move(origin), std::move(found.body),
                                           {parts_.self.node, header.to, header.purpose, body_digest(body),
                                            header.sent_at, header.expires_at, header.retain_until}));
    return std::make_shared<Copy>(
        Copy{std::move(found.row), permission, OutgoingMessage(std::move(header), copy), instruments, peers, body});
}

Result<OnwardDesk::Preview> OnwardDesk::preview_copy(CopyRequest const& request) {
    ASSIGN_OR_RETURN(auto const copy, draft_copy(request));
    return Preview{copy->permission.originator, copy->permission.until, copy->message.header().retain_until, copy->body,
                   copy->message.body_digest()};
}

void OnwardDesk::send(CopyRequest const& request, Digest const& previewed, Actor const& actor,
                      std::function<void(Result<MessageId>)> done) {
    if (auto const room = parts_.reserve.require_room(); !room) return done(room.error());
    auto drafted = draft_copy(request);
    if (!drafted) return done(drafted.error());
    auto const copy = *std::move(drafted);
    if (copy->message.body_digest() != previewed) return done(conflict("onward.preview_outdated", "preview again"));
    auto const* const peer = copy->peers->find(request.recipient.node);
    parts_.crypto.seal(copy->message, *peer, [this, copy, actor, done = std::move(done)](Result<SealedMessage> sealed) {
        if (!sealed) return done(sealed.error());
        auto const shared = std::make_shared<SealedMessage const>(*std::move(sealed));
        parts_.engine.submit<Done>(
            [this, copy, actor, shared](Store& store) -> Result<Done> {
                return record_copy(store, *copy, actor, *shared);
            },
            [this, copy, done](Result<Done> const& written) {
                if (!written) return done(written.error());
                parts_.sharing.queued();
                done(copy->message.header().id);
            });
    });
}

/// In the transaction that queues the copy.
Status OnwardDesk::record_copy(Store& store, Copy const& copy, Actor const& actor, SealedMessage const& sealed) {
    auto const& header = copy.message.header();
    // A withdrawal may have come while it was sealed.
    ASSIGN_OR_RETURN(auto const held, store.inbox().holding(copy.original.from, copy.original.id));
    if (!held) return conflict("onward.withdrawn", "what was told is no longer held");
    RETURN_IF_ERROR(queue(store,
                          {.id = header.id,
                           .to = header.to,
                           .stream = header.stream,
                           .sequence = header.sequence,
                           .purpose = header.purpose,
                           .subject = header.subject,
                           .created_at = header.sent_at,
                           .next_at = header.sent_at,
                           .expires_at = header.expires_at,
                           .last_code = {},
                           .receipt = {},
                           .type = MessageType::onward_summary},
                          sealed));
    RETURN_IF_ERROR(store.onward().insert(CopyRow{.message = header.id,
                                                  .originator = copy.original.from,
                                                  .original = copy.original.id,
                                                  .origin_subject = copy.original.subject,
                                                  .subject = header.subject,
                                                  .recipient = header.to,
                                                  .purpose = header.purpose,
                                                  .agreement = header.agreement,
                                                  .sent_at = header.sent_at}));
    auto facts = Json::object();
    facts.set("message", header.id.text())
        .set("originator", copy.original.from.text())
        .set("original", copy.original.id.text())
        .set("permission", header.consent.id)
        .set("recipient", header.to.node.text())
        .set("office", header.to.office.text())
        .set("purpose", to_text(header.purpose))
        .set("agreement", header.agreement.hex())
        .set("policy", header.policy_id);
    auto detail = Json::object();
    detail.set("subject", copy.original.subject.text());
    ASSIGN_OR_RETURN(auto const leaf, store.log().append("onward.send", header.sent_at, actor, facts, detail));
    static_cast<void>(leaf);
    return Done{};
}

Status OnwardDesk::require_permitted(Store& store, MessageId const& copy, Instruments const& instruments,
                                     Self const& self, Timestamp now) {
    ASSIGN_OR_RETURN(auto const row, store.onward().copy(copy));
    if (!row || row->recalled_at) return conflict("onward.withdrawn", copy.text());
    auto const* const agreement = instruments.find(row->agreement);
    if (agreement == nullptr || !holds(*agreement, self.node, row->recipient, row->purpose, now))
        return conflict("onward.no_agreement", row->recipient.node.text());
    ASSIGN_OR_RETURN(auto const original, store.inbox().holding(row->originator, row->original));
    if (!original) return conflict("onward.withdrawn", copy.text());
    ASSIGN_OR_RETURN(auto const bytes, store.contents().get(original->content));
    ASSIGN_OR_RETURN(auto const body, parse_json(to_text(bytes)));
    ASSIGN_OR_RETURN(auto const* const policy, policy_for(instruments, row->recipient.node, row->purpose, body));
    static_cast<void>(policy);
    return Done{};
}

}  // namespace casebridge
