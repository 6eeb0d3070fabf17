#include "daemon/duty_desk.h"

#include "daemon/erased_leaf.h"
#include "daemon/procedure_erasure.h"

#include <algorithm>

namespace casebridge {

namespace {

/// Whom nothing could be sealed to is asked for its certificate again after this time.
constexpr std::chrono::minutes put_off_for{1};

constexpr std::string_view retracted = "message.retracted";

MessageId new_id(Timestamp now) {
    return MessageId::make(now, to_text(random_bytes(10)));
}

bool was_told(DisclosureRow const& row) {
    return row.state == "possibly_delivered" || row.state == "delivered";
}

Result<std::vector<DutyDesk::ToDestroy>> recipients(Store& store, CaseId const& case_id, std::string const& consent) {
    ASSIGN_OR_RETURN(auto const rows, store.disclosures().of_case(case_id));
    std::vector<DutyDesk::ToDestroy> all;
    for (auto const& row : rows) {
        if (row.consent_id != consent || !was_told(row) || !row.withdrawal.empty()) continue;
        auto const same = [&](DutyDesk::ToDestroy const& each) {
            return each.to.node == row.to.node && each.purpose == row.purpose && each.subject == row.subject &&
                   each.messages.size() < Withdrawal::most_messages;
        };
        auto found = std::ranges::find_if(all, same);
        if (found == all.end()) found = all.insert(all.end(), {row.to, row.purpose, row.subject, row.agreement, {}});
        found->messages.push_back(row.message);
    }
    return all;
}

/// Our own copies of what was sent under the consent, whatever became of it. What still waits in the outbox is erased
/// when it is settled.
Status erase_sent(Store& store, CaseId const& case_id, std::string const& consent) {
    ASSIGN_OR_RETURN(auto const rows, store.disclosures().of_case(case_id));
    for (auto const& row : rows) {
        if (row.consent_id != consent) continue;
        RETURN_IF_ERROR(store.outbox().erase_if_settled(row.message, store.contents()));
    }
    return Done{};
}

/// What was begun with partners under the consent ends here; there, the withdrawal ends it.
Status end_procedures(Store& store, CaseId const& case_id, std::string const& consent, Timestamp now) {
    ASSIGN_OR_RETURN(auto procedures, store.procedures().of_case(case_id));
    for (auto& procedure : procedures) {
        if (procedure.own_consent.empty()) continue;
        ASSIGN_OR_RETURN(auto const pairwise, store.cases().pairwise_consent_id(case_id, consent, procedure.peer.node));
        if (procedure.own_consent == pairwise) RETURN_IF_ERROR(erase_procedure(store, procedure, true, now));
    }
    return Done{};
}

}  // namespace

/// A duty that waits to be sealed.
struct DutyDesk::Owed {
    DutyRow row;
    Duty duty;
    bool refreshed = false;  ///< the partner's certificate was fetched in this pass: once is enough
};

Result<std::vector<DutyDesk::Told>> DutyDesk::told_under(Store& store, CaseId const& case_id,
                                                         std::string const& consent) {
    ASSIGN_OR_RETURN(auto const all, recipients(store, case_id, consent));
    std::vector<Told> told;
    for (auto const& each : all) told.push_back({each.to, static_cast<std::int64_t>(each.messages.size())});
    return told;
}

Result<std::vector<DutyDesk::Told>> DutyDesk::owe_withdrawals(Store& store, CaseId const& case_id,
                                                              std::string const& consent, std::uint64_t epoch,
                                                              Timestamp now) {
    ASSIGN_OR_RETURN(auto const all, recipients(store, case_id, consent));
    RETURN_IF_ERROR(erase_sent(store, case_id, consent));
    RETURN_IF_ERROR(end_procedures(store, case_id, consent, now));
    std::vector<Told> told;
    for (auto const& each : all) {
        ASSIGN_OR_RETURN(auto pairwise, store.cases().pairwise_consent_id(case_id, consent, each.to.node));
        auto const content = to_json(Withdrawal{std::move(pairwise), epoch, each.messages});
        RETURN_IF_ERROR(owe(store, each, MessageType::withdrawal, content, now));
        told.push_back({each.to, static_cast<std::int64_t>(each.messages.size())});
    }
    return told;
}

Result<std::int64_t> DutyDesk::owe_retraction(Store& store, ToDestroy const& told, Timestamp now) {
    std::int64_t owed = 0;
    auto const& all = told.messages;
    for (std::size_t from = 0; from < all.size(); from += Withdrawal::most_messages) {
        auto const count = std::min(all.size() - from, Withdrawal::most_messages);
        auto part = told;
        part.messages.assign(all.begin() + static_cast<std::ptrdiff_t>(from),
                             all.begin() + static_cast<std::ptrdiff_t>(from + count));
        RETURN_IF_ERROR(owe(store, part, MessageType::retraction, to_json(Retraction{part.messages}), now));
        for (auto const& message : part.messages)
            RETURN_IF_ERROR(store.outbox().erase_if_settled(message, store.contents()));
        ++owed;
    }
    return owed;
}

Status DutyDesk::owe(Store& store, ToDestroy const& told, MessageType type, Json const& content, Timestamp now) {
    auto const id = new_id(now);
    RETURN_IF_ERROR(store.duties().insert({.id = id,
                                           .from_office = parts_.self.offices.front(),
                                           .to = told.to,
                                           .type = type,
                                           .purpose = told.purpose,
                                           .subject = told.subject,
                                           .agreement = told.agreement,
                                           .code = {},
                                           .answer = {},
                                           .owed_at = now,
                                           .settled_at = {}},
                                          content));
    RETURN_IF_ERROR(store.queries_received().erase_answers(told.to.node, told.subject, told.purpose));
    for (auto const& message : told.messages) RETURN_IF_ERROR(store.disclosures().mark_withdrawn(message, id.text()));
    return Done{};
}

Status DutyDesk::owe_anew(Store& store, DutyRow const& duty, Timestamp now) {
    auto const again = new_id(now);
    RETURN_IF_ERROR(store.duties().owe_anew(duty.id, again));
    if (duty.type == MessageType::erasure_receipt) return Done{};
    ASSIGN_OR_RETURN(auto const json, store.duties().content_of(duty));
    ASSIGN_OR_RETURN(auto const content, parse_duty_content(duty.type, json));
    for (auto const& message : named_messages(content))
        RETURN_IF_ERROR(store.disclosures().mark_withdrawn(message, again.text()));
    return Done{};
}

Result<std::string> DutyDesk::take(Store& store, Duty const& duty, Timestamp now) {
    if (auto const* withdrawal = std::get_if<Withdrawal>(&duty.content))
        return take_withdrawal(store, duty, *withdrawal, now);
    if (auto const* retraction = std::get_if<Retraction>(&duty.content))
        return take_retraction(store, duty, *retraction, now);
    if (auto const* grant = std::get_if<OnwardGrant>(&duty.content)) return take_permission(store, duty, *grant, now);
    return take_receipt(store, duty, std::get<ErasureReceipt>(duty.content), now);
}

Result<std::string> DutyDesk::take_withdrawal(Store& store, Duty const& duty, Withdrawal const& withdrawal,
                                              Timestamp now) {
    auto const& from = duty.from.node;
    RETURN_IF_ERROR(store.duties().mark_withdrawn(from, withdrawal, duty.id, now));
    ASSIGN_OR_RETURN(auto const resting, store.inbox().resting_on(from, duty.subject, withdrawal.consent));
    return destroy(store, duty, resting, "consent.withdrawn", now);
}

Result<std::string> DutyDesk::take_retraction(Store& store, Duty const& duty, Retraction const& retraction,
                                              Timestamp now) {
    ASSIGN_OR_RETURN(auto taken, destroy(store, duty, {}, retracted, now));
    for (auto const& id : retraction.messages)
        RETURN_IF_ERROR(store.inbox().supersede(duty.from.node, id, duty.id, retracted, now));
    return taken;
}

/// Destroys what a duty names, what else rests on what it ends, and answers of the same purpose; owes the receipt.
Result<std::string> DutyDesk::destroy(Store& store, Duty const& duty, std::vector<InboxTable::Held> const& resting,
                                      std::string_view code, Timestamp now) {
    auto const& from = duty.from.node;
    auto const receipt_id = new_id(now);
    bool staged = false;
    ErasureReceipt receipt{duty.id, now, 0, 0, {ErasureScope::own_store}};
    auto const wait_for_staging = [&](MessageId const& message) -> Status {
        ASSIGN_OR_RETURN(bool const waits, store.received().hold_back(receipt_id, from, message));
        staged = staged || waits;
        return Done{};
    };
    auto const erase = [&](InboxTable::Held const& held) -> Status {
        RETURN_IF_ERROR(store.contents().erase(held.content));
        ++receipt.messages;
        ASSIGN_OR_RETURN(auto const recalled, recall_copies(store, from, held.id, now));
        receipt.passed_on += recalled;
        RETURN_IF_ERROR(wait_for_staging(held.id));
        RETURN_IF_ERROR(append_erased(store, held.id, from, duty.type(), duty.id, nullptr, now));
        return store.inbox().mark_erased(held.number, now);
    };
    for (auto const& each : resting) RETURN_IF_ERROR(erase(each));
    for (auto const& id : named_messages(duty.content)) {
        ASSIGN_OR_RETURN(auto const held, store.inbox().holding(from, id));
        if (held) RETURN_IF_ERROR(erase(*held));
        // Also of what was gone here before, and may still be there.
        RETURN_IF_ERROR(wait_for_staging(id));
    }
    if (auto const* const withdrawal = std::get_if<Withdrawal>(&duty.content)) {
        ASSIGN_OR_RETURN(auto procedures, store.procedures().resting_on_peer_consent(from, withdrawal->consent));
        for (auto& procedure : procedures) {
            if (procedure.erased_at) continue;
            receipt.messages += procedure.facts.steps;
            RETURN_IF_ERROR(erase_procedure(store, procedure, true, now));
        }
    }
    if (staged) receipt.scope.push_back(ErasureScope::staging_table);
    ASSIGN_OR_RETURN(receipt.answers, store.queries_asked().erase_bodies(from, duty.subject, duty.purpose, code));
    auto facts = Json::object();
    facts.set(std::string(to_text(duty.type())), duty.id.text())
        .set("peer", from.text())
        .set("purpose", to_text(duty.purpose))
        .set("messages", receipt.messages)
        .set("answers", receipt.answers);
    ASSIGN_OR_RETURN(auto const leaf,
                     store.log().append("erasure", now, service_actor("a partner's withdrawal or retraction"), facts,
                                        Json::object()));
    static_cast<void>(leaf);
    RETURN_IF_ERROR(store.duties().insert({.id = receipt_id,
                                           .from_office = own_office(duty.to.office),
                                           .to = duty.from,
                                           .type = MessageType::erasure_receipt,
                                           .purpose = duty.purpose,
                                           .subject = duty.subject,
                                           .agreement = duty.agreement,
                                           .code = {},
                                           .answer = {},
                                           .owed_at = now,
                                           .settled_at = {}},
                                          to_json(receipt)));
    return std::string();
}

Result<std::string> DutyDesk::take_receipt(Store& store, Duty const& duty, ErasureReceipt const& receipt,
                                           Timestamp now) {
    ASSIGN_OR_RETURN(auto owed, store.duties().find(receipt.withdrawal));
    // Only its recipient can say that it was obeyed.
    if (!owed || owed->type == MessageType::erasure_receipt || owed->to.node != duty.from.node)
        return std::string("message.unknown_withdrawal");
    if (owed->state == DutyState::answered) return std::string();
    ASSIGN_OR_RETURN(owed->answer, store.contents().put(as_bytes(dump(to_json(receipt)))));
    owed->state = DutyState::answered;
    owed->settled_at = now;
    RETURN_IF_ERROR(store.duties().update(*owed));
    ASSIGN_OR_RETURN(auto const content, store.duties().content_of(*owed));
    ASSIGN_OR_RETURN(auto const asked, parse_duty_content(owed->type, content));
    for (auto const& id : named_messages(asked)) {
        RETURN_IF_ERROR(store.disclosures().mark_erased(id, now));
        RETURN_IF_ERROR(append_erased(store, id, duty.from.node, owed->type, receipt.withdrawal, &duty.id, now));
    }
    auto scope = Json::array();
    for (auto const each : receipt.scope) scope.push(to_text(each));
    auto facts = Json::object();
    facts.set(std::string(to_text(owed->type)), receipt.withdrawal.text())
        .set("peer", duty.from.node.text())
        .set("messages", receipt.messages)
        .set("answers", receipt.answers)
        .set("scope", std::move(scope));
    ASSIGN_OR_RETURN(auto const leaf,
                     store.log().append("erasure.confirmed", now, service_actor("a partner's erasure receipt"), facts,
                                        Json::object()));
    static_cast<void>(leaf);
    return std::string();
}

OfficeId const& DutyDesk::own_office(OfficeId const& named) const {
    auto const& offices = parts_.self.offices;
    auto const found = std::ranges::find(offices, named);
    return found == offices.end() ? offices.front() : *found;
}

void DutyDesk::dispatch() {
    {
        std::lock_guard const lock(mutex_);
        once_more_ = under_way_;
        if (std::exchange(under_way_, true)) return;
    }
    next(0);
}

/// One after another: duties are few.
void DutyDesk::next(std::int64_t after) {
    struct Read {
        std::int64_t number = 0;
        std::shared_ptr<Owed const> owed;  ///< none: there is no other, or it is unreadable
        std::optional<Error> unreadable;
    };
    parts_.engine.submit<Read>(
        [this, after, except = unsealable()](Store& store) -> Result<Read> {
            ASSIGN_OR_RETURN(auto row, store.duties().owed_after(after, except));
            if (!row) return Read{};
            RETURN_IF_ERROR(parts_.clock.require_trusted());
            Duty duty{.id = row->id,
                      .from = {parts_.self.node, row->from_office},
                      .to = row->to,
                      .sent_at = parts_.clock.now(),
                      .purpose = row->purpose,
                      .subject = row->subject,
                      .agreement = row->agreement,
                      .log_head = store.log().head().text(),
                      .content = Withdrawal{}};
            auto const content = store.duties().content_of(*row);
            auto const unreadable = [&row](Error const& error) {
                return Read{row->number, nullptr, error};  // the others do not wait for it
            };
            if (!content) return unreadable(content.error());
            auto parsed = parse_duty_content(row->type, *content);
            if (!parsed) return unreadable(parsed.error());
            duty.content = *std::move(parsed);
            // What it says of a staging table is true from now on: until now it was held back.
            auto* const receipt = std::get_if<ErasureReceipt>(&duty.content);
            if (receipt != nullptr && receipt->scope.back() == ErasureScope::staging_table)
                receipt->erased_at = duty.sent_at;
            auto const number = row->number;
            return Read{number, std::make_shared<Owed const>(Owed{*std::move(row), std::move(duty)}), {}};
        },
        [this](Result<Read> read) {
            if (read && read->owed) return seal(std::move(read->owed));
            if (!read) parts_.telemetry.log(LogLevel::error, "duty.waits", {{"why", read.error()}});
            if (!read || !read->unreadable) return finish();
            parts_.telemetry.log(LogLevel::error, "duty.unreadable", {{"why", *read->unreadable}});
            next(read->number);
        });
}

void DutyDesk::seal(std::shared_ptr<Owed const> owed) {
    auto const peers = parts_.peers.snapshot();
    auto const* peer = peers->find(owed->row.to.node);
    // Also a partner that was removed since: what it was told, it still has.
    auto const waits = [this, owed](Error const& error) {
        parts_.telemetry.log(LogLevel::error, "duty.waits",
                             {{"message", owed->row.id}, {"peer", owed->row.to.node}, {"why", error}});
        put_off(owed->row.to.node);
        next(owed->row.number);
    };
    if (peer == nullptr) return waits({ErrorKind::not_found, "peer.unknown", owed->row.to.node.text()});
    parts_.crypto.seal_text(to_payload(owed->duty), *peer, [this, owed, waits](Result<SealedMessage> const& sealed) {
        if (sealed) return queue(owed, *sealed);
        if (owed->refreshed) return waits(sealed.error());
        // Its certificate may have expired since it was fetched.
        parts_.contact.refresh_for_duties(owed->row.to.node, [this, owed, waits](Result<PeerCheck> const& checked) {
            if (!checked) return waits(checked.error());
            auto again = *owed;
            again.refreshed = true;
            seal(std::make_shared<Owed const>(std::move(again)));
        });
    });
}

void DutyDesk::queue(std::shared_ptr<Owed const> owed, SealedMessage const& sealed) {
    auto const outer = sealed.sealed.bytes(), inner = sealed.inner.bytes();
    parts_.engine.submit<Done>(
        [this, owed, digest = sealed.sealed.inner_digest(), outer = Bytes(outer.begin(), outer.end()),
         inner = Bytes(inner.begin(), inner.end())](Store& store) -> Status {
            auto row = owed->row;
            ASSIGN_OR_RETURN(auto const known, store.duties().find(row.id));
            // Its recipient may have been succeeded since it was sealed: then it is sealed anew.
            if (!known || known->state != DutyState::owed || known->to.node != row.to.node) return Done{};
            auto const now = parts_.clock.now();
            auto const stream = duty_stream_name(parts_.self.node, row.to.node, row.subject);
            ASSIGN_OR_RETURN(auto const sequence, store.outbox().next_sequence(stream));
            ASSIGN_OR_RETURN(auto const sealed_id, store.contents().put(outer));
            ASSIGN_OR_RETURN(auto const signed_id, store.contents().put(inner));
            RETURN_IF_ERROR(store.outbox().insert({.id = row.id,
                                                   .to = row.to,
                                                   .stream = stream,
                                                   .sequence = sequence,
                                                   .purpose = row.purpose,
                                                   .subject = row.subject,
                                                   .inner_digest = digest,
                                                   .sealed = sealed_id,
                                                   .signed_ = signed_id,
                                                   .request = 0,
                                                   .created_at = now,
                                                   .next_at = now,
                                                   .expires_at = never,
                                                   .last_code = {},
                                                   .receipt = {},
                                                   .type = row.type}));
            row.state = DutyState::queued;
            return store.duties().update(row);
        },
        [this, owed](Status const& queued) {
            if (queued) {
                parts_.telemetry.log(
                    LogLevel::info, "duty.queued",
                    {{"message", owed->row.id}, {"peer", owed->row.to.node}, {"type", to_text(owed->row.type)}});
                wake_();
            } else {
                parts_.telemetry.log(LogLevel::error, "duty.waits",
                                     {{"message", owed->row.id}, {"why", queued.error()}});
            }
            next(owed->row.number);
        });
}

std::set<NodeId> DutyDesk::unsealable() {
    auto const now = parts_.clock.since_boot();
    std::lock_guard const lock(mutex_);
    std::erase_if(put_off_until_, [now](auto const& each) { return each.second <= now; });
    std::set<NodeId> peers;
    for (auto const& [peer, until] : put_off_until_) peers.insert(peer);
    return peers;
}

void DutyDesk::put_off(NodeId const& peer) {
    auto const until = parts_.clock.since_boot() + put_off_for;
    std::lock_guard const lock(mutex_);
    put_off_until_.insert_or_assign(peer, until);
}

void DutyDesk::finish() {
    {
        std::lock_guard const lock(mutex_);
        under_way_ = false;
        if (!std::exchange(once_more_, false)) return;
        under_way_ = true;
    }
    next(0);
}

}  // namespace casebridge
