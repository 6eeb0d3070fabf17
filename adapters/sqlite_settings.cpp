#include "adapters/sqlite_settings.h"

namespace casebridge {

SqliteSettings read_sqlite(YamlReader& reader, std::filesystem::path const& folder) {
    SqliteSettings settings;
    reader.refuse_keys({"key", "password", "passphrase"},
                       "a key does not belong into this file: give it as a systemd credential or in a key file, which "
                       "the configuration names");
    settings.path = folder / reader.text("path");  // an absolute path stands for itself
    auto const mebibytes = reader.optional_integer("maximum_row_mib", 1, 256, 16);
    settings.maximum_row_bytes = static_cast<std::size_t>(mebibytes) << 20U;
    settings.query_time_limit = std::chrono::seconds(reader.optional_integer("time_limit_seconds", 1, 300, 10));
    return settings;
}

SqliteSettings read_sqlcipher(YamlReader& reader, std::filesystem::path const& folder) {
    auto settings = read_sqlite(reader, folder);
    settings.encryption = SqliteSettings::Encryption::sqlcipher;
    settings.cipher_compatibility = static_cast<int>(reader.integer("cipher_compatibility", 3, 4));
    int const usual_page = settings.cipher_compatibility == 4 ? 4096 : 1024;
    auto const page = reader.optional_integer("cipher_page_size", 512, 65536, usual_page);
    if ((page & (page - 1)) != 0) reader.complain("cipher_page_size", "expected a power of two, 512 to 65536");
    settings.cipher_page_size = static_cast<int>(page);
    bool const passphrase = reader.word("key_kind", {"raw", "passphrase"}) == "passphrase";
    settings.key_kind = passphrase ? SqliteSettings::KeyKind::passphrase : SqliteSettings::KeyKind::raw;
    return settings;
}

}  // namespace casebridge
