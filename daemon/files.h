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

/// Overwrites the bytes of a key or passphrase, syncs, removes the name, syncs the directory. Nothing is there: done.
/// What the disk or its file system keeps elsewhere (a journal with data, snapshots, a flash drive's spare blocks),
/// nobody can overwrite from here. Errors: `file.unwritable`.
Status destroy_file(std::filesystem::path const& path);

/// As write_file_atomically, for a key: the bytes of the one that was there are overwritten, then removed, unless the
/// file has another name still. Cut off in between, the next call does it. Errors: `file.unwritable`.
Status replace_key_file(std::filesystem::path const& path, ByteView bytes, unsigned mode);

/// Removes a name of a key's file; its bytes are overwritten if that was the last one. Nothing is there: done. Errors:
/// `file.unwritable`.
Status remove_key_file(std::filesystem::path const& path);

/// Creates the directory (0700) and its parents (0755) if missing; an existing one is left alone.
/// Errors: `file.unwritable`.
Status make_private_directory(std::filesystem::path const& path);

/// Errors: `file.too_permissive` if group or others have any right on it, `file.unreadable` if it is not there.
Status require_private(std::filesystem::path const& path);

/// Makes created, renamed and removed names in a directory durable. Errors: `file.unwritable`.
Status sync_directory(std::filesystem::path const& path);

}  // namespace casebridge
