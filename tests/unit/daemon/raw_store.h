// What somebody who holds the store's key can see: any SQL, and every byte of every page, free pages included.
#pragma once

#include "crypto/secret.h"

#include <filesystem>

struct sqlite3;

namespace casebridge::test {

/// A second connection to a store, with none of Database's restrictions.
class RawStore {
public:
    RawStore(std::filesystem::path const& file, Secret const& key);
    ~RawStore();
    RawStore(RawStore const&) = delete;
    RawStore& operator=(RawStore const&) = delete;

    /// Runs `sql`; the first column of the last row, or "". Throws std::runtime_error with SQLite's message.
    std::string run(std::string const& sql);

private:
    sqlite3* raw_ = nullptr;
};

/// All pages of the file and all frames of its write-ahead log, decrypted one by one (SQLCipher 3's format).
Bytes decrypted_pages(std::filesystem::path const& file, Secret const& key);
/// A file's bytes; empty if there is none.
Bytes file_bytes(std::filesystem::path const& file);
bool contains(ByteView haystack, ByteView needle);
std::filesystem::path wal_of(std::filesystem::path file);

}  // namespace casebridge::test
