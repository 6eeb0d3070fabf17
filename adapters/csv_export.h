// CsvExport: the files of one export as they stand in a folder now, and whether they are all of it.
//
// What counts as whole is the field map's choice (adapters/README.md, "CSV"): a marker file that is written last, with
// checksums where the exporter can make them; or files that nobody has touched for a while. In both cases the folder
// itself may be replaced by another, by renaming or by a symbolic link.
#pragma once

#include "adapters/csv_settings.h"
#include "adapters/file_handle.h"
#include "crypto/digest.h"
#include "crypto/result.h"

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

namespace casebridge {

/// Which bytes a file holds, as far as the file system tells: any write changes one of these.
struct FileStamp {
    std::uint64_t device = 0, inode = 0;
    std::int64_t size = 0, modified = 0, changed = 0;  ///< times in nanoseconds
    bool operator==(FileStamp const&) const = default;
};

struct CsvExport {
    struct Table {
        std::string name;  ///< of the file, without its extension
        std::string file;
        FileStamp stamp;
        bool operator==(Table const&) const = default;
    };

    FileHandle folder;
    FileStamp marker;           ///< empty without a marker
    std::vector<Table> tables;  ///< in order of name; only those of the field map
    std::string incomplete;     ///< why this is not a whole export yet; empty if it is

    /// The same files with the same bytes.
    [[nodiscard]] bool same_as(CsvExport const& other) const;
};

/// Looks at the folder. Errors: `source.unavailable` (no such folder, no right to read it), `source.bad_export` (two
/// files of one name).
Result<CsvExport> look_at_export(CsvSettings const& settings);

/// The stamp of an open file. Errors: `source.unavailable`; not a regular file.
Result<FileStamp> stamp_of(int descriptor, std::string const& name);

/// What a marker file says: file names and their SHA-256 as `sha256sum` writes them; empty for an empty file.
/// Errors: `source.unavailable`, `source.bad_export` (with its line).
Result<std::map<std::string, Digest>> read_checksums(int folder, std::string const& marker);

}  // namespace casebridge
