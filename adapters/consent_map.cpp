#include "adapters/consent_map.h"

#include "policies/unicode.h"
#include "policies/vocabulary.h"

#include <algorithm>
#include <array>

namespace casebridge {
namespace {

constexpr std::string_view prefix = "consents.";

/// Puts a value of its part's type into the consent; an error code where it is not one.
using Apply = std::string_view (*)(Consent&, FieldValue const&);

struct Part {
    std::string_view name;
    FieldType type;
    bool required;
    Apply apply;
};

std::string const& text(FieldValue const& value) {
    return std::get<std::string>(value);
}

/// A whole date; a partial one is no date for a consent.
std::string_view put_date(Date& into, FieldValue const& value) {
    auto const* const date = std::get_if<Date>(&value);
    if (date == nullptr) return "date.malformed";
    into = *date;
    return {};
}

std::string_view put_purpose(Consent& consent, FieldValue const& value) {
    auto const purpose = parse_purpose(text(value));
    if (!purpose) return purpose.error().code;
    consent.purpose = *purpose;
    return {};
}

std::string_view put_recipients(Consent& consent, FieldValue const& value) {
    for (auto const& word : std::get<std::vector<std::string>>(value)) {
        std::string_view const whole = word;
        auto const slash = whole.find('/');
        auto node = NodeId::parse(whole.substr(0, slash));
        if (!node) return node.error().code;
        ConsentRecipient recipient{*std::move(node), std::nullopt};
        if (slash != std::string_view::npos) {
            auto office = parse_office(whole.substr(slash + 1));
            if (!office) return office.error().code;
            recipient.office = *std::move(office);
        }
        consent.recipients.push_back(std::move(recipient));
    }
    return {};
}

std::string_view put_categories(Consent& consent, FieldValue const& value) {
    for (auto const& word : std::get<std::vector<std::string>>(value)) {
        auto const category = parse_category(word);
        if (!category) return category.error().code;
        consent.categories.insert(*category);
    }
    return {};
}

std::string_view put_digest(Consent& consent, FieldValue const& value) {
    auto const digest = Digest::from_hex(text(value));
    if (!digest) return digest.error().code;
    consent.form.sha256 = *digest;
    return {};
}

std::string_view put_giver(Consent& consent, FieldValue const& value) {
    consent.giver = text(value) == "self"       ? Consent::Giver::self
                    : text(value) == "guardian" ? Consent::Giver::guardian
                                                : Consent::Giver::appointed_representative;
    return {};
}

std::string_view put_assent(Consent& consent, FieldValue const& value) {
    consent.assent = text(value) == "given"             ? Consent::Assent::given
                     : text(value) == "cannot_be_asked" ? Consent::Assent::cannot_be_asked
                                                        : Consent::Assent::not_applicable;
    return {};
}

/// Any withdrawal counts, from the start of its day in UTC; a consent with one is not live.
std::string_view put_withdrawal(Consent& consent, FieldValue const& value) {
    Date date{};
    if (auto const code = put_date(date, value); !code.empty()) return code;
    consent.withdrawn_at = std::chrono::sys_days(date);
    return {};
}

std::string_view put_epoch(Consent& consent, FieldValue const& value) {
    auto const number = std::get<std::int64_t>(value);
    if (number < 0) return "source.not_a_number";
    consent.epoch = static_cast<std::uint64_t>(number);
    return {};
}

template <auto member>
std::string_view put_text(Consent& consent, FieldValue const& value) {
    if (find_refused_character(text(value), LineBreaks::refused) != std::string::npos) return "case.bad_character";
    consent.*member = text(value);
    return {};
}

template <auto member>
std::string_view put_form_text(Consent& consent, FieldValue const& value) {
    if (find_refused_character(text(value), LineBreaks::refused) != std::string::npos) return "case.bad_character";
    consent.form.*member = text(value);
    return {};
}

constexpr std::array parts = {
    Part{"id", FieldType::text, true, put_text<&Consent::id>},
    Part{"giver", FieldType::code, true, put_giver},
    Part{"assent", FieldType::code, false, put_assent},
    Part{"assent_reason", FieldType::code, false, put_text<&Consent::assent_reason>},
    Part{"best_interests_note", FieldType::boolean, false,
         [](Consent& consent, FieldValue const& value) {
             consent.best_interests_note = std::get<bool>(value);
             return std::string_view();
         }},
    Part{"purpose", FieldType::code, true, put_purpose},
    Part{"recipients", FieldType::codes, true, put_recipients},
    Part{"categories", FieldType::codes, true, put_categories},
    Part{"form_id", FieldType::text, true, put_form_text<&ConsentForm::id>},
    Part{"form_version", FieldType::text, true, put_form_text<&ConsentForm::version>},
    Part{"form_sha256", FieldType::text, true, put_digest},
    Part{"form_language", FieldType::code, true, put_form_text<&ConsentForm::language>},
    Part{"interpreter", FieldType::text, false, put_text<&Consent::interpreter>},
    Part{"witness", FieldType::text, false, put_text<&Consent::witness>},
    Part{"place", FieldType::text, false, put_text<&Consent::place>},
    Part{"given_on", FieldType::date, true,
         [](Consent& consent, FieldValue const& value) { return put_date(consent.given_on, value); }},
    Part{"expires_on", FieldType::date, true,
         [](Consent& consent, FieldValue const& value) { return put_date(consent.expires_on, value); }},
    Part{"withdrawn_on", FieldType::date, false, put_withdrawal},
    Part{"epoch", FieldType::number, false, put_epoch},
};

std::vector<std::string_view> listed(std::string_view list) {
    auto const* const found = find_code_list(list);
    if (found == nullptr) return {};
    return {found->codes.begin(), found->codes.end()};
}

std::vector<std::string_view> words_of(std::string_view name) {
    std::vector<std::string_view> words;
    if (name == "giver") words = {"self", "guardian", "appointed_representative"};
    if (name == "assent") words = {"given", "not_applicable", "cannot_be_asked"};
    if (name == "best_interests_note") words = {"yes", "no"};
    if (name == "assent_reason") words = listed("assent_reasons");
    if (name == "form_language") words = listed("languages");
    if (name == "purpose") {
        for (std::size_t i = 0; i < purpose_count; ++i) words.push_back(to_text(static_cast<Purpose>(i)));
    }
    if (name == "categories") {
        for (std::size_t i = 0; i < category_count; ++i) words.push_back(to_text(static_cast<Category>(i)));
    }
    return words;
}

Part const& part_of(ValueMap const& map) {
    std::string_view const name = std::string_view(map.target.name).substr(prefix.size());
    return *std::find_if(parts.begin(), parts.end(), [name](Part const& part) { return part.name == name; });
}

}  // namespace

ConsentsMap read_consents_map(YamlNode const& node, YamlComplaints& complaints) {
    ConsentsMap map;
    map.source = node.source;
    YamlReader reader(node, complaints);
    map.table = reader.optional_text("table");
    map.case_column = reader.optional_text("case");
    if (auto const* const fields = reader.mapping("fields"); fields != nullptr) {
        YamlReader values(*fields, complaints);
        for (auto const& part : parts) {
            auto const* const value = values.any(part.name);
            if (value == nullptr) {
                if (part.required) values.complain(part.name, "missing: a consent needs it");
                continue;
            }
            ValueTarget target{std::string(prefix) + std::string(part.name), part.type, words_of(part.name), nullptr};
            map.values.push_back(read_value_map(*value, std::move(target), ValueScope::row_field, complaints));
            if (map.values.back().on_bad == OnBadValue::withhold) {
                complaints.add(value->source, part.name, "nothing is left out of a consent: expected refuse");
            }
        }
        values.refuse_unknown_keys();
    }
    reader.refuse_unknown_keys();
    return map;
}

Result<Consent> read_consent(ConsentsMap const& map, CaseId const& case_id, SqlRow const& row) {
    Consent consent{.id = {},
                    .case_id = case_id,
                    .assent_reason = {},
                    .purpose = Purpose::identity_verification,
                    .recipients = {},
                    .categories = {},
                    .form = {},
                    .interpreter = {},
                    .witness = {},
                    .place = {},
                    .withdrawn_at = {},
                    .source = map.source};
    for (std::size_t at = 0; at < map.values.size(); ++at) {
        auto const& value_map = map.values[at];
        auto const& part = part_of(value_map);
        ASSIGN_OR_RETURN(auto const value, value_map.read(row.at(at)));
        if (!value) {
            if (part.required) return value_map.bad_value("missing, and a consent needs it");
            continue;
        }
        if (auto const code = part.apply(consent, *value); !code.empty()) return value_map.bad_value(code);
    }
    if (consent.expires_on <= consent.given_on) {
        return Error{ErrorKind::invalid, "source.bad_value", "consents.expires_on is not after consents.given_on"};
    }
    return consent;
}

}  // namespace casebridge
