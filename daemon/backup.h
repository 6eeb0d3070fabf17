// Backup: a consistent copy of the store of a running daemon, in two parts that are to be kept apart.
//
//   casebridge.db   everything but the keys: who was told what, the audit log, the register; contents stay closed
//   keys.db         the keys of the contents, keys handed over in person, and the identity directory
//
// Both are SQLCipher files under the store key, which is in neither. Erasing is destroying keys (DESIGN 9), so the
// part with the keys must not live long: whoever has an old one, and the store key, reads what was erased since.
#pragma once

#include "daemon/clock.h"
#include "daemon/engine.h"

#include <filesystem>

namespace casebridge {

inline constexpr std::string_view store_file = "casebridge.db";
inline constexpr std::string_view backup_keys_file = "keys.db";
/// How long the part with the keys stays in the state directory.
inline constexpr std::chrono::days kBackupKeysLifetime{7};

struct BackupMade {
    std::filesystem::path folder;
    std::uint64_t leaves = 0;      ///< of the audit log, as copied
    std::uint64_t bytes = 0;       ///< of both parts
    std::uint64_t keys_ended = 0;  ///< older parts with keys that were destroyed
};

/// Makes backups of a store that is in use. Thread-safe; one at a time.
class Backups {
public:
    Backups(std::filesystem::path state_directory, Secret const& store_key, Engine& engine, Clock const& clock)
        : state_(std::move(state_directory)), key_(store_key.duplicate()), engine_(engine), clock_(clock) {}

    /// Copies into `<state>/backups/<time>/`, which appears whole or not at all; a leaf says so. The daemon goes on
    /// meanwhile. Errors: `backup.running`, `backup.exists` (one of the same second), `store.*`, `file.*`.
    Result<BackupMade> make(Actor const& actor);

private:
    std::filesystem::path const state_;
    Secret const key_;
    Engine& engine_;
    Clock const& clock_;
    std::mutex running_;
};

struct Restored {
    std::uint64_t leaves = 0;
    std::uint64_t contents = 0;  ///< that open again
    std::uint64_t identity_files = 0;
};

/// Makes the state directory of a node from a backup; with `dry_run` only looks whether that would work. No daemon may
/// run there. Nothing is overwritten, and what fails leaves nothing. Errors: `restore.not_empty` (a store or an
/// identity is there), `backup.no_keys` (its part with the keys is missing, and `without_keys` is not set),
/// `backup.damaged`, `backup.other_parts` (the two are not of one backup), `file.*`, `store.*`.
struct RestoreOptions {
    bool dry_run = false, without_keys = false;
};
Result<Restored> restore_backup(std::filesystem::path const& folder, Secret const& store_key,
                                std::filesystem::path const& state_directory, RestoreOptions options);

}  // namespace casebridge
