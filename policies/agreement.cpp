#include "policies/agreement.h"

#include "policies/yaml_values.h"

#include <algorithm>

namespace casebridge {
namespace {

bool is_template(YamlNode const& root) {
    auto const* node = root.find("template");
    return node != nullptr && node->scalar == "true";
}

bool may_enforce_law(NodeKind kind) {
    return kind == NodeKind::police || kind == NodeKind::justice;
}
bool carries_cases(Purpose purpose) {
    return purpose != Purpose::statistics && purpose != Purpose::matching;
}

}  // namespace

/// Reads one file into an Agreement, complaining as it goes.
class AgreementReader {
public:
    explicit AgreementReader(YamlFile const& file) : file_(file), reader_(file.root, complaints_) {}

    Result<Agreement> read() {
        agreement_.digest_ = sha256(file_.bytes);
        agreement_.source_ = {file_.root.source.file, 1};
        refuse_unfilled(file_.root, complaints_);
        read_head();
        read_parties();
        read_directories();
        read_purposes();
        check_law_enforcement();
        reader_.refuse_unknown_keys();
        if (!complaints_.empty()) return complaints_.to_error("agreement.invalid");
        return std::move(agreement_);
    }

private:
    void read_head() {
        reader_.optional_boolean("template", false);
        agreement_.id_ = read_slug(reader_, "id", complaints_);
        agreement_.title_ = reader_.text("title");
        agreement_.impact_assessment_ = reader_.text("impact_assessment");
        agreement_.schema_ = static_cast<int>(reader_.integer("schema", 1, schema_version));
        agreement_.onward_transfer_ = reader_.word("onward_transfer", {"none", "with_permission"});
        if (auto const* node = reader_.mapping("in_force")) {
            YamlReader period(*node, complaints_);
            agreement_.from_ = read_date(period, "from", complaints_).value_or(Date{});
            agreement_.until_ = read_optional_date(period, "until", complaints_);
            period.refuse_unknown_keys();
            if (agreement_.until_ && *agreement_.until_ < agreement_.from_) {
                complaints_.add(period.at("until"), "until", "expected a date not before `from`");
            }
        }
        read_instruments();
    }

    /// The signed papers the file restates: for people, decided on by nobody.
    void read_instruments() {
        auto const* node = reader_.any("instruments");
        if (node == nullptr) return;
        if (node->kind != YamlNode::Kind::sequence) {
            complaints_.add(node->source, "instruments", "expected a list of instruments");
        }
        for (auto const& element : node->elements) {
            YamlReader instrument(element, complaints_);
            instrument.text("title");
            instrument.text("date");
            instrument.text("status");
            instrument.refuse_unknown_keys();
        }
    }

    void read_parties() {
        auto const* node = reader_.any("parties");
        if (node == nullptr || node->kind != YamlNode::Kind::sequence || node->elements.size() < 2) {
            complaints_.add(reader_.at("parties"), "parties", "expected a list of two or more parties");
        }
        if (node == nullptr) return;
        for (auto const& element : node->elements) read_party(element);
    }

    void read_party(YamlNode const& element) {
        YamlReader reader(element, complaints_);
        auto const text = reader.text("node");
        auto const kind = parse_node_kind(reader.word("kind", node_kind_words()));
        auto name = reader.text("name");
        std::vector<OfficeId> offices;
        for (auto const* office : reader.sequence("offices")) {
            auto id = parse_office(office->scalar);
            if (!id) {
                complaints_.add(office->source, "offices", "expected an office as lower-case letters, digits, hyphens");
            } else if (std::ranges::find(offices, *id) != offices.end()) {
                complaints_.add(office->source, "offices", "names an office twice");
            } else {
                offices.push_back(*std::move(id));
            }
        }
        reader.refuse_unknown_keys();
        if (text.empty()) return;
        auto id = read_node(text, reader.at("node"), "node", nullptr, complaints_);
        if (!id || !kind) return;
        if (agreement_.party(*id) != nullptr) complaints_.add(reader.at("node"), "node", "names a party twice");
        agreement_.parties_.push_back({*std::move(id), *kind, std::move(name), std::move(offices)});
    }

    /// Optional: `directory` has a list of offices for each party that wants one.
    void read_directories() {
        auto const* node = reader_.optional_mapping("directory");
        if (node == nullptr) return;
        std::vector<NodeId> known;
        for (auto const& party : agreement_.parties_) known.push_back(party.node);
        for (auto const& [key, line, value] : node->entries) {
            auto const id = read_node(key, {node->source.file, line}, "directory", &known, complaints_);
            auto const party = std::ranges::find_if(agreement_.parties_,
                                                    [&](AgreementParty const& each) { return id && each.node == *id; });
            if (party != agreement_.parties_.end())
                party->directory = read_directory(value, party->offices, complaints_);
        }
    }

    void read_purposes() {
        auto const* node = reader_.mapping("purposes");
        if (node == nullptr) return;
        if (node->entries.empty()) complaints_.add(node->source, "purposes", "expected at least one purpose");
        for (auto const& [key, line, value] : node->entries) {
            SourceLine const at{node->source.file, line};
            auto const purpose = parse_purpose(key);
            if (!purpose) {
                complaints_.add(at, key, expected_one_of(purpose_words(), key));
            } else if (value.kind != YamlNode::Kind::mapping) {
                complaints_.add(at, key, "expected the terms of the purpose");
            } else {
                agreement_.purposes_.insert_or_assign(*purpose, read_terms(*purpose, at, value));
            }
        }
    }

    AgreementPurpose read_terms(Purpose purpose, SourceLine const& at, YamlNode const& node) {
        AgreementPurpose terms{.purpose = purpose, .ceiling = {}, .lines = {}, .source = at};
        YamlReader reader(node, complaints_);
        terms.answer_within = std::chrono::hours(reader.integer("answer_within_hours", 1, 8784));
        read_deadlines(reader, terms);
        read_thread(reader, terms);
        terms.retention = std::chrono::days(reader.integer("retention_days", 1, 36525));
        if (reader.word("answering", {"automatic", "officer"}) == "automatic") {
            terms.answering = AgreementPurpose::Answering::automatic;
        } else if (terms.answer_within > AgreementPurpose::longest_officer_time) {
            complaints_.add(reader.at("answer_within_hours"), "answer_within_hours",
                            "expected at most 744 (31 days) where an officer answers");
        }
        if (carries_cases(purpose)) {
            if (auto const* ceiling = reader.mapping("ceiling")) {
                if (ceiling->entries.empty())
                    complaints_.add(ceiling->source, "ceiling", "expected at least one field");
                read_ceiling(*ceiling, terms.ceiling, terms.lines, complaints_);
            }
        } else if (reader.any("ceiling") != nullptr) {
            complaints_.add(reader.at("ceiling"), "ceiling", "this purpose carries no fields of a case");
        }
        reader.refuse_unknown_keys();
        return terms;
    }

    void read_thread(YamlReader& reader, AgreementPurpose& terms) {
        constexpr std::int64_t kib = 1024, most = 700;
        auto const* node = reader.optional_mapping("thread");
        if (node == nullptr) return;
        YamlReader thread(*node, complaints_);
        auto const attachment = thread.optional_integer("attachment_kib", 0, most, 0);
        thread.refuse_unknown_keys();
        terms.thread = ThreadTerms{static_cast<std::size_t>(attachment * kib)};
    }

    void read_deadlines(YamlReader& reader, AgreementPurpose& terms) {
        using std::chrono::days, std::chrono::hours;
        terms.expires_after = std::max(terms.expires_after, std::chrono::ceil<days>(2 * terms.answer_within));
        auto const* node = reader.optional_mapping("deadlines");
        if (node == nullptr) return;
        DeadlineTerms read;
        YamlReader deadlines(*node, complaints_);
        read.immediate = hours(deadlines.optional_integer("immediate_hours", 1, 72, read.immediate.count()));
        read.urgent = days(deadlines.optional_integer("urgent_days", 1, 31, read.urgent.count()));
        read.ordinary = days(deadlines.optional_integer("ordinary_days", 1, 31, read.ordinary.count()));
        read.countersign = hours(deadlines.optional_integer("countersign_hours", 1, 744, read.countersign.count()));
        read.working_days = deadlines.optional_boolean("working_days", read.working_days);
        terms.expires_after = days(deadlines.optional_integer("expires_after_days", 14, 732,
                                                              std::max<std::int64_t>(90, terms.expires_after.count())));
        deadlines.refuse_unknown_keys();
        if (std::max<hours>({read.immediate, read.urgent, read.ordinary, read.countersign, terms.answer_within}) * 2 >
            terms.expires_after) {
            complaints_.add(deadlines.at("expires_after_days"), "expires_after_days",
                            "expected at least twice the longest deadline of the purpose");
        }
        terms.deadlines = read;
    }

    void check_law_enforcement() {
        auto const* terms = agreement_.purpose(Purpose::law_enforcement);
        if (terms == nullptr) return;
        if (!std::ranges::all_of(agreement_.parties_, [](auto const& party) { return may_enforce_law(party.kind); })) {
            complaints_.add(terms->source, "law_enforcement", "expected only parties of kind police or justice");
        }
    }

    YamlFile const& file_;
    YamlComplaints complaints_;
    YamlReader reader_;
    Agreement agreement_;
};

Result<Agreement> Agreement::load(YamlFile const& file) {
    if (is_template(file.root)) {
        return Error{ErrorKind::invalid, "agreement.is_template",
                     to_text(file.root.find("template")->source) +
                         ": a template; copy it, fill it in, remove `template: true`, have both ministries sign it"};
    }
    if (file.root.kind != YamlNode::Kind::mapping) {
        YamlComplaints complaints;
        complaints.add(file.root.source, "agreement", "expected the keys of an agreement");
        return complaints.to_error("agreement.invalid");
    }
    return AgreementReader(file).read();
}

bool Agreement::in_force(Timestamp now) const {
    auto const today = day_of(now);
    return from_ <= today && (!until_ || today <= *until_);
}

AgreementParty const* Agreement::party(NodeId const& node) const {
    auto const found = std::ranges::find(parties_, node, &AgreementParty::node);
    return found == parties_.end() ? nullptr : &*found;
}

AgreementPurpose const* Agreement::purpose(Purpose purpose) const {
    auto const found = purposes_.find(purpose);
    return found == purposes_.end() ? nullptr : &found->second;
}

}  // namespace casebridge
