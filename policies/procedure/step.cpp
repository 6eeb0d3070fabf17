#include "policies/procedure/step.h"

#include "policies/procedure/rules.h"
#include "policies/procedure/table.h"
#include "policies/unicode.h"
#include "policies/vocabulary.h"
#include "policies/wire.h"

#include <algorithm>

namespace casebridge {
namespace {

using wire::invalid;

constexpr auto scope = JsonReader::Scope::procedure;
constexpr std::size_t longest_date = 10;
constexpr int earliest_year = 1900, latest_year = 2100, buddhist_offset = 543;

/// A Buddhist year reads as a date five centuries ahead; it is named, not converted: the sender's program is wrong.
Result<StepValue> read_date(std::string const& text) {
    ASSIGN_OR_RETURN(auto const date, parse_date(text));
    auto const year = static_cast<int>(date.year());
    if (year >= earliest_year && year <= latest_year) return StepValue(date);
    bool const buddhist = year - buddhist_offset >= earliest_year && year - buddhist_offset <= latest_year;
    return invalid(buddhist ? "date.wrong_era" : "date.out_of_range");
}

Result<StepValue> read_code(StepField const& field, std::string text) {
    if (!find_code_list(field.list)->contains(text)) return invalid("procedure.unknown_code", field.name);
    return StepValue(std::move(text));
}

Result<StepValue> read_codes(StepField const& field, Json const* json) {
    std::vector<std::string> codes;
    auto const& array = *json->as_array();
    if (array.empty()) return invalid("procedure.missing_member", field.name);
    if (array.size() > static_cast<std::size_t>(field.high)) return invalid("procedure.too_many_codes", field.name);
    for (auto const& element : array) {
        auto const* const text = element.as_string();
        if (text == nullptr) return invalid("procedure.wrong_type", field.name);
        if (!find_code_list(field.list)->contains(*text)) return invalid("procedure.unknown_code", field.name);
        if (std::ranges::find(codes, *text) != codes.end()) return invalid("procedure.repeated_code", field.name);
        codes.push_back(*text);
    }
    return StepValue(std::move(codes));
}

Result<StepValue> read_crossing(StepField const& field, std::string text) {
    if (text.empty()) return invalid("procedure.missing_member", field.name);
    if (find_refused_character(text, LineBreaks::refused) != std::string_view::npos)
        return invalid("procedure.refused_character", field.name);
    return StepValue(std::move(text));
}

Result<StepValue> read_text_value(StepField const& field, std::string text) {
    switch (field.type) {
        case StepFieldType::code:
            return read_code(field, std::move(text));
        case StepFieldType::date:
            return read_date(text);
        case StepFieldType::timestamp: {
            ASSIGN_OR_RETURN(auto const time, parse_rfc3339(text));
            return StepValue(time);
        }
        case StepFieldType::office: {
            ASSIGN_OR_RETURN(auto const office, parse_office(text));
            return StepValue(office.text());
        }
        case StepFieldType::digest: {
            ASSIGN_OR_RETURN(auto const digest, Digest::from_hex(text));
            return StepValue(digest);
        }
        default:
            return read_crossing(field, std::move(text));
    }
}

std::size_t longest(StepField const& field) {
    switch (field.type) {
        case StepFieldType::date:
            return longest_date;
        case StepFieldType::timestamp:
            return wire::longest_time;
        case StepFieldType::office:
            return wire::longest_node;
        case StepFieldType::digest:
            return wire::digest_size;
        case StepFieldType::crossing:
            return static_cast<std::size_t>(field.high);
        default:
            return wire::longest_word;
    }
}

/// The members as JSON values of the right type; the reader keeps the first that is not.
struct RawField {
    StepField const* field;
    std::string text;
    Json const* array = nullptr;
    std::int64_t number = 0;
    bool boolean = false;
};

RawField read_raw(JsonReader& reader, StepField const& field) {
    RawField raw{.field = &field};
    switch (field.type) {
        case StepFieldType::codes:
            raw.array = reader.array(field.name);
            break;
        case StepFieldType::number:
            raw.number = reader.integer(field.name);
            break;
        case StepFieldType::boolean:
            raw.boolean = reader.boolean(field.name);
            break;
        default:
            raw.text = reader.string(field.name, longest(field));
    }
    return raw;
}

Result<StepValue> read_value(RawField raw) {
    auto const& field = *raw.field;
    switch (field.type) {
        case StepFieldType::codes:
            return read_codes(field, raw.array);
        case StepFieldType::number:
            if (raw.number < field.low || raw.number > field.high) return invalid("procedure.out_of_range", field.name);
            return StepValue(raw.number);
        case StepFieldType::boolean:
            return StepValue(raw.boolean);
        default:
            return read_text_value(field, std::move(raw.text));
    }
}

struct ToJson {
    Json operator()(std::string const& text) const { return text; }
    Json operator()(std::vector<std::string> const& codes) const {
        auto json = Json::array();
        for (auto const& code : codes) json.push(code);
        return json;
    }
    Json operator()(std::int64_t number) const { return number; }
    Json operator()(bool boolean) const { return boolean; }
    Json operator()(Date date) const { return to_iso8601(date); }
    Json operator()(Timestamp time) const { return to_rfc3339(time); }
    Json operator()(Digest const& digest) const { return digest.hex(); }
};

}  // namespace

Result<Step> Step::read(ProcedureKind kind, StepType type, Json const& fields) {
    if (find_step_schema(kind, type) == nullptr) return invalid("procedure.unknown_step");
    if (type != StepType::correct) {
        Step step(type, type);
        RETURN_IF_ERROR(step.read_fields(kind, fields));
        return step;
    }
    JsonReader reader(fields, scope);
    auto const corrects = reader.string("corrects", wire::longest_reference);
    auto const step_text = reader.string("step", wire::longest_word);
    auto const* const contents = reader.object("fields");
    RETURN_IF_ERROR(reader.finish());
    ASSIGN_OR_RETURN(auto message, MessageId::parse(corrects));
    ASSIGN_OR_RETURN(auto const contents_of, parse_step_type(step_text));
    if (find_step_schema(kind, contents_of) == nullptr) return invalid("procedure.unknown_step");
    if (!is_correctable(contents_of)) return invalid("procedure.not_correctable");
    Step step(type, contents_of);
    step.corrects_ = std::move(message);
    RETURN_IF_ERROR(step.read_fields(kind, *contents));
    return step;
}

Status Step::read_fields(ProcedureKind kind, Json const& fields) {
    RETURN_IF_ERROR(check_presence(kind, contents_of_, fields));
    JsonReader reader(fields, scope);
    std::vector<RawField> raw;
    for (auto const& field : *find_step_schema(kind, contents_of_)) {
        if (field.required || fields.find(field.name) != nullptr) raw.push_back(read_raw(reader, field));
    }
    RETURN_IF_ERROR(reader.finish());
    for (auto& each : raw) {
        auto const name = each.field->name;
        ASSIGN_OR_RETURN(auto value, read_value(std::move(each)));
        values_.emplace_back(name, std::move(value));
    }
    return check_contents(kind, *this);
}

StepValue const* Step::value_of(std::string_view name) const {
    auto const found = std::ranges::find(values_, name, [](auto const& value) { return value.first; });
    return found == values_.end() ? nullptr : &found->second;
}

Json Step::to_json() const {
    auto json = Json::object();
    for (auto const& [name, value] : values_) json.set(std::string(name), std::visit(ToJson{}, value));
    if (!corrects_) return json;
    return Json::object().set("corrects", corrects_->text()).set("step", to_text(contents_of_)).set("fields", json);
}

Result<StepBody> parse_step_body(std::string_view text) {
    ASSIGN_OR_RETURN(auto const json, parse_json(text));
    return read_step_body(json);
}

Result<StepBody> read_step_body(Json const& json) {
    if (wire::is_other_version(json)) return invalid("procedure.unknown_version");
    JsonReader reader(json, scope);
    reader.integer("version");
    auto const kind_text = reader.string("kind", wire::longest_word);
    auto const side_text = reader.string("side", wire::longest_word);
    auto const lamport = reader.integer("lamport");
    auto const step_text = reader.string("step", wire::longest_word);
    auto const* const fields = reader.object("fields");
    RETURN_IF_ERROR(reader.finish());
    if (lamport < 1 || lamport > highest_lamport) return invalid("procedure.out_of_range", "lamport");
    ASSIGN_OR_RETURN(auto const kind, parse_procedure_kind(kind_text));
    ASSIGN_OR_RETURN(auto const side, parse_side(side_text));
    ASSIGN_OR_RETURN(auto const type, parse_step_type(step_text));
    ASSIGN_OR_RETURN(auto step, Step::read(kind, type, *fields));
    return StepBody{kind, side, static_cast<std::uint64_t>(lamport), std::move(step)};
}

Json to_json(StepBody const& body) {
    return Json::object()
        .set("version", wire::version)
        .set("kind", to_text(body.kind))
        .set("side", to_text(body.side))
        .set("lamport", body.lamport)
        .set("step", to_text(body.step.type()))
        .set("fields", body.step.to_json());
}

}  // namespace casebridge
