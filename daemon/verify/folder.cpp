#include "daemon/verify/folder.h"

#include <fstream>

namespace casebridge::verify {
namespace {

constexpr std::size_t most_files = 64;

Error unreadable(std::filesystem::path const& path) {
    return {ErrorKind::unavailable, "evidence.unreadable", path.filename().string()};
}

}  // namespace

Result<Bytes> read_whole(std::filesystem::path const& file) {
    std::ifstream stream(file, std::ios::binary);
    if (!stream) return unreadable(file);
    Bytes bytes(evidence::maximum_file_bytes + 1);
    stream.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    if (stream.bad() || !stream.eof()) {
        return stream.bad() ? unreadable(file)
                            : Error{ErrorKind::invalid, "evidence.file_too_large", file.filename().string()};
    }
    bytes.resize(static_cast<std::size_t>(stream.gcount()));
    return bytes;
}

Result<EvidenceFiles> read_folder(std::filesystem::path const& folder) {
    std::error_code failed;
    std::filesystem::directory_iterator entries(folder, failed);
    if (failed) return Error{ErrorKind::invalid, "evidence.not_a_folder", folder.string()};
    EvidenceFiles files;
    for (auto const end = std::filesystem::directory_iterator(); entries != end; entries.increment(failed)) {
        auto const& path = entries->path();
        if (entries->symlink_status(failed).type() != std::filesystem::file_type::regular)
            return Error{ErrorKind::invalid, "evidence.not_a_file", path.filename().string()};
        if (files.size() == most_files) return Error{ErrorKind::invalid, "evidence.too_many_files", ""};
        ASSIGN_OR_RETURN(auto bytes, read_whole(path));
        files.emplace(path.filename().string(), std::move(bytes));
    }
    if (failed) return unreadable(folder);
    return files;
}

}  // namespace casebridge::verify
