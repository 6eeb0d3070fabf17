// Officer API: bringing partners up to date about one case. What is answered here is personal data, for the officer's
// eyes.
#include "daemon/officer_call.h"
#include "policies/body_changes.h"

namespace casebridge {

namespace {

struct Asked {
    CaseId case_id;
    std::optional<NodeId> node;
    Actor actor;
};

Result<Asked> asked_of(OfficerCall& call) {
    ASSIGN_OR_RETURN(auto actor, call.actor());
    ASSIGN_OR_RETURN(auto case_id, call.required("case"));
    Asked asked{CaseId{std::move(case_id)}, std::nullopt, std::move(actor)};
    if (auto const node = call.text("node"); !node.empty()) {
        ASSIGN_OR_RETURN(asked.node, NodeId::parse(node));
    }
    return asked;
}

/// Our own signed copies of what stands, oldest first; answers to questions are kept sealed only, and erased copies are
/// gone.
Result<std::vector<OutboxRow>> kept_rows(Store& store, ToldOffice const& standing, std::vector<Bytes>& copies) {
    std::vector<OutboxRow> rows;
    for (auto const& told : standing.rows) {
        ASSIGN_OR_RETURN(auto row, store.outbox().find(told.message));
        if (!row) continue;
        auto bytes = store.contents().get(row->signed_);
        if (!bytes && bytes.error().code == "content.erased") continue;
        if (!bytes) return bytes.error();
        copies.push_back(*std::move(bytes));
        rows.push_back(*std::move(row));
    }
    return rows;
}

/// What a partner was told, as we signed it.
Result<std::vector<Json>> told_bodies(OfficerCall& call, ToldOffice const& standing) {
    std::vector<Bytes> copies;
    auto const rows = call.parts().engine.call<std::vector<OutboxRow>>([&](Store& store) {
        copies.clear();
        return kept_rows(store, standing, copies);
    });
    if (!rows) return rows.error();
    std::vector<Json> bodies;
    for (std::size_t i = 0; i < copies.size(); ++i) {
        // Our certificate of then: it may have expired since.
        ASSIGN_OR_RETURN(auto const signed_copy, verify(copies[i], ContentKind::message, Payload::attached, {},
                                                        call.parts().own_root, (*rows)[i].created_at));
        ASSIGN_OR_RETURN(auto message, parse_message(to_text(signed_copy.payload)));
        bodies.push_back(std::move(message.body));
    }
    return bodies;
}

Json update_json(CaseUpdate const& update) {
    return Json::object()
        .set("to", address_json(update.standing.to))
        .set("purpose", to_text(update.standing.purpose))
        .set("messages", static_cast<std::int64_t>(update.standing.rows.size()))
        .set("what", to_text(update.kind))
        .set("code", update.code);
}

Result<Json> preview_json(OfficerCall& call, CaseUpdate const& update) {
    auto json = update_json(update);
    ASSIGN_OR_RETURN(auto const before, told_bodies(call, update.standing));
    if (!before.empty()) json.set("before", before.back());
    if (update.kind != CaseUpdate::Kind::replacement) return json;
    json.set("after", update.after);
    if (!before.empty()) json.set("changes", to_json(body_changes(before, update.after)));
    return json;
}

void preview_update(OfficerCall& call, Asked const& asked) {
    auto const updates = call.parts().updates.review(asked.case_id, asked.node);
    if (!updates) return call.fail(updates);
    auto const logged = call.parts().engine.call<std::uint64_t>([&](Store& store) {
        auto facts = Json::object();
        facts.set("updates", static_cast<std::int64_t>(updates->size()));
        auto detail = Json::object();
        detail.set("case", asked.case_id.text());
        return store.log().append("officer.preview_update", call.parts().clock.now(), asked.actor, facts, detail);
    });
    if (!logged) return call.fail(logged);
    auto list = Json::array();
    for (auto const& update : *updates) {
        auto json = preview_json(call, update);
        if (!json) return call.fail(json);
        list.push(*std::move(json));
    }
    auto json = Json::object();
    json.set("case", asked.case_id.text()).set("dry_run", true).set("updates", std::move(list));
    call.answer(json.set("digest", digest_of(*updates).hex()));
}

void update_case(OfficerCall& call) {
    auto const asked = asked_of(call);
    if (!asked) return call.fail(asked);
    if (call.flag("dry_run")) return preview_update(call, *asked);
    auto const seen = Digest::from_hex(call.text("digest"));
    if (!seen) return call.fail({ErrorKind::invalid, "request.missing", "digest: of what was shown"});
    auto const done = call.parts().updates.carry_out(asked->case_id, asked->node, *seen, asked->actor);
    if (!done) return call.fail(done);
    auto list = Json::array();
    for (auto const& each : *done) {
        auto json = update_json(each.update);
        json.set("failed", each.code);
        if (!each.message.empty()) json.set("message", each.message);
        list.push(std::move(json));
    }
    auto json = Json::object();
    json.set("case", asked->case_id.text()).set("dry_run", false).set("updates", std::move(list));
    call.answer(json);
}

}  // namespace

std::vector<OfficerRoute> update_routes() {
    return {{"POST", "/v1/cases/update", Access::case_work, update_case}};
}

}  // namespace casebridge
