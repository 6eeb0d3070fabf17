#include "adapters/csv_export.h"

#include "policies/unicode.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace casebridge {
namespace {

constexpr std::size_t maximum_tables = 1000;

Error unavailable(std::string detail) {
    return {ErrorKind::unavailable, "source.unavailable", std::move(detail)};
}

std::int64_t nanoseconds(timespec const& time) {
    constexpr std::int64_t billion = 1'000'000'000;
    return static_cast<std::int64_t>(time.tv_sec) * billion + time.tv_nsec;
}

FileStamp to_stamp(struct stat const& status) {
    return {static_cast<std::uint64_t>(status.st_dev), static_cast<std::uint64_t>(status.st_ino),
            static_cast<std::int64_t>(status.st_size), nanoseconds(status.st_mtim), nanoseconds(status.st_ctim)};
}

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
    return text;
}

/// The names in a folder that end in `.extension`, in order.
Result<std::vector<std::string>> names_in(int folder, std::string const& extension) {
    FileHandle copy(::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    std::unique_ptr<DIR, int (*)(DIR*)> const listing(::fdopendir(::dup(copy.get())), ::closedir);
    if (listing == nullptr) return unavailable(std::string("listing the folder: ") + std::strerror(errno));
    std::string const ending = "." + extension;
    std::vector<std::string> names;
    errno = 0;
    while (auto const* const entry = ::readdir(listing.get())) {
        std::string name = entry->d_name;
        if (name.size() > ending.size() && name.front() != '.' && lower(name).ends_with(ending)) {
            names.push_back(std::move(name));
        }
        if (names.size() > maximum_tables) return unavailable("more than 1000 files in the folder");
    }
    std::ranges::sort(names);
    return names;
}

/// What the tables' names are in the database does not tell capital letters from small ones.
Status refuse_equal_names(std::vector<CsvExport::Table> const& tables) {
    std::set<std::string> seen;
    for (auto const& table : tables) {
        if (!seen.insert(lower(table.name)).second) {
            return Error{ErrorKind::unavailable, "source.bad_export", table.file + ": two files of one name"};
        }
    }
    return Done{};
}

Status list_tables(CsvSettings const& settings, CsvExport& found) {
    ASSIGN_OR_RETURN(auto const names, names_in(found.folder.get(), settings.extension));
    for (auto const& file : names) {
        std::string name = file.substr(0, file.size() - settings.extension.size() - 1);
        if (!settings.tables.empty() && !settings.tables.contains(name)) continue;
        struct stat status {};
        if (::fstatat(found.folder.get(), file.c_str(), &status, 0) != 0) {
            found.incomplete = file + " has just vanished";
            continue;
        }
        found.tables.push_back({std::move(name), file, to_stamp(status)});
    }
    return refuse_equal_names(found.tables);
}

/// With a marker: it is there, and no table was touched after it.
void judge_by_marker(CsvSettings const& settings, CsvExport& found) {
    struct stat status {};
    if (::fstatat(found.folder.get(), settings.marker.c_str(), &status, 0) != 0) {
        found.incomplete = "the marker " + settings.marker + " is not there";
        return;
    }
    found.marker = to_stamp(status);
    for (auto const& table : found.tables) {
        if (table.stamp.modified > found.marker.modified) {
            found.incomplete = table.file + " was written after the marker " + settings.marker;
        }
    }
}

void judge_by_age(CsvSettings const& settings, CsvExport& found) {
    auto const now = std::chrono::duration_cast<std::chrono::nanoseconds>(settings.now().time_since_epoch()).count();
    auto const settle = std::chrono::nanoseconds(settings.settle).count();
    for (auto const& table : found.tables) {
        if (settle > 0 && std::max(table.stamp.modified, table.stamp.changed) > now - settle) {
            found.incomplete = table.file + " was written to just now";
        }
    }
}

Result<std::string> read_small(int folder, std::string const& name) {
    FileHandle const file(::openat(folder, name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (file.get() < 0) return unavailable(name + ": " + std::strerror(errno));
    constexpr std::size_t longest = std::size_t{1} << 20;
    std::string text(longest, '\0');
    std::size_t size = 0;
    for (;;) {
        auto const count = ::read(file.get(), text.data() + size, text.size() - size);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return unavailable(name + ": " + std::strerror(errno));
        if (count == 0) break;
        size += static_cast<std::size_t>(count);
        if (size == longest) return Error{ErrorKind::unavailable, "source.bad_export", name + ": over 1 MiB"};
    }
    text.resize(size);
    return text;
}

}  // namespace

bool CsvExport::same_as(CsvExport const& other) const {
    return marker == other.marker && tables == other.tables;
}

Result<FileStamp> stamp_of(int descriptor, std::string const& name) {
    struct stat status {};
    if (::fstat(descriptor, &status) != 0) return unavailable(name + ": " + std::strerror(errno));
    if (!S_ISREG(status.st_mode)) return unavailable(name + ": not a file");
    return to_stamp(status);
}

Result<CsvExport> look_at_export(CsvSettings const& settings) {
    CsvExport found;
    found.folder = FileHandle(::open(settings.folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (found.folder.get() < 0) return unavailable(settings.folder.string() + ": " + std::strerror(errno));
    RETURN_IF_ERROR(list_tables(settings, found));
    if (!found.incomplete.empty()) return found;
    if (settings.marker.empty()) {
        judge_by_age(settings, found);
    } else {
        judge_by_marker(settings, found);
    }
    return found;
}

Result<std::map<std::string, Digest>> read_checksums(int folder, std::string const& marker) {
    ASSIGN_OR_RETURN(auto const text, read_small(folder, marker));
    std::map<std::string, Digest> sums;
    constexpr std::size_t digits = 64;
    std::size_t line = 1;
    for (std::size_t at = 0; at < text.size(); ++line) {
        auto const end = std::min(text.find('\n', at), text.size());
        std::string_view row = std::string_view(text).substr(at, end - at);
        if (row.ends_with('\r')) row.remove_suffix(1);
        at = end + 1;
        // Two spaces, or a space and the star of binary mode.
        bool const shaped =
            row.size() > digits + 2 && row[digits] == ' ' && (row[digits + 1] == ' ' || row[digits + 1] == '*');
        auto const digest = Digest::from_hex(shaped ? row.substr(0, digits) : "");
        if (!digest || !is_utf8(row) || !sums.emplace(std::string(row.substr(digits + 2)), *digest).second) {
            return Error{ErrorKind::unavailable, "source.bad_export",
                         marker + ":" + std::to_string(line) +
                             ": expected lines as sha256sum writes them, each file once (or an empty file)"};
        }
    }
    return sums;
}

}  // namespace casebridge
