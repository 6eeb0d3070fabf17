#include "daemon/config_keys.h"

#include "daemon/config_values.h"

#include <array>

namespace casebridge {

namespace {

using Reading = ConfigReading;
using Key = ConfigKey;

/// A key left out takes the fallback of the table.
template <std::filesystem::path Config::*member>
void path(Reading& reading, Key const& key) {
    auto const text = reading.reader.optional_text(key.name, key.fallback);
    if (!text.empty()) reading.config.*member = (reading.directory / text).lexically_normal();
}

std::int64_t whole(Reading& reading, Key const& key) {
    return reading.reader.optional_integer(key.name, key.low, key.high, std::stoll(std::string(key.fallback)));
}

template <std::size_t HttpLimits::*member, std::size_t unit>
void size(Reading& reading, Key const& key) {
    reading.config.limits.*member = static_cast<std::size_t>(whole(reading, key)) * unit;
}

template <std::size_t RequestQuota::*member>
void quota(Reading& reading, Key const& key) {
    reading.config.peer_quota.*member = static_cast<std::size_t>(whole(reading, key));
}

template <std::chrono::milliseconds HttpLimits::*member>
void limit_seconds(Reading& reading, Key const& key) {
    reading.config.limits.*member = std::chrono::seconds(whole(reading, key));
}

template <auto member, typename Unit>
void duration(Reading& reading, Key const& key) {
    reading.config.*member = Unit(whole(reading, key));
}

void free_space(Reading& reading, Key const& key) {
    reading.config.minimum_free_bytes = static_cast<std::uint64_t>(whole(reading, key)) << 20;
}

template <std::int64_t Config::*member>
void number(Reading& reading, Key const& key) {
    reading.config.*member = whole(reading, key);
}

void log_level(Reading& reading, Key const& key) {
    reading.config.log_level =
        reading.reader.optional_word(key.name, {"debug", "info", "warning", "error"}, key.fallback);
}
void log_format(Reading& reading, Key const& key) {
    reading.config.log_format = reading.reader.optional_word(key.name, {"text", "json"}, key.fallback);
}

constexpr std::array top_keys{
    Key{"node", "node id", "", "th-msdhs", "Name of this node, as in its certificates: <country>-<agency>.", true,
        read_own_node},
    Key{"kind", "one of welfare, police, justice, health, organisation", "", "welfare",
        "What kind of body the ministry is; police and justice nodes have keys and stores of their own.", true,
        read_kind},
    Key{"name", "text", "", "\"Department of Social Development and Welfare\"", "Name of the ministry, for people.",
        true, read_name},
    Key{"offices", "list of offices", "", "[poipet-liaison, central-registry]",
        "Offices of this node that messages may be addressed to.", true, read_offices},
    Key{"listen", "address:port", "\"0.0.0.0:8443\"", "", "Where partners reach the peer endpoint.", false,
        read_listen},
    Key{"state_directory", "path", "/var/lib/casebridge", "", "Store and identity of this node; nobody else's to read.",
        false, path<&Config::state_directory>},
    Key{"officer_socket", "path", "/run/casebridge/officer.sock", "", "Socket of the officers' command line.", false,
        path<&Config::officer_socket>},
    Key{"agreements", "path", "agreements", "", "Directory of agreements (*.yaml) and their signatures.", false,
        path<&Config::agreements>},
    Key{"policies", "path", "policies", "", "Directory of the ministry's sharing policies (*.yaml).", false,
        path<&Config::policies>},
    Key{"calendars", "path", "calendars", "",
        "Directory of the working days of countries (*.yaml), for deadlines that agreements count in working days.",
        false, path<&Config::calendars>},
    Key{"field_map", "path", "", "field-map.yaml",
        "How the national database's columns become a case; left out: this node only receives.", false,
        path<&Config::field_map>},
    Key{"source_key_file", "path", "", "national.key",
        "Key or password of the national database, mode 0600; a systemd credential `national-database` comes first.",
        false, path<&Config::source_key_file>},
    Key{"store_key_file", "path", "", "store.key",
        "Key of the store where systemd passes no credential `store-key` (better, because it is sealed).", false,
        path<&Config::store_key_file>},
    Key{"officers", "list of {user, officer, role}", "",
        "\n  - {user: root, officer: administrator, role: operator}"
        "\n  - {user: \"1001\", officer: data-officer-1, role: data_officer}",
        "Who may act: a system user (name or number), the officer's id in the record, the role.", true, read_officers},
    Key{"message_life_hours", "", "168", "", "How long a message is tried before it is given up.", false,
        duration<&Config::message_life, std::chrono::hours>, 1, 744},
    Key{"clock_skew_minutes", "", "5", "", "How far a partner's clock may be off.", false,
        duration<&Config::clock_skew, std::chrono::minutes>, 1, 15},
    Key{"certificate_warning_days", "", "60", "", "How long before a certificate ends the first warning comes.", false,
        duration<&Config::certificate_warning, std::chrono::days>, 1, 90},
    Key{"minimum_free_space_mib", "", "256", "",
        "Room kept free where the store is, for what is under way; below it nothing new is taken.", false, free_space,
        16, 1'048'576},
};

constexpr std::array limit_keys{
    Key{"body_kib", "", "1024", "", "Largest body of a request.", false, size<&HttpLimits::body_bytes, 1024>, 16, 1024},
    Key{"header_kib", "", "8", "", "Largest head of a request.", false, size<&HttpLimits::header_bytes, 1024>, 2, 32},
    Key{"connections", "", "1024", "", "Connections open at the same time.", false, size<&HttpLimits::connections, 1>,
        8, 20'000},
    Key{"connections_per_address", "", "64", "", "Of these, from one address, and of one partner.", false,
        size<&HttpLimits::connections_per_address, 1>, 1, 4096},
    Key{"handshakes", "", "128", "", "Of these, without a proven identity yet; strangers give way.", false,
        size<&HttpLimits::handshakes, 1>, 8, 4096},
    Key{"handshake_seconds", "", "5", "", "For the TLS handshake.", false, limit_seconds<&HttpLimits::handshake>, 1,
        60},
    Key{"head_seconds", "", "5", "", "For the head of a request.", false, limit_seconds<&HttpLimits::head>, 1, 60},
    Key{"minimum_bytes_per_second", "", "1024", "", "Slowest a body may come.", false,
        size<&HttpLimits::minimum_bytes_per_second, 1>, 64, 1'048'576},
    Key{"idle_seconds", "", "60", "", "Between two requests of a connection.", false, limit_seconds<&HttpLimits::idle>,
        1, 3600},
    Key{"peer_requests_per_second", "", "200", "", "Of one partner, in the long run; beyond it the answer is 429.",
        false, quota<&RequestQuota::per_second>, 1, 10'000},
    Key{"peer_request_burst", "", "1000", "", "Of one partner, at once after a pause.", false,
        quota<&RequestQuota::burst>, 1, 100'000},
};

constexpr std::array retry_keys{
    Key{"base_seconds", "", "2", "", "Longest pause before the second attempt; doubles each time.", false,
        duration<&Config::retry_base, std::chrono::seconds>, 1, 60},
    Key{"cap_seconds", "", "900", "", "Longest pause between attempts.", false,
        duration<&Config::retry_cap, std::chrono::seconds>, 1, 86'400},
};

constexpr std::array revocation_keys{
    Key{"interval_minutes", "", "15", "", "Between two looks for a partner's revocation lists.", false,
        duration<&Config::revocation_interval, std::chrono::minutes>, 1, 60},
    Key{"maximum_age_minutes", "", "60", "",
        "So long after a partner's lists were seen last nothing is sent to it and nothing taken from it, until they "
        "are "
        "seen again; longer than the interval.",
        false, duration<&Config::revocation_maximum_age, std::chrono::minutes>, 15, 1440},
};

constexpr std::array query_keys{
    Key{"answer_slot_ms", "", "1000", "",
        "Every answer leaves so long after its question, so that its time tells nothing; longer than the work takes.",
        false, duration<&Config::query_answer_slot, std::chrono::milliseconds>, 100, 60'000},
    Key{"quota_per_peer", "", "2000", "", "Questions a day (UTC) from one partner.", false,
        number<&Config::query_quota_per_peer>, 1, 1'000'000},
    Key{"quota_per_office", "", "500", "", "Of these, from one of its offices.", false,
        number<&Config::query_quota_per_office>, 1, 1'000'000},
};

constexpr std::array watch_keys{
    Key{"interval_seconds", "", "60", "",
        "Between two looks for changes of cases that were shared (a database that notifies is looked at sooner).",
        false, duration<&Config::watch_interval, std::chrono::seconds>, 1, 86'400},
    Key{"overlap_minutes", "", "10", "",
        "Of changes that are read again: longer than the national database's longest transaction and its clocks' "
        "error.",
        false, duration<&Config::watch_overlap, std::chrono::minutes>, 1, 1440},
    Key{"sweep_hours", "", "24", "", "Between two looks at every shared case, which also find what was deleted.", false,
        duration<&Config::watch_sweep, std::chrono::hours>, 1, 720},
};

constexpr std::array witness_keys{
    Key{"interval_seconds", "", "60", "", "Between two heads of the audit log that partners are asked to cosign.",
        false, duration<&Config::witness_interval, std::chrono::seconds>, 1, 3600},
    Key{"leaves", "", "64", "", "After so many leaves they are asked earlier.", false, number<&Config::witness_leaves>,
        1, 100'000},
    Key{"stale_hours", "", "4", "",
        "When no partner has cosigned the log for so long, no case data leaves (withdrawals still do).", false,
        duration<&Config::witness_stale, std::chrono::hours>, 1, 168},
};

constexpr std::array received_keys{
    Key{"database", "keys as under `database` of a field map; kind postgresql, odbc, sqlite or sqlcipher", "",
        "{kind: postgresql, host: db.ministry.example, database: national, user: casebridge_writer, "
        "root_certificate: ca.pem}",
        "Where received summaries are also written, into a table of their own with a login of its own (a password, or "
        "client_certificate and client_key); left out: nowhere.",
        false, read_received},
    Key{"table", "name", "casebridge_received", "", "The table; packaging/sql/ has it for each kind of database.",
        false, read_received_table_name},
    Key{"key_file", "path", "", "received.key",
        "Key or password of that login, mode 0600; a systemd credential `received-database` comes first.", false,
        read_received_key_file},
};

constexpr std::array log_keys{
    Key{"level", "one of debug, info, warning, error", "info", "", "Least important event that is logged.", false,
        log_level},
    Key{"format", "one of text, json", "text", "", "One line an event, either way.", false, log_format},
};

constexpr std::array sections{
    ConfigSection{"", top_keys},
    ConfigSection{"limits", limit_keys},
    ConfigSection{"queries", query_keys},
    ConfigSection{"retry", retry_keys},
    ConfigSection{"watch", watch_keys},
    ConfigSection{"received", received_keys},
    ConfigSection{"witnessing", witness_keys},
    ConfigSection{"revocation", revocation_keys},
    ConfigSection{"log", log_keys},
};

}  // namespace

std::span<ConfigSection const> config_sections() {
    return sections;
}

std::string type_of(ConfigKey const& key) {
    if (!key.type.empty()) return std::string(key.type);
    return "whole number from " + std::to_string(key.low) + " to " + std::to_string(key.high);
}

}  // namespace casebridge
