// Files: whole files in, whole files out, durably. What the superuser makes in a directory that belongs to somebody
// else (`casebridge identity renew` as root) belongs to that somebody.
#pragma once

#include "crypto/bytes.h"
#include "crypto/secret.h"

#include <filesystem>

namespace casebridge {

/// Errors: `file.unreadable` (the detail names the file and why), `file.too_large`.
Result<Bytes> read_file(std::filesystem::path const& path, std::size_t maximum_bytes);

/// As read_file, for keys and passphrases: also `file.too_permissive` if group or others may read or write the file.
/// A pipe or a terminal has no such mode and is read as it is.
Result<Secret> read_secret_file(std::filesystem::path const& path, std::size_t maximum_bytes);

/// What happens to a file that is there already.
enum class Existing { replace, keep };

/// Writes under another name in the same directory, syncs, renames, syncs the directory: after a crash there is the
/// old file or the whole new one. `mode` is exact, whatever the umask. Errors: `file.unwritable`, with
/// Existing::keep also `file.exists` (nothing was changed).
Status write_file_atomically(std::filesystem::path const& path, ByteView bytes, unsigned mode,
                             Existing existing = Existing::replace);

/// Creates the directory (0700) and its parents (0755) if missing; an existing one is left alone.
/// Errors: `file.unwritable`.
Status make_private_directory(std::filesystem::path const& path);

/// Errors: `file.too_permissive` if group or others have any right on it, `file.unreadable` if it is not there.
Status require_private(std::filesystem::path const& path);

/// Overwrites the file, syncs, and takes its name away: for keys that are over. Media that move what is written (flash)
/// keep the old bytes elsewhere all the same. Errors: `file.unreadable`, `file.unwritable`.
Status destroy_file(std::filesystem::path const& path);

/// Makes created, renamed and removed names in a directory durable. Errors: `file.unwritable`.
Status sync_directory(std::filesystem::path const& path);

}  // namespace casebridge
