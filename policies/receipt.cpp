#include "policies/message.h"
#include "policies/wire.h"

#include <algorithm>

namespace casebridge {

namespace {

using wire::invalid;

/// All receipts have one size.
constexpr std::size_t receipt_size = 1024;

struct RawReceipt {
    std::string from, to, message, inner_digest, outcome, code, at, log_head;
    std::int64_t log_index;
};

/// A code of ours: lower-case words joined by dots and underscores.
bool is_error_code(std::string_view text) {
    auto const allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
    };
    return !text.empty() && std::all_of(text.begin(), text.end(), allowed);
}

Result<RawReceipt> read_receipt(Json const& json) {
    if (wire::is_other_version(json)) return invalid("receipt.unknown_version");
    JsonReader reader(json, JsonReader::Scope::receipt);
    RawReceipt raw{};
    reader.integer("version");
    raw.from = reader.string("from", wire::longest_node);
    raw.to = reader.string("to", wire::longest_node);
    raw.message = reader.string("message", wire::longest_reference);
    raw.inner_digest = reader.string("inner_digest", wire::digest_size);
    raw.outcome = reader.string("outcome", wire::longest_word);
    bool const has_code = json.find("code") != nullptr;
    raw.code = reader.optional_string("code", wire::longest_word);
    raw.at = reader.string("at", wire::longest_time);
    raw.log_index = reader.integer("log_index");
    raw.log_head = reader.string("log_head", wire::longest_log_head);
    auto const padding = reader.string("padding", receipt_size);
    RETURN_IF_ERROR(reader.finish());
    if (!wire::is_padding(json, padding)) return invalid("receipt.bad_padding");
    if (raw.outcome != "accepted" && raw.outcome != "rejected") return invalid("receipt.unknown_outcome");
    bool const code_fits = raw.outcome == "rejected" ? is_error_code(raw.code) : !has_code;
    if (!code_fits) return invalid("receipt.bad_code");
    if (raw.log_index < 0) return invalid("receipt.out_of_range", "log_index");
    if (!wire::is_log_head(raw.log_head)) return invalid("receipt.bad_log_head");
    return raw;
}

}  // namespace

std::string to_payload(Receipt const& receipt) {
    auto json = Json::object();
    json.set("version", receipt.version).set("from", receipt.from.text()).set("to", receipt.to.text());
    json.set("message", receipt.message.text()).set("inner_digest", receipt.inner_digest.hex());
    json.set("outcome", receipt.outcome == Outcome::accepted ? "accepted" : "rejected");
    if (receipt.outcome == Outcome::rejected) json.set("code", receipt.code);
    json.set("at", to_rfc3339(receipt.at)).set("log_index", receipt.log_index).set("log_head", receipt.log_head);
    return wire::padded(std::move(json), receipt_size);
}

Result<Receipt> parse_receipt(std::string_view payload) {
    ASSIGN_OR_RETURN(auto json, parse_json(payload));
    ASSIGN_OR_RETURN(auto raw, read_receipt(json));
    auto from = NodeId::parse(raw.from);
    auto to = NodeId::parse(raw.to);
    if (!from || !to) return invalid("receipt.bad_node");
    auto message = MessageId::parse(raw.message);
    if (!message) return invalid("receipt.bad_message_id");
    auto const inner_digest = Digest::from_hex(raw.inner_digest);
    if (!inner_digest) return invalid("receipt.bad_digest");
    auto const at = parse_rfc3339(raw.at);
    if (!at) return invalid("receipt.bad_time");
    return Receipt{.version = wire::version,
                   .from = *std::move(from),
                   .to = *std::move(to),
                   .message = *std::move(message),
                   .inner_digest = *inner_digest,
                   .outcome = raw.outcome == "accepted" ? Outcome::accepted : Outcome::rejected,
                   .code = raw.code,
                   .at = *at,
                   .log_index = static_cast<std::uint64_t>(raw.log_index),
                   .log_head = raw.log_head};
}

}  // namespace casebridge
