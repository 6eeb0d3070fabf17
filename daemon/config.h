// Configuration: one YAML file; one table describes every key, checks it, and prints the help and the commented
// example.
#pragma once

#include "adapters/received_settings.h"
#include "daemon/http_server.h"
#include "daemon/token_bucket.h"
#include "policies/ids.h"
#include "policies/purpose.h"
#include "policies/yaml.h"

#include <filesystem>
#include <map>
#include <optional>

namespace casebridge {

struct Officer {
    OfficerId id;
    std::string role;  ///< data_officer | operator | auditor
};

struct Config {
    NodeId node;
    NodeKind kind;
    std::string name{};               ///< of the ministry, for people
    std::vector<OfficeId> offices{};  ///< of this node
    std::string listen_host = "0.0.0.0";
    std::uint16_t listen_port = 8443;
    std::filesystem::path state_directory{};      ///< store, identity: default /var/lib/casebridge
    std::filesystem::path officer_socket{};       ///< default /run/casebridge/officer.sock
    std::filesystem::path agreements{};           ///< directory: *.yaml and their *.yaml.<node>.p7s
    std::filesystem::path policies{};             ///< directory: *.yaml
    std::filesystem::path calendars{};            ///< directory: *.yaml, the working days of countries
    std::filesystem::path field_map{};            ///< the case source; empty: this node only receives
    std::filesystem::path source_key_file{};      ///< key or password of the national database; empty: none
    std::filesystem::path store_key_file{};       ///< fallback; a systemd credential `store-key` comes first
    std::map<std::uint32_t, Officer> officers{};  ///< by user id (names are resolved when loading)
    HttpLimits limits{};
    RequestQuota peer_quota{};
    std::chrono::hours message_life{7 * 24};
    std::chrono::minutes clock_skew{5};
    std::chrono::days certificate_warning{60};        ///< before a certificate's end
    std::chrono::minutes revocation_interval{15};     ///< between two looks for a partner's revocation lists
    std::chrono::minutes revocation_maximum_age{60};  ///< since one was seen; then nothing is sent to it or taken
    std::uint64_t minimum_free_bytes = 256ULL << 20;  ///< where the store is; below it nothing new is taken
    std::chrono::milliseconds retry_base{2'000};
    std::chrono::milliseconds retry_cap{900'000};
    /// An answer leaves a whole number of these after its question.
    std::chrono::milliseconds query_answer_slot{1'000};
    std::int64_t query_quota_per_peer = 2'000, query_quota_per_office = 500;  ///< questions a day (UTC)
    std::chrono::milliseconds watch_interval{60'000};  ///< between two looks for changes of shared cases
    std::chrono::minutes watch_overlap{10};            ///< of changes that are read again, for what was committed late
    std::chrono::hours watch_sweep{24};                ///< between two looks at every shared case
    std::chrono::milliseconds witness_interval{60'000};  ///< between two heads that partners are asked to cosign
    std::int64_t witness_leaves = 64;                    ///< or after so many leaves
    std::chrono::hours witness_stale{4};                 ///< without a cosignature for so long no case data leaves
    std::optional<ReceivedSettings> received{};          ///< staging table of received summaries; none: never written
    std::filesystem::path received_key_file{};           ///< its key or password; empty: none
    std::string log_level = "info", log_format = "text";
};

/// Relative paths are relative to the file. Errors: `config.invalid` (all complaints: file, line, key, expectation,
/// nearest key), `yaml.*`, `file.unreadable`.
Result<Config> load_config(std::filesystem::path const& path);
/// Every key with its type, default and meaning.
std::string config_help();
/// The commented example shipped in packaging/.
std::string config_example();

/// 64 hexadecimal characters (or 32 raw bytes) from $CREDENTIALS_DIRECTORY/store-key, else the passphrase-less key
/// file. `from_credential` tells `doctor` which. Errors: `store_key.missing`, `store_key.malformed`,
/// `store_key.too_permissive` (a file readable by others).
struct StoreKey {
    Secret key;
    bool from_credential = false;
};
Result<StoreKey> load_store_key(Config const& config);

/// What the national database asks for: the systemd credential `national-database`, else `source_key_file`, which must
/// be its owner's alone; empty if there is neither. Without the line end. Errors: `file.too_permissive`,
/// `file.unreadable`, `file.too_large`.
Result<Secret> load_source_key(Config const& config);
/// The same for the staging table: `received-database`, else `received_key_file`.
Result<Secret> load_received_key(Config const& config);
/// One such file, without the line end that editors add. Errors: those of `read_secret_file`.
Result<Secret> read_source_key(std::filesystem::path const& file);

}  // namespace casebridge
