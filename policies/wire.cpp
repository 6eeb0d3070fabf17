#include "policies/wire.h"

#include "crypto/digest.h"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace casebridge::wire {

namespace {
// Each class leaves 2 KiB for the envelope (two certificates, attributes, CMS structure), so that sealed sizes stay
// within 4, 8, 16 … 512 KiB; the last stays clear of the peer endpoint's limit of 1 MiB.
constexpr std::array<std::size_t, 9> size_classes = {2, 6, 14, 30, 62, 126, 254, 510, 1000};  // KiB
}  // namespace

Error invalid(std::string_view code, std::string_view member) {
    return {ErrorKind::invalid, code, std::string(member)};
}

bool is_other_version(Json const& json) {
    auto const* const member = json.find("version");
    auto const* const number = member != nullptr ? member->as_integer() : nullptr;
    return number != nullptr && *number != version;
}

std::string padded(Json json, std::size_t size) {
    json.set("padding", "");
    auto const length = dump(json).size();
    if (length > size) throw std::length_error("a message longer than its size class");
    json.set("padding", std::string(size - length, '0'));
    return dump(json);
}

std::string padded_to_class(Json json) {
    json.set("padding", "");
    auto const length = dump(json).size();
    auto const fits = [length](std::size_t kibibytes) { return length <= kibibytes * 1024; };
    auto const size = std::find_if(size_classes.begin(), size_classes.end(), fits);
    if (size == size_classes.end()) throw std::length_error("a message above the largest size class");
    return padded(std::move(json), *size * 1024);
}

Json to_json(Address const& address) {
    return Json::object().set("node", address.node.text()).set("office", address.office.text());
}

Result<Address> read_address(Json const& json, JsonReader::Scope scope) {
    JsonReader reader(json, scope);
    auto const node_text = reader.string("node", longest_node);
    auto const office_text = reader.string("office", longest_node);
    RETURN_IF_ERROR(reader.finish());
    ASSIGN_OR_RETURN(auto node, NodeId::parse(node_text));
    ASSIGN_OR_RETURN(auto office, parse_office(office_text));
    return Address{std::move(node), std::move(office)};
}

Result<std::vector<MessageId>> read_message_ids(Json const& array, std::string_view member) {
    auto const& elements = *array.as_array();
    if (elements.size() > most_named_messages) return invalid("message.too_long", member);
    std::vector<MessageId> messages;
    for (auto const& each : elements) {
        if (each.as_string() == nullptr) return invalid("message.wrong_type", member);
        ASSIGN_OR_RETURN(auto id, MessageId::parse(*each.as_string()));
        messages.push_back(std::move(id));
    }
    return messages;
}

Json to_json(std::vector<MessageId> const& messages) {
    auto list = Json::array();
    for (auto const& id : messages) list.push(id.text());
    return list;
}

bool is_padding(Json const& json, std::string const& padding) {
    return json.as_object()->back().first == "padding" && padding.find_first_not_of('0') == std::string::npos;
}

bool is_reference(std::string_view text) {
    auto const graphic = [](char c) { return c > 0x20 && c < 0x7F; };
    return !text.empty() && std::all_of(text.begin(), text.end(), graphic);
}

bool is_log_head(std::string_view text) {
    auto const space = text.find(' ');
    if (space == std::string_view::npos || space == 0 || space > 19) return false;
    auto const size = text.substr(0, space);
    auto const is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (!std::all_of(size.begin(), size.end(), is_digit) || (size.size() > 1 && size.front() == '0')) return false;
    return static_cast<bool>(Digest::from_hex(text.substr(space + 1)));
}

}  // namespace casebridge::wire
