#include "adapters/database_settings.h"

#include "adapters/server_settings.h"
#include "adapters/sqlite_settings.h"
#include "adapters/text_decoder.h"

#include <algorithm>
#include <array>

namespace casebridge {
namespace {

/// One kind of database: the word for it, and who reads the other keys.
struct Kind {
    std::string_view word;
    DatabaseSettings (*read)(YamlReader& reader, std::filesystem::path const& folder, YamlComplaints& complaints);
};

/// One character of ASCII that can stand between fields; "tab" for that.
char separating_character(YamlReader& reader, std::string_view key, std::string_view fallback) {
    auto const text = reader.optional_text(key, fallback);
    if (text == "tab") return '\t';
    bool const usable = text.size() == 1 && std::string_view(",;|\t\"'^~").find(text.front()) != std::string_view::npos;
    if (!usable) reader.complain(key, "expected one of , ; | ^ ~ tab, or a quotation mark");
    return usable ? text.front() : ',';
}

CsvSettings read_csv(YamlReader& reader, std::filesystem::path const& folder) {
    CsvSettings settings;
    settings.folder = folder / reader.text("folder");
    settings.extension = reader.optional_text("extension", "csv");
    settings.encoding = reader.word("encoding", TextDecoder::encodings());
    settings.separator = separating_character(reader, "separator", ",");
    settings.quote = separating_character(reader, "quote", "\"");
    if (settings.separator == settings.quote) reader.complain("quote", "expected another character than the separator");
    settings.marker = reader.optional_text("marker");
    if (settings.marker.find('/') != std::string::npos) reader.complain("marker", "expected a name without /");
    settings.settle = std::chrono::seconds(reader.optional_integer("settle_seconds", 0, 3600, 5));
    settings.grace = std::chrono::minutes(reader.optional_integer("grace_minutes", 0, 24 * 60, 10));
    settings.patience = settings.settle + std::chrono::seconds(2);
    settings.scratch = folder / reader.optional_text("scratch", "/var/tmp");
    settings.maximum_row_bytes = static_cast<std::size_t>(reader.optional_integer("maximum_row_mib", 1, 64, 16)) << 20U;
    settings.maximum_file_bytes = reader.optional_integer("maximum_file_mib", 1, 65536, 4096) << 20;
    settings.query_time_limit = std::chrono::seconds(reader.optional_integer("time_limit_seconds", 1, 300, 10));
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
    Kind{"csv",
         [](YamlReader& reader, std::filesystem::path const& folder, YamlComplaints&) -> DatabaseSettings {
             return read_csv(reader, folder);
         }},
    Kind{"postgresql",
         [](YamlReader& reader, std::filesystem::path const& folder, YamlComplaints&) -> DatabaseSettings {
             return read_postgresql(reader, folder, PasswordWords{});
         }},
    Kind{"odbc",
         [](YamlReader& reader, std::filesystem::path const&, YamlComplaints&) -> DatabaseSettings {
             return read_odbc(reader, PasswordWords{});
         }},
    Kind{"primero",
         [](YamlReader& reader, std::filesystem::path const& folder, YamlComplaints& complaints) -> DatabaseSettings {
             return read_primero_settings(reader, folder, complaints);
         }},
};

struct Files {
    using Paths = std::vector<std::filesystem::path>;
    Paths operator()(SqliteSettings const& settings) const { return {settings.path}; }
    Paths operator()(CsvSettings const& settings) const { return {settings.folder}; }
    Paths operator()(PostgresSettings const& settings) const {
        return {settings.root_certificate, settings.client_certificate, settings.client_key, settings.password_file};
    }
    Paths operator()(OdbcSettings const&) const { return {}; }  // only the driver knows which attribute is a file
    Paths operator()(PrimeroSettings const& settings) const { return {settings.root_certificate}; }
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

std::vector<std::filesystem::path> files_of(DatabaseSettings const& settings) {
    auto files = std::visit(Files{}, settings);
    std::erase_if(files, [](auto const& path) { return path.empty(); });
    return files;
}

}  // namespace casebridge
