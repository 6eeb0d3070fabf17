#include "daemon/identity_roots.h"

#include "daemon/file_lock.h"
#include "daemon/files.h"
#include "daemon/identity_files.h"

namespace casebridge {
namespace {

namespace fs = std::filesystem;
using namespace identity_files;

constexpr std::string_view roots_file = "roots.pem";

}  // namespace

Result<std::optional<RootHistory>> own_roots(fs::path const& directory) {
    auto const text = read_file(directory / roots_file, maximum_pem_bytes);
    if (!text && text.error().kind == ErrorKind::not_found) return std::optional<RootHistory>();
    if (!text) return text.error();
    ASSIGN_OR_RETURN(auto history, RootHistory::parse(to_text(*text)));
    return std::optional(std::move(history));
}

std::vector<PinnedRoot::Former> former_roots(RootHistory const& history, Certificate const& root) {
    std::vector<PinnedRoot::Former> former;
    auto const* before = &history.oldest();
    for (auto const& step : history.steps()) {
        if (*before == root) break;
        former.push_back({*before, step.statement.not_after(), step.statement});
        before = &step.root;
    }
    return former;
}

Status install_next_root(fs::path const& directory, NodeId const& node, Certificate const& statement,
                         Certificate const& next, Timestamp now) {
    RETURN_IF_ERROR(check_directory(directory));
    auto const lock = FileLock::acquire(certificate_path(directory, "root"));
    if (!lock) return Error{lock.error().kind, "identity.busy", "another command changes the identity; try again"};
    ASSIGN_OR_RETURN(auto const pin, own_pin(directory, node));
    ASSIGN_OR_RETURN(auto history, own_roots(directory));
    if (!history) history.emplace(pin.root());
    bool const cut_off = history->newest() == next && pin.root() != next;
    if (!cut_off) {
        RETURN_IF_ERROR(verify_next_root(pin, statement, next, now));
        RETURN_IF_ERROR(history->add({statement, next}));
        RETURN_IF_ERROR(write_file_atomically(directory / roots_file, as_bytes(history->pem()), certificate_mode));
    }
    return write_file_atomically(certificate_path(directory, "root"), as_bytes(next.pem()), certificate_mode);
}

}  // namespace casebridge
