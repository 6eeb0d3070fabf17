// What `casebridge restore` does (backup.h).
#include "daemon/backup.h"
#include "daemon/backup_parts.h"

#include <sys/stat.h>
#include <unistd.h>

namespace casebridge {
namespace {

namespace fs = std::filesystem;

/// Gone, with all in it, unless it was given its name.
class Workplace {
public:
    explicit Workplace(fs::path path) : path_(std::move(path)) {}
    ~Workplace() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    Workplace(Workplace const&) = delete;
    Workplace& operator=(Workplace const&) = delete;
    [[nodiscard]] fs::path const& path() const { return path_; }

private:
    fs::path path_;
};

Status require_empty(fs::path const& state) {
    std::error_code ignored;
    for (auto const& each : {state / store_file, state / "identity"})
        if (fs::exists(fs::symlink_status(each, ignored)))
            return Error{ErrorKind::conflict, "restore.not_empty", each.string() + " is there"};
    return Done{};
}

/// Bytes on a medium that may be read only, to where SQLite may write beside them.
Status fetch(fs::path const& from, fs::path const& to) {
    std::error_code failure;
    fs::copy_file(from, to, failure);
    if (failure) return Error{ErrorKind::not_found, "file.unreadable", from.string() + ": " + failure.message()};
    fs::permissions(to, fs::perms::owner_read | fs::perms::owner_write, failure);
    if (failure) return Error{ErrorKind::unavailable, "file.unwritable", to.string() + ": " + failure.message()};
    return Done{};
}

/// What the superuser restores is the daemon's.
Status give_to_owner_of(fs::path const& state, fs::path const& made) {
    struct stat owner {};
    if (::geteuid() != 0) return Done{};
    if (::stat(state.c_str(), &owner) == 0 && ::chown(made.c_str(), owner.st_uid, owner.st_gid) == 0) return Done{};
    return Error{ErrorKind::unavailable, "file.unwritable", made.string() + ": cannot be given to its owner"};
}

Result<Restored> put_together(fs::path const& place, Secret const& key, bool with_keys) {
    Restored restored;
    ASSIGN_OR_RETURN(auto store, Database::open(place / store_file, key, Database::Mode::open_existing));
    RETURN_IF_ERROR(require_sound(store));
    ASSIGN_OR_RETURN(restored.leaves, leaves_in(store));
    if (with_keys) {
        ASSIGN_OR_RETURN(auto keys, Database::open(place / backup_keys_file, key, Database::Mode::open_existing));
        RETURN_IF_ERROR(require_sound(keys));
        ASSIGN_OR_RETURN(auto const joined, join_keys(store, keys, place / "identity"));
        restored.contents = joined.contents;
        restored.identity_files = joined.identity_files;
    }
    RETURN_IF_ERROR(store.checkpoint());
    return restored;
}

Status take_over(fs::path const& place, fs::path const& state, bool with_identity) {
    RETURN_IF_ERROR(remove_traces(place));
    RETURN_IF_ERROR(give_to_owner_of(state, place / store_file));
    std::error_code failure;
    if (with_identity) {
        RETURN_IF_ERROR(give_to_owner_of(state, place / "identity"));
        for (auto const& each : fs::directory_iterator(place / "identity"))
            RETURN_IF_ERROR(give_to_owner_of(state, each.path()));
        fs::rename(place / "identity", state / "identity", failure);
    }
    // Last: a store is there only if all else is.
    if (!failure) fs::rename(place / store_file, state / store_file, failure);
    if (failure) return Error{ErrorKind::unavailable, "file.unwritable", state.string() + ": " + failure.message()};
    return sync_directory(state);
}

}  // namespace

Result<Restored> restore_backup(fs::path const& folder, Secret const& store_key, fs::path const& state,
                                RestoreOptions options) {
    RETURN_IF_ERROR(require_empty(state));
    std::error_code ignored;
    bool const has_keys = fs::exists(folder / backup_keys_file, ignored);
    if (!has_keys && !options.without_keys)
        return Error{ErrorKind::not_found, "backup.no_keys", (folder / backup_keys_file).string() + " is not there"};
    bool const made_state = !fs::exists(state, ignored);
    RETURN_IF_ERROR(make_private_directory(state));
    auto restored = [&]() -> Result<Restored> {
        Workplace const place(state / "restore.unfinished");
        fs::remove_all(place.path(), ignored);  // of one that was cut off
        RETURN_IF_ERROR(make_private_directory(place.path()));
        RETURN_IF_ERROR(fetch(folder / store_file, place.path() / store_file));
        bool const with_keys = has_keys && !options.without_keys;
        if (with_keys) RETURN_IF_ERROR(fetch(folder / backup_keys_file, place.path() / backup_keys_file));
        ASSIGN_OR_RETURN(auto const made, put_together(place.path(), store_key, with_keys));
        if (!options.dry_run) RETURN_IF_ERROR(take_over(place.path(), state, with_keys));
        return made;
    }();
    if (made_state && (options.dry_run || !restored)) fs::remove(state, ignored);
    return restored;
}

}  // namespace casebridge
