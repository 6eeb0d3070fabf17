#include "policies/thread_entry.h"

#include "policies/unicode.h"
#include "policies/wire.h"

namespace casebridge {
namespace {

using wire::invalid;

constexpr auto scope = JsonReader::Scope::message;
constexpr std::size_t longest_data = (ThreadEntry::largest_attachment + 2) / 3 * 4;

Json to_json(Attachment const& attachment) {
    return Json::object().set("type", to_text(attachment.type)).set("data", to_base64(attachment.bytes));
}

Result<std::optional<Attachment>> read_attachment(Json const* json) {
    if (json == nullptr) return std::optional<Attachment>();
    JsonReader reader(*json, scope);
    auto const type_text = reader.string("type", wire::longest_word);
    auto const data = reader.string("data", longest_data);
    RETURN_IF_ERROR(reader.finish());
    ASSIGN_OR_RETURN(auto const type, parse_attachment_type(type_text));
    ASSIGN_OR_RETURN(auto bytes, from_base64(data));
    ASSIGN_OR_RETURN(auto clean, clean_attachment(bytes));
    if (clean.type != type) return invalid("thread.wrong_type");
    if (clean.removed != 0) return invalid("thread.not_clean");
    return std::optional(Attachment{type, std::move(clean.bytes)});
}

}  // namespace

Status check_note(std::string_view note, bool has_attachment) {
    if (note.empty() && !has_attachment) return invalid("thread.empty");
    if (note.size() > ThreadEntry::longest_note) return invalid("thread.note_too_long");
    if (find_refused_character(note, LineBreaks::allowed) != std::string_view::npos)
        return invalid("thread.refused_character");
    return Done{};
}

std::string to_payload(ThreadEntry const& entry) {
    auto body = Json::object().set("note", entry.note);
    if (entry.attachment) body.set("attachment", to_json(*entry.attachment));
    auto json = head_json(entry, MessageType::thread_entry, {});
    return wire::padded_to_class(std::move(json.set("body", std::move(body))));
}

Result<ThreadEntry> read_thread_entry(Json const& json) {
    ASSIGN_OR_RETURN(auto read, read_procedure_message(json, MessageType::thread_entry));
    JsonReader body(*read.body, scope);
    auto note = body.string("note", ThreadEntry::longest_note);
    auto const* const attachment_json = body.optional_object("attachment");
    RETURN_IF_ERROR(body.finish());
    ASSIGN_OR_RETURN(auto attachment, read_attachment(attachment_json));
    RETURN_IF_ERROR(check_note(note, attachment.has_value()));
    return ThreadEntry{std::move(read.head), std::move(note), std::move(attachment)};
}

}  // namespace casebridge
