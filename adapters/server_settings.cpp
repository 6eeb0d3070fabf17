#include "adapters/server_settings.h"

#include "adapters/odbc_connection_string.h"
#include "policies/unicode.h"

#include <algorithm>

namespace casebridge {
namespace {

constexpr std::size_t longest_word = 255;
constexpr std::size_t most_attributes = 64;

std::string password_place(PasswordWords const& words) {
    return "the systemd credential `" + std::string(words.credential) + "` or in " + std::string(words.key_file);
}

void refuse_passwords(YamlReader& reader, PasswordWords const& words) {
    reader.refuse_keys({"password", "pwd", "passwd", "pass"},
                       "a password does not belong into this file: give it as " + password_place(words));
}

/// A word of reasonable length without control characters.
std::string checked(YamlReader& reader, std::string_view key, std::string word) {
    if (word.size() > longest_word || find_refused_character(word, LineBreaks::refused) != std::string_view::npos) {
        reader.complain(key, "expected at most 255 bytes without control characters");
    }
    return word;
}

std::string required_word(YamlReader& reader, std::string_view key) {
    return checked(reader, key, reader.text(key));
}

std::string optional_word(YamlReader& reader, std::string_view key, std::string_view fallback = "") {
    return checked(reader, key, reader.optional_text(key, fallback));
}

std::filesystem::path optional_path(YamlReader& reader, std::string_view key, std::filesystem::path const& folder) {
    auto const text = optional_word(reader, key);
    return text.empty() ? std::filesystem::path() : folder / text;  // an absolute path stands for itself
}

/// A name such as Asia/Bangkok, or an offset such as +07:00; it may become part of a statement.
std::string read_time_zone(YamlReader& reader, std::string_view fallback) {
    auto zone = optional_word(reader, "time_zone", fallback);
    bool const plain = std::ranges::all_of(zone, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("_+-:/").find(c) != std::string_view::npos;
    });
    if (!plain) reader.complain("time_zone", "expected a zone such as Asia/Bangkok or +07:00");
    return zone;
}

/// As PostgreSQL names things that are not quoted.
std::string read_channel(YamlReader& reader) {
    auto channel = reader.optional_text("notify_channel", "");
    constexpr std::size_t longest = 63;
    bool const plain = std::ranges::all_of(
        channel, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
    bool const numbered = !channel.empty() && channel.front() >= '0' && channel.front() <= '9';
    if (!plain || numbered || channel.size() > longest) {
        reader.complain("notify_channel", "expected small letters, digits and _, not more than 63, not a digit first");
    }
    return channel;
}

std::chrono::seconds read_seconds(YamlReader& reader, std::string_view key, std::int64_t highest, std::int64_t usual) {
    return std::chrono::seconds(reader.optional_integer(key, 1, highest, usual));
}

/// What goes together and what does not, over a socket of this machine and over the network.
void check_transport(YamlReader& reader, PostgresSettings const& settings, std::string const& tls) {
    bool const certificate = !settings.client_certificate.empty();
    if (certificate == settings.client_key.empty()) {
        reader.complain(certificate ? "client_key" : "client_certificate",
                        "missing: `client_certificate` and `client_key` go together");
    }
    if (!settings.over_unix_socket()) {
        if (settings.root_certificate.empty()) {
            reader.complain("root_certificate",
                            "missing: the certificate of the authority that issued the server's "
                            "(tls: verify-full is the only way over the network)");
        }
        return;
    }
    if (!tls.empty() || !settings.root_certificate.empty() || certificate) {
        reader.complain("host", "a Unix socket has no TLS: leave tls, root_certificate and client_certificate out");
    }
    if (!settings.host_address.empty()) reader.complain("host_address", "expected only with a host's name");
}

}  // namespace

PostgresSettings read_postgresql(YamlReader& reader, std::filesystem::path const& folder, PasswordWords const& words) {
    PostgresSettings settings;
    refuse_passwords(reader, words);
    settings.password_place = password_place(words);
    settings.host = required_word(reader, "host");
    settings.host_address = optional_word(reader, "host_address");
    settings.port = static_cast<std::uint16_t>(reader.optional_integer("port", 1, 65535, 5432));
    settings.database = required_word(reader, "database");
    settings.user = required_word(reader, "user");
    for (auto const* schema : reader.optional_sequence("schemas")) {
        settings.schemas.push_back(checked(reader, "schemas", schema->scalar));
    }
    auto const tls = reader.optional_word("tls", {"verify-full"}, "");
    settings.root_certificate = optional_path(reader, "root_certificate", folder);
    settings.client_certificate = optional_path(reader, "client_certificate", folder);
    settings.client_key = optional_path(reader, "client_key", folder);
    settings.password_file = optional_path(reader, "password_file", folder);
    settings.time_zone = read_time_zone(reader, "UTC");
    settings.application_name = optional_word(reader, "application_name", "casebridge");
    settings.notify_channel = read_channel(reader);
    settings.connect_time_limit = read_seconds(reader, "connect_limit_seconds", 60, 5);
    settings.query_time_limit = read_seconds(reader, "time_limit_seconds", 300, 10);
    check_transport(reader, settings, tls);
    return settings;
}

OdbcSettings read_odbc(YamlReader& reader, PasswordWords const& words) {
    OdbcSettings settings;
    refuse_passwords(reader, words);
    settings.driver = required_word(reader, "driver");
    settings.user = optional_word(reader, "user");
    if (auto const* const attributes = reader.optional_mapping("attributes"); attributes != nullptr) {
        if (attributes->entries.size() > most_attributes) reader.complain("attributes", "expected at most 64");
        for (auto const& [key, line, value] : attributes->entries) {
            if (!is_plain_attribute(key)) {
                reader.complain("attributes", "`" + key +
                                                  "` does not belong here: driver and user have keys of their "
                                                  "own, and a password comes as " +
                                                  password_place(words));
            } else if (value.kind != YamlNode::Kind::scalar) {
                reader.complain("attributes", "`" + key + "`: expected one value");
            } else {
                settings.attributes.emplace_back(key, checked(reader, "attributes", value.scalar));
            }
        }
    }
    bool const unchecked = reader.optional_word("encryption", {"required", "unchecked"}, "required") == "unchecked";
    settings.encryption = unchecked ? OdbcSettings::Encryption::unchecked : OdbcSettings::Encryption::required;
    settings.time_zone = read_time_zone(reader, "");
    settings.connect_time_limit = read_seconds(reader, "connect_limit_seconds", 60, 5);
    settings.query_time_limit = read_seconds(reader, "time_limit_seconds", 300, 10);
    return settings;
}

}  // namespace casebridge
