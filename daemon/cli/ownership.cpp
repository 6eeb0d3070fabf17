#include "daemon/cli/ownership.h"

#include "adapters/field_map.h"

#include <array>

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

namespace casebridge::cli {
namespace {

/// Of the packaged unit (packaging/systemd).
constexpr char const* packaged_user = "casebridge";
constexpr char const* packaged_directory = "/var/lib/casebridge";

struct User {
    uid_t id = 0;
    gid_t group = 0;
    std::string name;
};

std::optional<User> user_of(passwd const* entry) {
    if (entry == nullptr) return std::nullopt;
    return User{entry->pw_uid, entry->pw_gid, entry->pw_name};
}

User user_of(uid_t id) {
    auto const known = user_of(::getpwuid(id));
    return known ? *known : User{id, static_cast<gid_t>(id), std::to_string(id)};
}

std::string owner_of(std::filesystem::path const& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return "?";
    return user_of(status.st_uid).name;
}

/// This process acts as another user, and as the superuser again afterwards.
class Acting {
public:
    explicit Acting(User const& user) {
        auto const count = ::getgroups(0, nullptr);
        groups_.resize(static_cast<std::size_t>(std::max(count, 0)));
        bool const kept = ::getgroups(count, groups_.data()) >= 0;
        as_meant_ = kept && ::initgroups(user.name.c_str(), user.group) == 0 && ::setegid(user.group) == 0 &&
                    ::seteuid(user.id) == 0;
    }
    ~Acting() {
        bool const back = ::seteuid(0) == 0 && ::setegid(0) == 0 && ::setgroups(groups_.size(), groups_.data()) == 0;
        if (!back) std::abort();  // nothing may go on as somebody else
    }
    Acting(Acting const&) = delete;
    Acting& operator=(Acting const&) = delete;
    [[nodiscard]] bool as_meant() const { return as_meant_; }

private:
    std::vector<gid_t> groups_;
    bool as_meant_ = false;
};

struct Wanted {
    std::filesystem::path path;
    int access;
};

void add(std::vector<Wanted>& all, std::filesystem::path const& path, int access) {
    std::error_code failure;
    // What is not there at all is told elsewhere.
    if (!path.empty() && std::filesystem::exists(path, failure)) all.push_back({path, access});
}

void add_folder(std::vector<Wanted>& all, std::filesystem::path const& folder, int folder_access, int file_access) {
    add(all, folder, folder_access);
    std::error_code failure;
    for (auto const& entry : std::filesystem::directory_iterator(folder, failure)) {
        if (entry.is_regular_file(failure)) add(all, entry.path(), file_access);
    }
}

std::vector<Wanted> wanted_by_daemon(Config const& config, std::filesystem::path const& path) {
    std::vector<Wanted> all;
    add(all, path, R_OK);
    add_folder(all, config.state_directory, R_OK | W_OK | X_OK, R_OK | W_OK);
    add_folder(all, config.state_directory / "identity", R_OK | X_OK, R_OK);
    for (auto const& folder : {config.agreements, config.policies}) add_folder(all, folder, R_OK | X_OK, R_OK);
    for (auto const& file : {config.store_key_file, config.source_key_file, config.received_key_file, config.field_map})
        add(all, file, R_OK);
    if (config.field_map.empty()) return all;
    auto const file = load_yaml(config.field_map);
    if (!file) return all;
    auto const map = FieldMap::load(*file, config.field_map.parent_path());
    if (!map) return all;
    for (auto const& named : files_of(map->database)) {
        add(all, named, std::filesystem::is_directory(named) ? R_OK | X_OK : R_OK);
    }
    return all;
}

}  // namespace

std::optional<unsigned> daemon_user(Config const& config) {
    if (config.state_directory == packaged_directory) {
        if (auto const user = user_of(::getpwnam(packaged_user))) return user->id;
    }
    struct stat status {};
    if (::stat(config.state_directory.c_str(), &status) != 0) return std::nullopt;
    return status.st_uid;
}

std::vector<OutOfReach> files_out_of_reach(Config const& config, std::filesystem::path const& path) {
    std::vector<OutOfReach> found;
    auto const id = daemon_user(config);
    if (::geteuid() != 0 || !id || *id == 0) return found;
    auto const user = user_of(*id);
    auto const wanted = wanted_by_daemon(config, path);
    std::vector<Wanted> missed;
    {
        Acting const acting(user);
        if (!acting.as_meant()) return found;
        for (auto const& each : wanted) {
            if (::faccessat(AT_FDCWD, each.path.c_str(), each.access, AT_EACCESS) != 0) missed.push_back(each);
        }
    }
    for (auto const& [file, access] : missed) {
        auto const name = file.string();
        bool const writes = (access & W_OK) != 0;
        found.push_back(
            {file,
             name + ": belongs to " + owner_of(file) + "; the daemon runs as " + user.name + " and may not " +
                 (writes ? "write" : "read") + " it",
             "Run: chown " + user.name + ": '" + name + "' (and see that the folders above it can be entered)."});
    }
    return found;
}

}  // namespace casebridge::cli
