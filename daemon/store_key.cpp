#include "daemon/config.h"
#include "daemon/files.h"

#include <cstdlib>

#include <sys/stat.h>

namespace casebridge {

namespace {

constexpr std::size_t key_bytes = 32;

Error key_error(ErrorKind kind, std::string_view code, std::filesystem::path const& path, std::string_view what) {
    return {kind, code, path.string() + ": " + std::string(what)};
}

Result<Secret> decoded(Secret text, std::filesystem::path const& path) {
    auto bytes = text.reveal();
    if (bytes.size() == key_bytes) return text;
    if (bytes.size() == 2 * key_bytes + 1 && bytes.back() == '\n') bytes = bytes.first(2 * key_bytes);
    if (bytes.size() == 2 * key_bytes) {
        auto key = from_hex({reinterpret_cast<char const*>(bytes.data()), bytes.size()});
        if (key) return Secret(*std::move(key));
    }
    return key_error(ErrorKind::invalid, "store_key.malformed", path, "expected 64 hexadecimal characters");
}

/// systemd lends a credential to the service by an access list, which shows as a right of the group.
enum class Readers { owner, owner_and_group };

Result<Secret> read_key(std::filesystem::path const& path, Readers readers) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) {
        return key_error(ErrorKind::not_found, "store_key.missing", path, "there is no such file");
    }
    mode_t const strangers = readers == Readers::owner ? 077 : 007;
    if ((status.st_mode & strangers) != 0) {
        return key_error(ErrorKind::invalid, "store_key.too_permissive", path,
                         "others may read or write it; chmod 600");
    }
    auto bytes = read_file(path, 1024);
    if (!bytes) return key_error(ErrorKind::invalid, "store_key.malformed", path, bytes.error().code);
    return decoded(Secret(*std::move(bytes)), path);
}

}  // namespace

Result<StoreKey> load_store_key(Config const& config) {
    if (auto const* const directory = std::getenv("CREDENTIALS_DIRECTORY"); directory != nullptr) {
        auto const credential = std::filesystem::path(directory) / "store-key";
        std::error_code ignored;
        // A credential that is there and wrong is not passed over: the fallback might be a key of something else.
        if (std::filesystem::exists(credential, ignored)) {
            ASSIGN_OR_RETURN(auto key, read_key(credential, Readers::owner_and_group));
            return StoreKey{std::move(key), true};
        }
    }
    if (config.store_key_file.empty()) {
        return Error{ErrorKind::not_found, "store_key.missing",
                     "neither a systemd credential `store-key` nor `store_key_file` in the configuration"};
    }
    ASSIGN_OR_RETURN(auto key, read_key(config.store_key_file, Readers::owner));
    return StoreKey{std::move(key), false};
}

}  // namespace casebridge
