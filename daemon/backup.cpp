#include "daemon/backup.h"

#include "daemon/backup_parts.h"

#include <array>

namespace casebridge {
namespace {

namespace fs = std::filesystem;

/// 2026-11-29T07:34:05.000Z → 20261129T073405Z
std::string folder_name(Timestamp time) {
    auto text = to_rfc3339(std::chrono::floor<std::chrono::seconds>(time));
    std::erase_if(text, [](char each) { return each == '-' || each == ':'; });
    return text.substr(0, text.find('.')) + 'Z';
}

std::uint64_t size_of(fs::path const& file) {
    std::error_code failure;
    auto const size = fs::file_size(file, failure);
    return failure ? 0 : size;
}

/// Parts with keys of backups that are named after a time before `before`. Errors: `file.unwritable`.
Result<std::uint64_t> end_old_keys(fs::path const& backups, Timestamp before) {
    auto const oldest = folder_name(before);
    std::uint64_t ended = 0;
    std::error_code failure;
    for (fs::directory_iterator entry(backups, failure), end; !failure && entry != end; entry.increment(failure)) {
        auto const name = entry->path().filename().string();
        if (name.size() != oldest.size() || name >= oldest) continue;
        if (!fs::remove(entry->path() / backup_keys_file, failure)) continue;
        RETURN_IF_ERROR(sync_directory(entry->path()));
        ++ended;
    }
    if (failure) return Error{ErrorKind::unavailable, "file.unwritable", backups.string() + ": " + failure.message()};
    return ended;
}

/// From the copy, which is whole, moves what must be kept apart into the part with the keys. Returns the log's size.
Result<std::uint64_t> fill(fs::path const& state, fs::path const& folder, Secret const& key) {
    ASSIGN_OR_RETURN(auto copy, Database::open(folder / store_file, key, Database::Mode::create));
    {
        ASSIGN_OR_RETURN(auto source, Database::open(state / store_file, key, Database::Mode::alongside));
        RETURN_IF_ERROR(source.copy_into(copy));
    }
    ASSIGN_OR_RETURN(auto keys, Database::open(folder / backup_keys_file, key, Database::Mode::create));
    RETURN_IF_ERROR(move_keys(copy, keys, state / "identity"));
    RETURN_IF_ERROR(copy.checkpoint());
    RETURN_IF_ERROR(keys.checkpoint());
    return leaves_in(copy);
}

}  // namespace

Result<BackupMade> Backups::make(Actor const& actor) {
    std::unique_lock const one(running_, std::try_to_lock);
    if (!one) return Error{ErrorKind::conflict, "backup.running", "another backup is being made"};
    auto const now = clock_.now();
    auto const backups = state_ / "backups";
    BackupMade made;
    made.folder = backups / folder_name(now);
    auto const unfinished = backups / "unfinished";
    std::error_code failure;
    if (fs::exists(made.folder, failure)) return Error{ErrorKind::conflict, "backup.exists", made.folder.string()};
    fs::remove_all(unfinished, failure);  // of one that was cut off
    RETURN_IF_ERROR(make_private_directory(unfinished));
    auto const leaves = fill(state_, unfinished, key_);
    if (leaves) RETURN_IF_ERROR(remove_traces(unfinished));
    if (!leaves) {
        fs::remove_all(unfinished, failure);
        return leaves.error();
    }
    made.leaves = *leaves;
    made.bytes = size_of(unfinished / store_file) + size_of(unfinished / backup_keys_file);
    fs::rename(unfinished, made.folder, failure);
    if (failure)
        return Error{ErrorKind::unavailable, "file.unwritable", made.folder.string() + ": " + failure.message()};
    RETURN_IF_ERROR(sync_directory(backups));
    ASSIGN_OR_RETURN(made.keys_ended, end_old_keys(backups, now - kBackupKeysLifetime));
    auto facts = Json::object();
    facts.set("leaves", made.leaves).set("bytes", made.bytes).set("keys_ended", made.keys_ended);
    RETURN_IF_ERROR(engine_.call<Done>([&](Store& store) -> Status {
        ASSIGN_OR_RETURN(auto const leaf, store.log().append("backup", now, actor, facts, Json::object()));
        static_cast<void>(leaf);
        return Done{};
    }));
    return made;
}

}  // namespace casebridge
