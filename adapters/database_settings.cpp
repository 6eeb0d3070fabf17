#include "adapters/database_settings.h"

#include <algorithm>
#include <array>

namespace casebridge {
namespace {

/// One kind of database: the word for it, and who reads the other keys.
struct Kind {
    std::string_view word;
    DatabaseSettings (*read)(YamlReader& reader, std::filesystem::path const& folder, YamlComplaints& complaints);
};

SqliteSettings read_sqlite(YamlReader& reader, std::filesystem::path const& folder) {
    SqliteSettings settings;
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

constexpr std::array kinds = {
    Kind{"sqlite",
         [](YamlReader& reader, std::filesystem::path const& folder, YamlComplaints&) -> DatabaseSettings {
             return read_sqlite(reader, folder);
         }},
    Kind{"sqlcipher",
         [](YamlReader& reader, std::filesystem::path const& folder, YamlComplaints&) -> DatabaseSettings {
             return read_sqlcipher(reader, folder);
         }},
    Kind{"primero",
         [](YamlReader& reader, std::filesystem::path const& folder, YamlComplaints& complaints) -> DatabaseSettings {
             return read_primero_settings(reader, folder, complaints);
         }},
};

}  // namespace

DatabaseSettings read_database_settings(YamlNode const& node, std::filesystem::path const& folder,
                                        YamlComplaints& complaints) {
    YamlReader reader(node, complaints);
    std::vector<std::string_view> words;
    for (auto const& kind : kinds) words.push_back(kind.word);
    auto const word = reader.word("kind", words);
    auto const known = std::ranges::find(kinds, std::string_view(word), &Kind::word);
    // A kind that is none was complained about; nothing can be said of keys that would go with it.
    if (known == kinds.end()) return SqliteSettings{};
    auto settings = known->read(reader, folder, complaints);
    reader.refuse_unknown_keys();
    return settings;
}

}  // namespace casebridge
