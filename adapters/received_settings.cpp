#include "adapters/received_settings.h"

#include "adapters/server_settings.h"
#include "adapters/sqlite_settings.h"
#include "policies/unicode.h"

#include <algorithm>
#include <array>

namespace casebridge {
namespace {

constexpr PasswordWords password_words{"received-database", "`key_file` of `received`"};

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return out;
}

struct Place {
    std::string operator()(SqliteSettings const& settings) const {
        return "file " + std::filesystem::absolute(settings.path).lexically_normal().string();
    }
    std::string operator()(PostgresSettings const& settings) const {
        std::string text =
            "postgresql " + settings.host + ':' + std::to_string(settings.port) + '/' + settings.database;
        for (auto const& schema : settings.schemas) text += " schema " + schema;
        return text;
    }
    /// What drivers call server and database; all attributes, where none of these is among them.
    std::string operator()(OdbcSettings const& settings) const {
        constexpr std::array<std::string_view, 10> telling = {"server", "servername", "host", "port",   "database",
                                                              "db",     "dbname",     "dbq",  "socket", "service"};
        std::vector<std::string> parts;
        for (bool const all : {false, true}) {
            for (auto const& [key, value] : settings.attributes) {
                bool const tells = std::ranges::find(telling, lower(key)) != telling.end();
                if (all || tells) parts.push_back(lower(key) + '=' + value);
            }
            if (!parts.empty()) break;
        }
        std::ranges::sort(parts);
        std::string text = "odbc";
        for (auto const& part : parts) text += ' ' + part;
        return text;
    }
};

}  // namespace

std::string ReceivedSettings::place() const {
    return std::visit(Place{}, database) + " table " + table;
}

std::variant<SqliteSettings, PostgresSettings, OdbcSettings> read_received_database(YamlNode const& node,
                                                                                    std::filesystem::path const& folder,
                                                                                    YamlComplaints& complaints) {
    YamlReader reader(node, complaints);
    std::variant<SqliteSettings, PostgresSettings, OdbcSettings> settings;
    auto const kind = reader.word("kind", {"postgresql", "odbc", "sqlite", "sqlcipher"});
    if (kind == "postgresql") settings = read_postgresql(reader, folder, password_words);
    if (kind == "odbc") settings = read_odbc(reader, password_words);
    if (kind == "sqlite") settings = read_sqlite(reader, folder);
    if (kind == "sqlcipher") settings = read_sqlcipher(reader, folder);
    // A kind that is none was complained about; nothing can be said of keys that would go with it.
    if (!kind.empty()) reader.refuse_unknown_keys();
    return settings;
}

std::string read_received_table(YamlReader& reader, std::string_view key, std::string_view fallback) {
    constexpr std::size_t longest_name = 63;
    auto table = reader.optional_text(key, fallback);
    bool const usable = !table.empty() && table.size() <= longest_name && table.find('.') == std::string::npos &&
                        find_refused_character(table, LineBreaks::refused) == std::string_view::npos;
    if (!usable) {
        reader.complain(key,
                        "expected a name of 1 to 63 bytes without a schema: `schemas` (postgresql) or the driver's "
                        "`attributes` (odbc) say where it stands");
    }
    return table;
}

}  // namespace casebridge
