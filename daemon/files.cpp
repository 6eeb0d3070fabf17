#include "daemon/files.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

namespace casebridge {
namespace {

constexpr mode_t kOthers = 0077;

class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(Descriptor const&) = delete;
    Descriptor& operator=(Descriptor const&) = delete;

    [[nodiscard]] int number() const noexcept { return number_; }
    [[nodiscard]] bool is_open() const noexcept { return number_ >= 0; }
    /// Some file systems report a failed write only here.
    bool close() noexcept {
        int const number = std::exchange(number_, -1);
        return ::close(number) == 0;
    }

private:
    int number_;
};

Error unreadable(std::filesystem::path const& path, int reason) {
    auto const kind = reason == ENOENT ? ErrorKind::not_found : ErrorKind::unavailable;
    return {kind, "file.unreadable", path.string() + ": " + std::strerror(reason)};
}

Error unwritable(std::filesystem::path const& path, int reason) {
    return {ErrorKind::unavailable, "file.unwritable", path.string() + ": " + std::strerror(reason)};
}

Error too_permissive(std::filesystem::path const& path) {
    return {ErrorKind::invalid, "file.too_permissive",
            path.string() + ": group or others have rights on it; run: chmod go= '" + path.string() + "'"};
}

/// Never grows its buffer, so that no copy of a secret stays behind.
Result<Bytes> read_all(int descriptor, std::filesystem::path const& path, std::size_t maximum_bytes) {
    Bytes bytes(maximum_bytes + 1);
    std::size_t size = 0;
    while (size < bytes.size()) {
        auto const count = ::read(descriptor, bytes.data() + size, bytes.size() - size);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return unreadable(path, errno);
        if (count == 0) break;
        size += static_cast<std::size_t>(count);
    }
    if (size > maximum_bytes) {
        OPENSSL_cleanse(bytes.data(), bytes.size());
        return Error{ErrorKind::invalid, "file.too_large",
                     path.string() + ": more than " + std::to_string(maximum_bytes) + " bytes"};
    }
    bytes.resize(size);
    return bytes;
}

bool write_all(int descriptor, ByteView bytes) {
    while (!bytes.empty()) {
        auto const count = ::write(descriptor, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return false;
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    return true;
}

/// What the superuser makes in a directory of the daemon's must be the daemon's to read.
bool give_to_owner_of(std::filesystem::path const& directory, int made) {
    if (::geteuid() != 0) return true;
    struct stat owner {};
    if (::stat(directory.c_str(), &owner) != 0) return false;
    return owner.st_uid == 0 || ::fchown(made, owner.st_uid, owner.st_gid) == 0;
}

/// Gives the finished file its name.
Status publish(std::string const& temporary, std::filesystem::path const& path, Existing existing) {
    if (existing == Existing::replace) {
        if (::rename(temporary.c_str(), path.c_str()) == 0) return Done{};
        return unwritable(path, errno);
    }
    // link() and not rename(): it fails if the name is taken, without a moment between looking and doing.
    if (::link(temporary.c_str(), path.c_str()) != 0) {
        if (errno == EEXIST) return Error{ErrorKind::conflict, "file.exists", path.string()};
        return unwritable(path, errno);
    }
    ::unlink(temporary.c_str());
    return Done{};
}

std::filesystem::path parent_of(std::filesystem::path const& path) {
    return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

}  // namespace

Result<Bytes> read_file(std::filesystem::path const& path, std::size_t maximum_bytes) {
    Descriptor const file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.is_open()) return unreadable(path, errno);
    return read_all(file.number(), path, maximum_bytes);
}

Result<Secret> read_secret_file(std::filesystem::path const& path, std::size_t maximum_bytes) {
    Descriptor const file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.is_open()) return unreadable(path, errno);
    struct stat status {};
    if (::fstat(file.number(), &status) != 0) return unreadable(path, errno);
    if (S_ISREG(status.st_mode) && (status.st_mode & kOthers) != 0) return too_permissive(path);
    ASSIGN_OR_RETURN(auto bytes, read_all(file.number(), path, maximum_bytes));
    return Secret(std::move(bytes));
}

Status write_file_atomically(std::filesystem::path const& path, ByteView bytes, unsigned mode, Existing existing) {
    std::string temporary = (parent_of(path) / ("." + path.filename().string() + ".XXXXXX")).string();
    Descriptor file(::mkostemp(temporary.data(), O_CLOEXEC));  // mode 0600
    if (!file.is_open()) return unwritable(path, errno);
    auto const written = [&]() -> Status {
        if (!write_all(file.number(), bytes) || !give_to_owner_of(parent_of(path), file.number()) ||
            ::fchmod(file.number(), mode) != 0 || ::fsync(file.number()) != 0 || !file.close())
            return unwritable(path, errno);
        return publish(temporary, path, existing);
    }();
    if (!written) {
        ::unlink(temporary.c_str());
        return written.error();
    }
    return sync_directory(parent_of(path));
}

Status destroy_file(std::filesystem::path const& path) {
    Descriptor file(::open(path.c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC));
    if (!file.is_open()) return errno == ENOENT ? Status(Done{}) : unwritable(path, errno);
    struct stat status {};
    if (::fstat(file.number(), &status) != 0 || !S_ISREG(status.st_mode)) return unwritable(path, EINVAL);
    Bytes const nothing(static_cast<std::size_t>(status.st_size), 0);
    if (!write_all(file.number(), nothing) || ::fsync(file.number()) != 0 || !file.close() ||
        ::unlink(path.c_str()) != 0)
        return unwritable(path, errno);
    return sync_directory(parent_of(path));
}

Status remove_key_file(std::filesystem::path const& path) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) return errno == ENOENT ? Status(Done{}) : unwritable(path, errno);
    if (status.st_nlink <= 1) return destroy_file(path);
    return ::unlink(path.c_str()) == 0 ? sync_directory(parent_of(path)) : unwritable(path, errno);
}

Status replace_key_file(std::filesystem::path const& path, ByteView bytes, unsigned mode) {
    auto const old = parent_of(path) / ("." + path.filename().string() + ".old");
    RETURN_IF_ERROR(remove_key_file(old));
    // A second name for the old bytes: a rename over their only one would leave them on the disk, out of reach.
    if (::link(path.c_str(), old.c_str()) != 0 && errno != ENOENT) return unwritable(old, errno);
    RETURN_IF_ERROR(write_file_atomically(path, bytes, mode));
    return remove_key_file(old);
}

Status make_private_directory(std::filesystem::path const& path) {
    std::error_code failure;
    if (std::filesystem::is_directory(path, failure)) return Done{};
    std::filesystem::create_directories(parent_of(path), failure);
    if (failure) return unwritable(parent_of(path), failure.value());
    if (::mkdir(path.c_str(), 0700) != 0) return errno == EEXIST ? Status(Done{}) : unwritable(path, errno);
    Descriptor const made(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!made.is_open() || !give_to_owner_of(parent_of(path), made.number())) return unwritable(path, errno);
    return sync_directory(parent_of(path));
}

Status require_private(std::filesystem::path const& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return unreadable(path, errno);
    if ((status.st_mode & kOthers) != 0) return too_permissive(path);
    return Done{};
}

Status sync_directory(std::filesystem::path const& path) {
    Descriptor const directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory.is_open() || ::fsync(directory.number()) != 0) return unwritable(path, errno);
    return Done{};
}

}  // namespace casebridge
