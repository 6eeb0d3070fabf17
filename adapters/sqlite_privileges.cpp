#include "adapters/sqlite_privileges.h"

#include <fcntl.h>
#include <unistd.h>

namespace casebridge {

Result<std::vector<Excess>> sqlite_privileges(std::filesystem::path const& file) {
    if (::geteuid() == 0) {
        return Error{ErrorKind::not_found, "source.privileges_unknown",
                     "root may write everything; ask as the daemon's user: sudo -u casebridge casebridge doctor"};
    }
    std::vector<Excess> excess;
    auto const folder = std::filesystem::absolute(file).parent_path();
    for (auto const& [path, says] : {std::pair{file, "this user can change the file "},
                                     std::pair{folder, "this user can put another file into "}}) {
        if (::faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) != 0) continue;
        excess.push_back({"source.file_writable", says + path.string(),
                          "Let another user own it and give the daemon's group the right to read "
                          "(packaging/sql/sqlite.md)."});
    }
    return excess;
}

}  // namespace casebridge
