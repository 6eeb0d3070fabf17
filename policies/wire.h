// What messages, questions, duties and receipts have in common on the wire. For their .cpp files only.
#pragma once

#include "policies/ids.h"
#include "policies/json.h"

namespace casebridge::wire {

inline constexpr int version = 1;
inline constexpr std::size_t longest_node = 40;
inline constexpr std::size_t longest_time = 24;
inline constexpr std::size_t longest_word = 64;
inline constexpr std::size_t longest_reference = 64;
inline constexpr std::size_t longest_log_head = 19 + 1 + 64;
inline constexpr std::size_t digest_size = 64;
inline constexpr std::size_t longest_padding = 1 << 20;
inline constexpr std::size_t most_named_messages = 200;

/// `member` is a word of ours, never one that came in.
Error invalid(std::string_view code, std::string_view member = "");

/// Asked before anything else: another version has other members, and its sender deserves to be told just that.
bool is_other_version(Json const& json);

/// The canonical text with a final member `padding` of zeros, exactly `size` bytes. Throws if the rest is longer.
std::string padded(Json json, std::size_t size);
/// Padded so that payload sizes fall into the classes 4, 8, 16, 32, 64, 128, 256, 512 KiB minus 2 KiB for the envelope,
/// and 1000 KiB. Throws above.
std::string padded_to_class(Json json);
/// Whether the last member is `padding`, and zeros alone: anything else would be a place to hide data in.
bool is_padding(Json const& json, std::string const& padding);

Json to_json(Address const& address);
/// Errors: those of the reader, `node_id.malformed`, `office.malformed`.
Result<Address> read_address(Json const& json, JsonReader::Scope scope);

/// Messages that are named. Errors: `message.too_long` (more than `most_named_messages`), `message.wrong_type`,
/// `message_id.malformed`.
Result<std::vector<MessageId>> read_message_ids(Json const& array, std::string_view member);
Json to_json(std::vector<MessageId> const& messages);

/// An opaque reference: graphic ASCII, at least one character.
bool is_reference(std::string_view text);

/// "<size> <root hex>", the size without leading zeros.
bool is_log_head(std::string_view text);

}  // namespace casebridge::wire
