// casebridge adapter: inspect a national database, draft its field map, try a field map on it. No daemon needed.
#include "adapters/draft_map.h"
#include "adapters/map_check.h"
#include "adapters/number_check.h"
#include "adapters/open_session.h"
#include "daemon/cli/command.h"
#include "daemon/cli/progress.h"
#include "daemon/config.h"
#include "daemon/files.h"

#include <algorithm>
#include <charconv>
#include <set>

#include <unistd.h>

namespace casebridge::cli {
namespace {

bool shows_progress(Invocation const& in) {
    return !in.json() && ::isatty(STDERR_FILENO) == 1;
}

/// The option's number; an error where it is none.
Result<std::uint64_t> number_of(Invocation const& in, std::string_view name, std::uint64_t fallback) {
    if (!in.has(name)) return fallback;
    auto const text = in.text(name);
    std::uint64_t number = 0;
    auto const [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failure == std::errc() && end == text.data() + text.size()) return number;
    return Error{ErrorKind::invalid, "usage.not_a_number", std::string(name) + " takes a whole number, 0 for all"};
}

Result<Secret> key_from(std::filesystem::path const& file) {
    return file.empty() ? Result<Secret>(Secret()) : read_source_key(file);
}

ExitCode fail(Invocation const& in, Error const& error) {
    auto failure = to_failure(error);
    if (failure.code.starts_with("usage.")) failure.exit = ExitCode::usage;
    return in.fail(failure);
}

/// The rows a scan will read, or 0 where the database does not say in time.
std::uint64_t rows_in(SqlSession& session, std::string const& table, std::uint64_t limit) {
    std::int64_t rows = 0;
    auto const counted =
        session.query("SELECT count(*) FROM " + session.quote_identifier(table), {}, [&](SqlRow const& row) {
            if (auto const* number = std::get_if<std::int64_t>(&row.front())) rows = *number;
            return false;
        });
    auto const all = counted && rows > 0 ? static_cast<std::uint64_t>(rows) : 0;
    return limit != 0 && all != 0 ? std::min(all, limit) : all;
}

/// Totals are asked for before the scans: a session reads one thing at a time.
std::map<std::string, std::uint64_t> totals(Invocation const& in, SqlSession& session,
                                            std::vector<std::string> const& tables, std::uint64_t limit) {
    std::map<std::string, std::uint64_t> all;
    if (!shows_progress(in)) return all;
    for (auto const& table : tables) all[table] = rows_in(session, table, limit);
    return all;
}

// inspect

/// A file's `database:` as settings and as the lines it was written in.
struct DatabasePart {
    DatabaseSettings settings;
    std::string lines;
};

std::string lines_of(YamlFile const& file, YamlNode const& database) {
    std::string text = to_text(file.bytes), lines;
    int line = 0, first = 0, last = 0;
    for (auto const& entry : file.root.entries) {
        if (&entry.value == &database) first = entry.line;
        if (first != 0 && entry.line > first && last == 0) last = entry.line;
    }
    for (std::size_t at = 0; at < text.size();) {
        auto const end = std::min(text.find('\n', at), text.size());
        ++line;
        if (line >= first && (last == 0 || line < last)) lines += text.substr(at, end - at) + "\n";
        at = end + 1;
    }
    return lines;
}

Result<DatabasePart> read_database_part(std::filesystem::path const& path) {
    ASSIGN_OR_RETURN(auto const file, load_yaml(path));
    auto const* const database = file.root.find("database");
    YamlComplaints complaints;
    YamlReader reader(file.root, complaints);
    if (reader.mapping("database") == nullptr) return complaints.to_error("field_map.invalid");
    auto settings = read_database_settings(*database, path.parent_path(), complaints);
    if (!complaints.empty()) return complaints.to_error("field_map.invalid");
    return DatabasePart{std::move(settings), lines_of(file, *database)};
}

Json codes_json(std::vector<std::pair<std::string, std::uint64_t>> const& codes) {
    auto list = Json::array();
    for (auto const& [value, count] : codes)
        list.push(Json::object().set("value", printable(value)).set("rows", count));
    return list;
}

Json column_json(InspectedTable const& table, InspectedColumn const& column) {
    auto shapes = Json::array();
    for (auto const& shape : column.shapes) {
        shapes.push(Json::object()
                        .set("shape", printable(shape.text))
                        .set("rows", shape.count)
                        .set("shortest", static_cast<std::int64_t>(shape.shortest))
                        .set("longest", static_cast<std::int64_t>(shape.longest)));
    }
    auto json = Json::object();
    json.set("name", printable(column.name))
        .set("type", printable(column.declared_type))
        .set("empty", column.empty)
        .set("distinct", static_cast<std::int64_t>(column.distinct))
        .set("distinct_is_minimum", column.distinct >= ColumnProfile::maximum_distinct)
        .set("shapes", std::move(shapes))
        .set("guess", column.guess)
        .set("text", printable(describe(table, column)));
    if (column.codes) {
        json.set("codes", codes_json(column.codes->common))
            .set("codes_kept_back", static_cast<std::int64_t>(column.codes->rare));
    }
    return json;
}

Json inspection_json(std::vector<InspectedTable> const& tables) {
    auto list = Json::array();
    for (auto const& table : tables) {
        auto columns = Json::array();
        for (auto const& column : table.columns) columns.push(column_json(table, column));
        auto json = Json::object();
        json.set("name", printable(table.name)).set("rows", table.rows).set("whole", table.whole);
        if (!table.unreadable.empty()) json.set("unreadable", table.unreadable);
        list.push(std::move(json.set("columns", std::move(columns))));
    }
    return Json::object().set("tables", std::move(list));
}

std::string render_codes(Json const& column) {
    if (column.find("codes") == nullptr) return "";
    std::string text;
    for (auto const& code : items(column, "codes")) {
        text += "      " + shown(code, "value") + "  (" + shown(code, "rows") + " rows)\n";
    }
    return text + "      kept back, each in fewer than 11 rows or in a column of too many: " +
           shown(column, "codes_kept_back") + "\n";
}

std::string render_inspection(Json const& json, Style const& style) {
    std::string text;
    for (auto const& table : items(json, "tables")) {
        text += style.paint(shown(table, "name"), Tone::bold) + "  " + shown(table, "rows") +
                (shown(table, "whole") == "yes" ? " rows" : " rows looked at, there are more");
        if (table.find("unreadable") != nullptr) text += "  " + style.paint(shown(table, "unreadable"), Tone::bad);
        text += "\n";
        for (auto const& column : items(table, "columns")) {
            auto const guess = column.text_or("guess");
            text += "  " + shown(column, "text") +
                    (guess.empty() ? "" : "  " + style.paint("-> " + guess, Tone::good)) + "\n" + render_codes(column);
        }
    }
    if (auto const out = json.text_or("draft"); !out.empty()) text += "\ndraft: " + printable(out) + "\n";
    return text;
}

ExitCode inspect_database(Invocation const& in) {
    auto const limit = number_of(in, "--limit", InspectionPlan{}.rows_per_table);
    if (!limit) return fail(in, limit.error());
    auto const part = read_database_part(in.text("--database"));
    if (!part) return fail(in, part.error());
    auto const key = key_from(in.text("--key-file"));
    if (!key) return fail(in, key.error());
    auto const session = open_session(part->settings, *key);
    if (!session) return fail(in, session.error());

    InspectionPlan plan;
    plan.rows_per_table = *limit;
    for (auto const& column : in.values("--codes")) plan.codes.insert(column);
    auto const names = (*session)->tables();
    auto const total = totals(in, **session, names ? *names : std::vector<std::string>(), *limit);
    Progress progress(shows_progress(in));
    plan.on_progress = [&](std::string const& table, std::uint64_t rows) {
        progress.at(table, rows, total.contains(table) ? total.at(table) : 0);
    };
    auto const tables = inspect(**session, plan);
    if (!tables) return fail(in, tables.error());
    if (tables->empty()) {
        return fail(in, {ErrorKind::not_found, "source.no_tables", "there is no table here that can be read"});
    }
    auto json = inspection_json(*tables);
    if (auto const out = in.text("--out"); !out.empty()) {
        auto const draft = draft_field_map(part->lines, *tables);
        constexpr unsigned private_mode = 0600;
        auto const written = write_file_atomically(out, as_bytes(draft), private_mode, Existing::keep);
        if (!written) return fail(in, written.error());
        json.set("draft", out);
    }
    return in.show(json, render_inspection);
}

// check

Json checked_json(CheckedField const& field) {
    auto refused = Json::array();
    for (auto const& [reason, count] : field.refused) {
        refused.push(Json::object().set("reason", printable(reason)).set("rows", count));
    }
    auto json = Json::object();
    json.set("field", field.field)
        .set("table", printable(field.table))
        .set("column", printable(field.column))
        .set("rows", field.rows)
        .set("empty", field.empty)
        .set("mapped", field.mapped)
        .set("ok", field.good())
        .set("withheld", field.withheld)
        .set("refused", std::move(refused))
        .set("untranslated_codes", static_cast<std::int64_t>(field.untranslated))
        .set("common_untranslated", codes_json(field.common_untranslated));
    if (!field.stopped_by.empty()) json.set("stopped_by", field.stopped_by);
    return json;
}

std::string render_check(Json const& json, Style const& style) {
    Table table({"field", "column", "rows", "empty", "mapped", "result"});
    std::string codes;
    std::set<std::string> stopped;
    for (auto const& field : items(json, "fields")) {
        std::string reasons;
        for (auto const& refused : items(field, "refused")) {
            reasons += (reasons.empty() ? "" : ", ") + shown(refused, "reason") + " " + shown(refused, "rows");
        }
        if (shown(field, "untranslated_codes") != "0") {
            reasons += " (" + shown(field, "untranslated_codes") + " different)";
        }
        if (field.find("stopped_by") != nullptr)
            stopped.insert(shown(field, "table") + ": " + shown(field, "stopped_by"));
        bool const good = reasons.empty();
        bool const withheld = shown(field, "withheld") == "yes";
        table.row(
            {shown(field, "field"), shown(field, "table") + "." + shown(field, "column"), shown(field, "rows"),
             shown(field, "empty"), shown(field, "mapped"),
             Cell{good ? "maps" : (withheld ? "left out: " : "refuses the case: ") + reasons, good       ? Tone::good
                                                                                              : withheld ? Tone::warning
                                                                                                         : Tone::bad}});
        for (auto const& code : items(field, "common_untranslated")) {
            codes +=
                "  " + shown(field, "field") + ": " + shown(code, "value") + "  (" + shown(code, "rows") + " rows)\n";
        }
    }
    std::string unread;
    for (auto const& each : stopped) unread += style.paint("not read to the end: " + each, Tone::bad) + "\n";
    return table.text(style) + unread + (codes.empty() ? "" : "\nno translation:\n" + codes);
}

/// --map and --key-file, or what the configuration names.
Result<std::pair<std::filesystem::path, std::filesystem::path>> map_and_key(Invocation const& in) {
    if (in.has("--map"))
        return std::pair<std::filesystem::path, std::filesystem::path>(in.text("--map"), in.text("--key-file"));
    ASSIGN_OR_RETURN(auto const config, load_config(in.config_path()));
    if (config.field_map.empty()) {
        return Error{ErrorKind::not_found, "sharing.no_case_source",
                     "the configuration names no `field_map`; give --map"};
    }
    auto const key = in.has("--key-file") ? std::filesystem::path(in.text("--key-file")) : config.source_key_file;
    return std::pair(config.field_map, key);
}

struct Checked {
    Result<CheckedNumbers> numbers;
    std::vector<CheckedField> fields;
};

Result<Checked> check_with(Invocation const& in) {
    ASSIGN_OR_RETURN(auto const limit, number_of(in, "--limit", 0));
    ASSIGN_OR_RETURN(auto const files, map_and_key(in));
    ASSIGN_OR_RETURN(auto const yaml, load_yaml(files.first));
    ASSIGN_OR_RETURN(auto const map, FieldMap::load(yaml, files.first.parent_path()));
    ASSIGN_OR_RETURN(auto const key, key_from(files.second));
    ASSIGN_OR_RETURN(auto const session, open_session(map.database, key));
    RETURN_IF_ERROR(map.check_against(*session));
    CheckPlan plan;
    plan.rows_per_table = limit;
    plan.show_codes = in.has("--codes");
    auto const total = totals(in, *session, {map.table}, limit);
    auto numbers = check_numbers(map, *session);
    Progress progress(shows_progress(in));
    plan.on_progress = [&](std::string const& table, std::uint64_t rows) {
        progress.at(table, rows, total.contains(table) ? total.at(table) : 0);
    };
    ASSIGN_OR_RETURN(auto fields, check_map(map, *session, plan));
    return Checked{std::move(numbers), std::move(fields)};
}

/// A database that cannot count them in time says so; what does map is told all the same.
Json numbers_json(Result<CheckedNumbers> const& numbers) {
    if (!numbers) return Json::object().set("code", numbers.error().code);
    return Json::object().set("empty", numbers->empty).set("repeated", numbers->repeated).set("ok", numbers->good());
}

std::string render_numbers(Json const& numbers, Style const& style) {
    if (numbers.find("code") != nullptr) {
        return style.paint("case numbers were not counted: " + numbers.text_or("code"), Tone::warning) + "\n";
    }
    if (shown(numbers, "ok") == "yes") return "every row has a case number, and none stands more than once\n";
    return style.paint("rows without a case number: " + shown(numbers, "empty") +
                           "; case numbers that stand more than once: " + shown(numbers, "repeated"),
                       Tone::bad) +
           "\n";
}

ExitCode check(Invocation const& in) {
    auto const checked = check_with(in);
    if (!checked) return fail(in, checked.error());
    auto list = Json::array();
    bool all_good = !checked->numbers || checked->numbers->good();
    for (auto const& field : checked->fields) {
        list.push(checked_json(field));
        all_good = all_good && field.good();
    }
    auto const json = Json::object()
                          .set("ok", all_good)
                          .set("case_numbers", numbers_json(checked->numbers))
                          .set("fields", std::move(list));
    auto const exit = in.show(json, [](Json const& shown_json, Style const& style) {
        return render_check(shown_json, style) + "\n" + render_numbers(*shown_json.find("case_numbers"), style);
    });
    return all_good ? exit : ExitCode::error;
}

}  // namespace

std::vector<Command> adapter_commands() {
    using enum OptionSpec::Count;
    OptionSpec const key{"--key-file", "FILE", "The database's key or password, in a file of your own (0600)",
                         optional};
    return {
        {"adapter inspect",
         "Tables, columns and the shapes of their values (never values), and a draft of a field map (no daemon needed)",
         "casebridge adapter inspect --database database.yaml --out field-map.yaml",
         {{"--database", "FILE", "YAML with `database:`, as in a field map", required},
          {"--out", "FILE", "Write a commented draft here; never overwrites", optional},
          {"--limit", "ROWS", "Rows looked at in each table (default 10000; 0: all)", optional},
          {"--codes", "TABLE.COLUMN", "Show this column's codes: those that at least 11 rows share", optional_many},
          key},
         inspect_database},
        {"adapter check",
         "Try a field map on the database's rows: what maps, what does not, as counts (no daemon needed)",
         "casebridge adapter check --map field-map.yaml --limit 10000",
         {{"--map", "FILE", "The field map (default: the configuration's, with its key)", optional},
          {"--limit", "ROWS", "Rows tried of each table (default 0: all)", optional},
          {"--codes", "", "Show codes without translation that at least 11 rows share", optional},
          key},
         check},
    };
}

}  // namespace casebridge::cli
