// The keys or passwords of the national database and of the staging table: each a systemd credential, or a file of its
// owner's alone.
#include "daemon/config.h"
#include "daemon/files.h"

#include <cstdlib>

#include <sys/stat.h>

namespace casebridge {
namespace {

constexpr std::size_t maximum_bytes = 4096;

/// The bytes without the line end that editors add.
Secret without_line_end(Secret const& text) {
    auto bytes = text.reveal();
    while (!bytes.empty() && (bytes.back() == '\n' || bytes.back() == '\r')) bytes = bytes.first(bytes.size() - 1);
    return Secret(Bytes(bytes.begin(), bytes.end()));
}

/// systemd lends a credential to the service by an access list, which shows as a right of the group.
Result<Secret> read_credential(std::filesystem::path const& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0 && (status.st_mode & 007U) != 0) {
        return Error{ErrorKind::invalid, "file.too_permissive", path.string() + ": others may read or write it"};
    }
    ASSIGN_OR_RETURN(auto bytes, read_file(path, maximum_bytes));
    return without_line_end(Secret(std::move(bytes)));
}

Result<Secret> load(std::string_view name, std::filesystem::path const& file) {
    if (auto const* const directory = std::getenv("CREDENTIALS_DIRECTORY"); directory != nullptr) {
        auto const credential = std::filesystem::path(directory) / name;
        std::error_code ignored;
        // A credential that is there and wrong is not passed over: the fallback might be a key of something else.
        if (std::filesystem::exists(credential, ignored)) return read_credential(credential);
    }
    if (file.empty()) return Secret{};
    return read_source_key(file);
}

}  // namespace

Result<Secret> read_source_key(std::filesystem::path const& file) {
    ASSIGN_OR_RETURN(auto const text, read_secret_file(file, maximum_bytes));
    return without_line_end(text);
}

Result<Secret> load_source_key(Config const& config) {
    return load("national-database", config.source_key_file);
}

Result<Secret> load_received_key(Config const& config) {
    return load("received-database", config.received_key_file);
}

}  // namespace casebridge
