// Officer API: notes and attachments inside procedures. Reading them is an act.
#include "daemon/officer_call.h"

#include <algorithm>

namespace casebridge {

namespace {

Result<NoteRequest> read_request(OfficerCall& call) {
    ASSIGN_OR_RETURN(auto procedure, SubjectReference::parse(call.parameter()));
    NoteRequest request{.procedure = std::move(procedure), .note = call.text("note")};
    if (auto const data = call.text("attachment"); !data.empty()) {
        ASSIGN_OR_RETURN(request.attachment, from_base64(data));
    }
    if (auto const case_id = call.text("case"); !case_id.empty()) request.case_id = CaseId(case_id);
    return request;
}

void preview_note(OfficerCall& call) {
    auto const actor = call.actor();
    if (!actor) return call.fail(actor);
    auto const request = read_request(call);
    if (!request) return call.fail(request);
    auto const preview = call.parts().threads.preview(*request);
    if (!preview) return call.fail(preview);
    auto json = Json::object();
    json.set("to", address_json(preview->to)).set("note", preview->note);
    if (preview->attachment)
        json.set("attachment", Json::object()
                                   .set("type", to_text(*preview->attachment))
                                   .set("bytes", static_cast<std::int64_t>(preview->attachment_bytes))
                                   .set("metadata_removed", static_cast<std::int64_t>(preview->removed)));
    bool const denied = preview->deliberation && !preview->deliberation->decision->allowed();
    json.set("allowed", !denied);
    if (denied) json.set("denials", denials_json(preview->deliberation->decision->denials()));
    call.answer(json.set("digest", preview->digest.hex()));
}

void send_note(OfficerCall& call) {
    auto const actor = call.actor();
    if (!actor) return call.fail(actor);
    auto const request = read_request(call);
    if (!request) return call.fail(request);
    auto const digest = Digest::from_hex(call.text("digest"));
    if (!digest) return call.fail({ErrorKind::invalid, "request.missing", "digest: of the preview"});
    call.parts().threads.send(*request, *digest, *actor, [respond = call.responder()](Result<StepSent> const& outcome) {
        answer_sent(respond, outcome);
    });
}

struct Read {
    ProcedureRow row;
    std::vector<ThreadRow> entries;
};

/// The leaf is committed with what is read.
Result<Read> read_thread(OfficerCall& call, Store& store, Actor const& actor) {
    ASSIGN_OR_RETURN(auto const reference, SubjectReference::parse(call.parameter()));
    ASSIGN_OR_RETURN(auto row, store.procedures().find(reference));
    if (!row) return Error{ErrorKind::not_found, "procedure.not_found", reference.text()};
    auto facts = Json::object();
    facts.set("procedure", reference.text()).set("peer", row->peer.node.text());
    ASSIGN_OR_RETURN(auto const leaf,
                     store.log().append("officer.read", call.parts().clock.now(), actor, facts, Json::object()));
    static_cast<void>(leaf);
    ASSIGN_OR_RETURN(auto entries, store.threads().entries(*row));
    return Read{*std::move(row), std::move(entries)};
}

Result<Json> entry_json(Store& store, ProcedureRow const& row, ThreadRow const& entry) {
    auto json = Json::object();
    json.set("message", entry.message.text()).set("us", entry.side == row.side);
    json.set("sent_at", to_rfc3339(entry.sent_at)).set("state", to_text(entry.state)).set("code", entry.code);
    if (entry.note) {
        ASSIGN_OR_RETURN(auto const note, store.contents().get(*entry.note));
        json.set("note", to_text(note));
    }
    if (entry.attachment_type)
        json.set("attachment", Json::object()
                                   .set("type", to_text(*entry.attachment_type))
                                   .set("bytes", entry.attachment_size)
                                   .set("erased", !entry.attachment.has_value()));
    return json.set("read_at", optional_time(entry.read_at));
}

void list_notes(OfficerCall& call) {
    auto const actor = call.actor();
    if (!actor) return call.fail(actor);
    auto const answer = call.parts().engine.call<Json>([&](Store& store) -> Result<Json> {
        ASSIGN_OR_RETURN(auto const read, read_thread(call, store, *actor));
        auto notes = Json::array();
        for (auto const& entry : read.entries) {
            ASSIGN_OR_RETURN(auto json, entry_json(store, read.row, entry));
            notes.push(std::move(json));
        }
        RETURN_IF_ERROR(store.threads().mark_read(read.row, call.parts().clock.now()));
        return Json::object().set("procedure", read.row.reference.text()).set("notes", std::move(notes));
    });
    if (!answer) return call.fail(answer);
    call.answer(*answer);
}

/// The bytes as they came; what they are is not looked at here, and nothing renders them.
void export_attachment(OfficerCall& call) {
    auto const actor = call.actor();
    if (!actor) return call.fail(actor);
    auto const id = MessageId::parse(call.text("message"));
    if (!id) return call.fail(id);
    auto bytes = call.parts().engine.call<Bytes>([&](Store& store) -> Result<Bytes> {
        ASSIGN_OR_RETURN(auto const read, read_thread(call, store, *actor));
        auto const found = std::ranges::find(read.entries, *id, &ThreadRow::message);
        if (found == read.entries.end() || !found->attachment_type)
            return Error{ErrorKind::not_found, "thread.no_attachment", id->text()};
        if (!found->attachment) return Error{ErrorKind::not_found, "content.erased"};
        return store.contents().get(*found->attachment);
    });
    if (!bytes) return call.fail(bytes);
    call.answer_bytes(*std::move(bytes), "application/octet-stream");
}

}  // namespace

std::vector<OfficerRoute> thread_routes() {
    return {
        {"GET", "/v1/procedures/*/notes", Access::case_work, list_notes},
        {"GET", "/v1/procedures/*/attachment", Access::case_work, export_attachment},
        {"POST", "/v1/procedures/*/notes/preview", Access::case_work, preview_note},
        {"POST", "/v1/procedures/*/notes", Access::case_work, send_note},
    };
}

}  // namespace casebridge
