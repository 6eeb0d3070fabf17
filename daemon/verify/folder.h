// The folder of an evidence bundle, read whole: nothing in it is followed, skipped or believed.
#pragma once

#include "policies/evidence/manifest.h"

#include <filesystem>

namespace casebridge::verify {

/// Errors: `evidence.not_a_folder`, `evidence.too_many_files` (over 64), `evidence.not_a_file` (a folder or link in
/// it), `evidence.file_too_large`, `evidence.unreadable`.
Result<EvidenceFiles> read_folder(std::filesystem::path const& folder);

/// Of at most evidence::maximum_file_bytes. Errors: `evidence.unreadable`, `evidence.file_too_large`.
Result<Bytes> read_whole(std::filesystem::path const& file);

}  // namespace casebridge::verify
