#include "tests/unit/policies/decision_table.h"

#include "policies/fields.h"

#include <functional>
#include <sstream>
#include <stdexcept>

namespace casebridge::test {
namespace {

[[noreturn]] void fail(int line, std::string const& what) {
    throw std::runtime_error("decision-table.txt:" + std::to_string(line) + ": " + what);
}

std::string trimmed(std::string_view text) {
    auto const first = text.find_first_not_of(' ');
    if (first == std::string_view::npos) return {};
    return std::string(text.substr(first, text.find_last_not_of(' ') - first + 1));
}

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    while (true) {
        auto const end = text.find(separator);
        parts.push_back(trimmed(text.substr(0, end)));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

ConsentRecipient recipient_of(std::string const& text) {
    auto const parts = split(text, '/');
    if (parts.size() == 1) return {node(text), std::nullopt};
    return {node(parts[0]), office(parts[1])};
}

template <typename T>
T must(Result<T> result) {
    if (!result) throw std::runtime_error(std::string(result.error().code));
    return *std::move(result);
}

FieldValue value_of(std::string const& id, std::string const& text) {
    auto const* definition = find_field(id);
    if (definition == nullptr) throw std::runtime_error("no such field: " + id);
    switch (definition->type) {
        case FieldType::date:
            return date(text);
        case FieldType::codes:
            return split(text, '+');
        case FieldType::number:
            return std::int64_t{std::stoll(text)};
        case FieldType::boolean:
            return text == "yes";
        default:
            return text;
    }
}

/// "documents.number year" → ceiling["documents.number"] = year
void allow(Ceiling& ceiling, std::string const& words) {
    auto const parts = split(words, ' ');
    if (parts.size() != 2 || find_field(parts[0]) == nullptr) throw std::runtime_error("expected a field and a form");
    ceiling[parts[0]] = must(parse_form(parts[1]));
}

void silence(Ceiling& ceiling, std::string const& field) {
    if (ceiling.erase(field) == 0) throw std::runtime_error("no such field: " + field);
}

Ceiling& ceiling_of(Situation& s) {
    return s.agreements.at(0).purposes.at(s.purpose);
}
RuleSketch& rule_of(Situation& s) {
    return s.policies.at(0).rules.at(0);
}
Consent& consent_of(Situation& s) {
    return s.consents.back();
}

using Text = std::string const&;
using Change = std::function<void(Situation&, Text)>;
using Words = std::vector<std::pair<std::string, Change>>;

void set_born(Situation& s, Text text) {
    if (text.size() == 4) {
        s.values.insert_or_assign(std::string(field::birth_date),
                                  PartialDate{std::chrono::year{std::stoi(text)}, std::nullopt});
    } else {
        s.values.insert_or_assign(std::string(field::birth_date), date(text));
    }
}

void add_second_rule(Situation& s, Text silent_on, std::optional<int> maximum_age) {
    auto rule = rule_of(s);
    silence(rule.fields, silent_on);
    rule.maximum_age = maximum_age;
    s.policies.at(0).rules.push_back(rule);
}

void set_kinds(Situation& s, Text text) {
    auto const end = text.find(" and ");
    s.set_kinds(must(parse_node_kind(text.substr(0, end))), must(parse_node_kind(text.substr(end + 5))));
}

void set_giver(Situation& s, Text text) {
    for (auto const giver :
         {Consent::Giver::self, Consent::Giver::guardian, Consent::Giver::appointed_representative}) {
        if (to_text(giver) == text) return void(consent_of(s).giver = giver);
    }
    throw std::runtime_error("no such giver");
}

void set_assent(Situation& s, Text text) {
    for (auto const assent : {Consent::Assent::given, Consent::Assent::not_applicable}) {
        if (to_text(assent) == text) return void(consent_of(s).assent = assent);
    }
    throw std::runtime_error("no such assent");
}

Known known_of(Text text) {
    if (text == "unknown") return Known::unknown;
    if (text != "yes" && text != "no") throw std::runtime_error("expected yes, no or unknown");
    return text == "yes" ? Known::yes : Known::no;
}

Category category_of(Text text) {
    return must(parse_category(text));
}

Words const& consent_phrases() {
    static Words const words{
        {"consent silent on ",
         [](auto& s, Text t) {
             if (consent_of(s).categories.erase(category_of(t)) == 0) throw std::runtime_error("was not named anyway");
         }},
        {"consent names ", [](auto& s, Text t) { consent_of(s).categories.insert(category_of(t)); }},
        {"consent to ", [](auto& s, Text t) { consent_of(s).purpose = must(parse_purpose(t)); }},
        {"consent for ", [](auto& s, Text t) { consent_of(s).recipients = {recipient_of(t)}; }},
        {"consent until ", [](auto& s, Text t) { consent_of(s).expires_on = date(t); }},
        {"consent given on ", [](auto& s, Text t) { consent_of(s).given_on = date(t); }},
        {"consent given by ", set_giver},
        {"assent ", set_assent},
        {"child cannot be asked because",
         [](auto& s, Text t) {
             consent_of(s).assent = Consent::Assent::cannot_be_asked;
             consent_of(s).assent_reason = t;
         }},
    };
    return words;
}

/// Phrases that end with a word of the row's own. The longest beginning that fits is taken.
Words const& open_phrases() {
    static Words const words{
        {"purpose ", [](auto& s, Text t) { s.set_purpose(must(parse_purpose(t))); }},
        {"recipient ",
         [](auto& s, Text t) {
             auto const to = recipient_of(t);
             s.recipient = {to.node, to.office.value()};
         }},
        {"kinds ", set_kinds},
        {"registry says recipient is ", [](auto& s, Text t) { s.recipient_kind = must(parse_node_kind(t)); }},
        {"partner speaks schema ", [](auto& s, Text t) { s.recipient_schema = std::stoi(t); }},
        {"legal basis ", [](auto& s, Text t) { s.legal_basis = t; }},
        {"agreement silent on ", [](auto& s, Text t) { silence(ceiling_of(s), t); }},
        {"agreement allows only ",
         [](auto& s, Text t) {
             ceiling_of(s) = {{t, Form::exact}};
         }},
        {"agreement allows ", [](auto& s, Text t) { allow(ceiling_of(s), t); }},
        {"agreement not signed by ",
         [](auto& s, Text t) {
             if (s.agreements.at(0).signed_by.erase(t) == 0) throw std::runtime_error("had not signed anyway");
         }},
        {"agreement from ", [](auto& s, Text t) { s.agreements.at(0).from = t; }},
        {"agreement until ", [](auto& s, Text t) { s.agreements.at(0).until = t; }},
        {"policy silent on ", [](auto& s, Text t) { silence(rule_of(s).fields, t); }},
        {"policy allows ", [](auto& s, Text t) { allow(rule_of(s).fields, t); }},
        {"policy from age ", [](auto& s, Text t) { rule_of(s).minimum_age = std::stoi(t); }},
        {"policy for citizens of ", [](auto& s, Text t) { rule_of(s).citizenship = {t}; }},
        {"policy for status ", [](auto& s, Text t) { rule_of(s).trafficking_status = {t}; }},
        {"policy for recipient ", [](auto& s, Text t) { rule_of(s).recipients = {t}; }},
        {"policy for ", [](auto& s, Text t) { rule_of(s).purpose = must(parse_purpose(t)); }},
        {"second policy rule silent on ", [](auto& s, Text t) { add_second_rule(s, t, std::nullopt); }},
        {"second policy rule for ages to 17 silent on ", [](auto& s, Text t) { add_second_rule(s, t, 17); }},
        {"born ", set_born},
        {"case does not say ",
         [](auto& s, Text t) {
             if (s.values.erase(t) == 0) throw std::runtime_error("did not say it anyway");
         }},
        {"case says ",
         [](auto& s, Text t) {
             auto const space = t.find(' ');
             s.values.insert_or_assign(t.substr(0, space), value_of(t.substr(0, space), t.substr(space + 1)));
         }},
        {"withhold from ", [](auto& s, Text t) { s.facts.withhold_from.push_back(t); }},
        {"case record refuses ", [](auto& s, Text t) { s.facts.refused_purposes.insert(must(parse_purpose(t))); }},
        {"case record refuses recipients of kind ",
         [](auto& s, Text t) { s.facts.refused_recipients.insert(must(parse_node_kind(t))); }},
        {"objects to notice ", [](auto& s, Text t) { s.facts.victim_objects_to_notice = known_of(t); }},
    };
    return words;
}

Words const& whole_phrases() {
    static Words const words{
        {"nothing unusual", [](auto&, Text) {}},
        {"no agreement", [](auto& s, Text) { s.agreements.clear(); }},
        {"agreement does not cover the purpose", [](auto& s, Text) { s.agreements.at(0).purposes.erase(s.purpose); }},
        {"agreement without offices of the recipient",
         [](auto& s, Text) { s.agreements.at(0).parties.at(1).offices.clear(); }},
        {"no policy", [](auto& s, Text) { s.policies.clear(); }},
        {"no consent", [](auto& s, Text) { s.consents.clear(); }},
        {"consent withdrawn", [](auto& s, Text) { consent_of(s).withdrawn_at = s.now - std::chrono::hours(1); }},
        {"older consent",
         [](auto& s, Text) {
             s.consents.insert(s.consents.begin(), consent_of(s));
             s.consents.front().id = "consent-0";
             s.consents.front().epoch = 0;
         }},
        {"consent of another case", [](auto& s, Text) { consent_of(s).case_id = CaseId("case-2"); }},
        {"no best-interests note in the consent", [](auto& s, Text) { consent_of(s).best_interests_note = false; }},
        {"no best-interests note on file", [](auto& s, Text) { s.facts.best_interests_note = Known::unknown; }},
        {"a child", [](auto& s, Text) { s.make_child(); }},
        {"no guardian in the case", [](auto& s, Text) { s.facts.guardian.reset(); }},
        {"guardian in the case", [](auto& s, Text) { s.facts.guardian = Guardian{}; }},
        {"representative in the case",
         [](auto& s, Text) {
             s.facts.guardian = Guardian{Guardian::Capacity::appointed_representative, false};
         }},
        {"guardian suspected", [](auto& s, Text) { s.facts.guardian.value().suspect = true; }},
        {"family suspected", [](auto& s, Text) { s.facts.family_suspect = Known::yes; }},
        {"family unknown", [](auto& s, Text) { s.facts.family_suspect = Known::unknown; }},
    };
    return words;
}

}  // namespace

bool apply(std::string const& phrase, Situation& situation) {
    for (auto const& [word, change] : whole_phrases()) {
        if (word == phrase) return change(situation, ""), true;
    }
    std::pair<std::string, Change> const* longest = nullptr;
    for (auto const* words : {&consent_phrases(), &open_phrases()}) {
        for (auto const& each : *words) {
            bool const longer = longest == nullptr || each.first.size() > longest->first.size();
            if (phrase.starts_with(each.first) && longer) longest = &each;
        }
    }
    if (longest == nullptr) return false;
    longest->second(situation, trimmed(std::string_view(phrase).substr(longest->first.size())));
    return true;
}

std::vector<TableRow> read_table(std::string const& text) {
    std::vector<TableRow> rows;
    std::istringstream lines(text);
    std::string line;
    for (int number = 1; std::getline(lines, line); ++number) {
        if (line.empty() || line.starts_with('#') || line.starts_with("== ")) continue;
        if (line.starts_with("  given  ")) {
            if (rows.empty() || !rows.back().given.empty()) fail(number, "`given` without a situation");
            rows.back().given = split(std::string_view(line).substr(9), ';');
        } else if (line.starts_with("  then   ")) {
            if (rows.empty() || rows.back().given.empty() || !rows.back().then.empty()) {
                fail(number, "`then` without `given`");
            }
            rows.back().then = split(std::string_view(line).substr(9), ';');
        } else if (line.starts_with(' ')) {
            fail(number, "expected `given` or `then`");
        } else {
            if (!rows.empty() && rows.back().then.empty()) fail(number, "the row before has no `then`");
            rows.push_back({number, line, {}, {}});
        }
    }
    if (!rows.empty() && rows.back().then.empty()) fail(rows.back().line, "the last row has no `then`");
    return rows;
}

}  // namespace casebridge::test
