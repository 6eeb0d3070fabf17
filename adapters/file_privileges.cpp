#include "adapters/file_privileges.h"

#include "adapters/named_few.h"

#include <set>

#include <fcntl.h>
#include <unistd.h>

namespace casebridge {
namespace {

NamedFew writable_among(std::set<std::filesystem::path> const& paths) {
    NamedFew found;
    for (auto const& path : paths) {
        if (::faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) == 0) found.add(path.string());
    }
    return found;
}

}  // namespace

Result<std::vector<Excess>> file_privileges(std::vector<std::filesystem::path> const& read, std::string const& page) {
    if (::geteuid() == 0) {
        return Error{ErrorKind::not_found, "source.privileges_unknown",
                     "root may write everything; ask as the daemon's user: sudo -u casebridge casebridge doctor"};
    }
    std::set<std::filesystem::path> files, folders;
    for (auto const& path : read) {
        std::error_code failure;
        (std::filesystem::is_directory(path, failure) ? folders : files).insert(path);
        folders.insert(std::filesystem::absolute(path).parent_path());
    }
    std::vector<Excess> excess;
    auto const remedy = "Let another user own it and give the daemon's group the right to read (" + page + ").";
    if (auto const found = writable_among(files); !found.empty()) {
        excess.push_back({"source.file_writable", "this user can change the file " + found.text(), remedy});
    }
    if (auto const found = writable_among(folders); !found.empty()) {
        excess.push_back({"source.file_writable", "this user can put another file into " + found.text(), remedy});
    }
    return excess;
}

}  // namespace casebridge
