#include "daemon/config_values.h"

#include "policies/yaml_values.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <arpa/inet.h>
#include <pwd.h>

namespace casebridge {

namespace {

std::vector<std::string_view> const role_words{"data_officer", "operator", "auditor"};

template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
    Number number{};
    auto const [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::optional<std::uint32_t> user_id(std::string const& user) {
    if (auto const number = parse_number<std::uint32_t>(user)) return number;
    std::array<char, 16 * 1024> buffer{};
    passwd entry{};
    passwd* found = nullptr;
    if (::getpwnam_r(user.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) {
        return std::nullopt;
    }
    return found->pw_uid;
}

/// "casebridged" is the daemon itself in the record.
bool is_officer_id(std::string_view text) {
    auto const is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    if (text.size() < 2 || text.size() > 40 || text == "casebridged") return false;
    return is_letter(text.front()) && is_letter(text.back()) && std::all_of(text.begin(), text.end(), [&](char c) {
               return is_letter(c) || c == '-' || c == '.' || c == '_';
           });
}

void read_officer(ConfigReading& reading, YamlNode const& node) {
    YamlReader reader(node, reading.complaints);
    auto const user = reader.text("user");
    auto const officer = reader.text("officer");
    auto role = reader.word("role", role_words);
    reader.refuse_unknown_keys();
    if (user.empty() || officer.empty()) return;

    auto const uid = user_id(user);
    if (!is_officer_id(officer)) {
        reader.complain("officer", "expected 2 to 40 lower-case letters, digits, inner hyphens, dots or underscores");
    }
    if (!uid) return reader.complain("user", "expected a user of this system, by name or number");
    bool const added = reading.config.officers.emplace(*uid, Officer{OfficerId(officer), std::move(role)}).second;
    if (!added) reader.complain("user", "expected each user once");
}

}  // namespace

void read_own_node(ConfigReading& reading, ConfigKey const& key) {
    auto const text = reading.reader.text(key.name);
    if (text.empty()) return;
    auto const node = read_node(text, reading.reader.at(key.name), key.name, nullptr, reading.complaints);
    if (node) reading.config.node = *node;
}

void read_kind(ConfigReading& reading, ConfigKey const& key) {
    auto const word = reading.reader.word(key.name, node_kind_words());
    if (auto const kind = parse_node_kind(word)) reading.config.kind = *kind;
}

void read_name(ConfigReading& reading, ConfigKey const& key) {
    reading.config.name = reading.reader.text(key.name);
    if (reading.config.name.size() > 200) reading.reader.complain(key.name, "expected at most 200 bytes");
}

void read_offices(ConfigReading& reading, ConfigKey const& key) {
    auto const elements = reading.reader.sequence(key.name);
    for (auto const* const element : elements) {
        auto office = parse_office(element->scalar);
        if (!office) {
            reading.complaints.add(element->source, key.name,
                                   "expected 2 to 40 lower-case letters, digits, inner hyphens");
            continue;
        }
        auto& offices = reading.config.offices;
        if (std::find(offices.begin(), offices.end(), *office) != offices.end()) {
            reading.complaints.add(element->source, key.name, "expected each office once");
        }
        offices.push_back(*std::move(office));
    }
    bool const given = reading.reader.any(key.name) != nullptr;
    if (given && reading.reader.any(key.name)->kind == YamlNode::Kind::sequence && elements.empty()) {
        reading.reader.complain(key.name, "expected at least one office");
    }
}

void read_listen(ConfigReading& reading, ConfigKey const& key) {
    auto& config = reading.config;
    auto const text =
        reading.reader.optional_text(key.name, config.listen_host + ':' + std::to_string(config.listen_port));
    auto const colon = text.rfind(':');
    auto host = text.substr(0, colon);
    bool const bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (bracketed) host = host.substr(1, host.size() - 2);
    auto const port = colon == std::string::npos ? std::nullopt : parse_number<std::uint16_t>(text.substr(colon + 1));
    std::array<unsigned char, sizeof(in6_addr)> address{};
    bool const is_address = ::inet_pton(bracketed ? AF_INET6 : AF_INET, host.c_str(), address.data()) == 1;
    if (!is_address || !port || *port == 0) {
        return reading.reader.complain(key.name,
                                       "expected an IP address and a port, such as \"0.0.0.0:8443\" or "
                                       "\"[::]:8443\"");
    }
    config.listen_host = host;
    config.listen_port = *port;
}

void read_officers(ConfigReading& reading, ConfigKey const& key) {
    for (auto const* const element : reading.reader.mappings(key.name)) read_officer(reading, *element);
}

void read_received(ConfigReading& reading, ConfigKey const& key) {
    auto const* const node = reading.reader.optional_mapping(key.name);
    if (node == nullptr) return;
    reading.config.received =
        ReceivedSettings{read_received_database(*node, reading.directory, reading.complaints), {}};
}

void read_received_table_name(ConfigReading& reading, ConfigKey const& key) {
    auto name = read_received_table(reading.reader, key.name, key.fallback);
    if (reading.config.received) {
        reading.config.received->table = std::move(name);
    } else if (reading.reader.any(key.name) != nullptr) {
        reading.reader.complain(key.name, "expected only together with database");
    }
}

void read_received_key_file(ConfigReading& reading, ConfigKey const& key) {
    auto const text = reading.reader.optional_text(key.name);
    if (text.empty()) return;
    reading.config.received_key_file = (reading.directory / text).lexically_normal();
    if (!reading.config.received) reading.reader.complain(key.name, "expected only together with database");
}

}  // namespace casebridge
