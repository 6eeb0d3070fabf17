#include "adapters/sqlite_key.h"

#include "adapters/sqlite_connection.h"

#include <algorithm>

#include <sqlite3.h>

namespace casebridge {
namespace {

/// The key in the form SQLCipher takes: x'…' for a raw key.
Result<Secret> cipher_key(SqliteSettings const& settings, Secret const& key) {
    if (key.empty()) return Error{ErrorKind::invalid, "source.wrong_key", "the database is encrypted, no key is given"};
    if (settings.key_kind == SqliteSettings::KeyKind::passphrase) return key.duplicate();
    Bytes literal = {'x', '\''};
    if (key.size() == 32) {
        constexpr std::string_view digits = "0123456789abcdef";
        literal.reserve(67);  // no second buffer that nobody wipes
        for (std::uint8_t const byte : key.reveal()) {
            literal.push_back(static_cast<std::uint8_t>(digits[byte >> 4U]));
            literal.push_back(static_cast<std::uint8_t>(digits[byte & 15U]));
        }
    } else if (auto const text = key.reveal(); text.size() == 64 && std::all_of(text.begin(), text.end(), [](auto c) {
                                                   return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
                                                          (c >= 'A' && c <= 'F');
                                               })) {
        literal.reserve(67);
        literal.insert(literal.end(), text.begin(), text.end());
    } else {
        return Error{ErrorKind::invalid, "source.wrong_key",
                     "a raw key has 32 bytes or 64 hexadecimal characters, not " + std::to_string(key.size()) +
                         " bytes (a passphrase needs `key_kind: passphrase`)"};
    }
    literal.push_back('\'');
    return Secret(std::move(literal));
}

}  // namespace

Status apply_key(sqlite3* database, SqliteSettings const& settings, Secret const& key) {
    ASSIGN_OR_RETURN(Secret const literal, cipher_key(settings, key));
    auto const bytes = literal.reveal();
    int const code = sqlite3_key(database, bytes.data(), static_cast<int>(bytes.size()));
    if (code != SQLITE_OK) return sqlite_error(code, "setting the key");

    ASSIGN_OR_RETURN(std::string const version, pragma_text(database, "PRAGMA cipher_version"));
    int const major = version.empty() ? 0 : std::atoi(version.c_str());
    if (major < settings.cipher_compatibility) {
        return Error{ErrorKind::invalid, "source.cipher_unsupported",
                     "the database has the format of SQLCipher " + std::to_string(settings.cipher_compatibility) +
                         ", installed is " + (version.empty() ? "plain SQLite" : version)};
    }
    if (major > 3) {  // SQLCipher 3 knows its own format only, and not this pragma
        std::string const pragma = "PRAGMA cipher_compatibility = " + std::to_string(settings.cipher_compatibility);
        RETURN_IF_ERROR(run_pragmas(database, pragma.c_str()));
    }
    // On every connection and by number: without it a file with another page size looks like a wrong key.
    std::string const pragma = "PRAGMA cipher_page_size = " + std::to_string(settings.cipher_page_size);
    return run_pragmas(database, pragma.c_str());
}

}  // namespace casebridge
