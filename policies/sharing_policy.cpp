#include "policies/sharing_policy.h"

#include "policies/fields.h"
#include "policies/vocabulary.h"
#include "policies/yaml_values.h"

#include <algorithm>
#include <array>

namespace casebridge {
namespace {

using Codes = std::set<std::string, std::less<>>;

constexpr std::array<std::string_view, 2> update_words = {"officer", "automatic"};

std::vector<std::string_view> codes_of(std::string_view field) {
    auto const* definition = find_field(field);
    auto const* list = definition == nullptr ? nullptr : find_code_list(definition->code_list);
    return list == nullptr ? std::vector<std::string_view>{}
                           : std::vector<std::string_view>(list->codes.begin(), list->codes.end());
}

Known as_known(bool holds) {
    return holds ? Known::yes : Known::no;
}

Known age_holds(PolicyConditions const& when, CaseRecord const& record, Date today) {
    if (!when.minimum_age && !when.maximum_age) return Known::yes;
    auto const age = age_at(record, today);
    if (!age) return Known::unknown;
    return as_known((!when.minimum_age || *age >= *when.minimum_age) &&
                    (!when.maximum_age || *age <= *when.maximum_age));
}

Known status_holds(Codes const& wanted, CaseRecord const& record) {
    if (wanted.empty()) return Known::yes;
    auto const* value = record.find(field::trafficking_status);
    auto const* text = value == nullptr ? nullptr : std::get_if<std::string>(value);
    return text == nullptr ? Known::unknown : as_known(wanted.contains(*text));
}

Known citizenship_holds(Codes const& wanted, CaseRecord const& record) {
    if (wanted.empty()) return Known::yes;
    auto const* value = record.find(field::citizenship);
    auto const* codes = value == nullptr ? nullptr : std::get_if<std::vector<std::string>>(value);
    if (codes == nullptr || codes->empty()) return Known::unknown;
    return as_known(std::ranges::any_of(*codes, [&](std::string const& code) { return wanted.contains(code); }));
}

}  // namespace

/// Reads one file into a SharingPolicy, complaining as it goes.
class SharingPolicyReader {
public:
    SharingPolicyReader(YamlFile const& file, std::vector<NodeId> const* known)
        : file_(file), known_(known), reader_(file.root, complaints_), policy_(PolicyId("unread")) {}

    Result<SharingPolicy> read() {
        refuse_unfilled(file_.root, complaints_);
        policy_.id_ = PolicyId(read_slug(reader_, "id", complaints_));
        policy_.version_ = static_cast<int>(reader_.integer("version", 1, 1'000'000'000));
        policy_.digest_ = sha256(file_.bytes);
        auto const updates =
            reader_.optional_word("updates", {update_words.begin(), update_words.end()}, to_text(Updates::officer));
        policy_.updates_ = updates == to_text(Updates::automatic) ? Updates::automatic : Updates::officer;
        policy_.source_ = {file_.root.source.file, 1};
        auto const* rules = reader_.any("rules");
        if (rules == nullptr || rules->kind != YamlNode::Kind::sequence || rules->elements.empty()) {
            complaints_.add(reader_.at("rules"), "rules", "expected a list of one or more rules");
        } else {
            for (auto const& rule : rules->elements) read_rule(rule);
        }
        reader_.refuse_unknown_keys();
        if (!complaints_.empty()) return complaints_.to_error("policy.invalid");
        return std::move(policy_);
    }

private:
    void read_rule(YamlNode const& node) {
        YamlReader reader(node, complaints_);
        auto const purpose = read_purpose(reader, "purpose", complaints_);
        PolicyRule rule{.recipients = {},
                        .purpose = purpose.value_or(Purpose::identity_verification),
                        .fields = {},
                        .lines = {},
                        .when = {},
                        .source = node.source};
        read_recipients(reader, rule);
        if (auto const* when = reader.optional_mapping("when")) read_conditions(*when, rule.when);
        rule.consent_required = reader.optional_boolean("consent_required", true);
        if (!rule.consent_required && purpose && *purpose != Purpose::statistics) {
            complaints_.add(reader.at("consent_required"), "consent_required",
                            "expected `true`: only `statistics` needs no consent");
        }
        read_fields(reader, rule);
        reader.refuse_unknown_keys();
        policy_.rules_.push_back(std::move(rule));
    }

    /// `any` must be written out: a forgotten key must not open a rule to everyone.
    void read_recipients(YamlReader& reader, PolicyRule& rule) {
        auto const* node = reader.any("recipients");
        if (node != nullptr && node->kind == YamlNode::Kind::scalar && node->scalar == "any") return;
        if (node == nullptr || node->kind != YamlNode::Kind::sequence || node->elements.empty()) {
            complaints_.add(reader.at("recipients"), "recipients", "expected `any` or a list of nodes");
            return;
        }
        for (auto const& element : node->elements) {
            auto id = read_node(element.scalar, element.source, "recipients", known_, complaints_);
            if (id) rule.recipients.push_back(*std::move(id));
        }
    }

    void read_conditions(YamlNode const& node, PolicyConditions& when) {
        YamlReader reader(node, complaints_);
        auto const age = [&](std::string_view key) -> std::optional<int> {
            auto const value = reader.optional_integer(key, 0, 130, -1);
            return value < 0 ? std::nullopt : std::optional(static_cast<int>(value));
        };
        when.minimum_age = age("minimum_age");
        when.maximum_age = age("maximum_age");
        if (when.minimum_age && when.maximum_age && *when.maximum_age < *when.minimum_age) {
            complaints_.add(reader.at("maximum_age"), "maximum_age", "expected an age not below `minimum_age`");
        }
        read_codes(reader, field::trafficking_status, when.trafficking_status);
        read_codes(reader, field::citizenship, when.citizenship);
        reader.refuse_unknown_keys();
    }

    void read_codes(YamlReader& reader, std::string_view key, Codes& codes) {
        auto const words = codes_of(key);
        auto const nodes = reader.optional_sequence(key);
        if (nodes.empty() && reader.any(key) != nullptr) {
            complaints_.add(reader.at(key), key, "expected a list of one or more codes");
        }
        for (auto const* node : nodes) {
            if (std::ranges::find(words, node->scalar) != words.end()) {
                codes.insert(node->scalar);
            } else if (auto const nearest = nearest_word(node->scalar, words); nearest.empty()) {
                complaints_.add(node->source, key, "not in the code list of this field");
            } else {
                complaints_.add(node->source, key,
                                "not in the code list of this field; did you mean `" + std::string(nearest) + "`?");
            }
        }
    }

    void read_fields(YamlReader& reader, PolicyRule& rule) {
        if (rule.purpose == Purpose::statistics || rule.purpose == Purpose::matching) {
            if (reader.any("fields") != nullptr) {
                complaints_.add(reader.at("fields"), "fields", "this purpose carries no fields of a case");
            }
            return;
        }
        auto const* node = reader.mapping("fields");
        if (node == nullptr) return;
        if (node->entries.empty()) complaints_.add(node->source, "fields", "expected at least one field");
        read_ceiling(*node, rule.fields, rule.lines, complaints_);
    }

    YamlFile const& file_;
    std::vector<NodeId> const* known_;
    YamlComplaints complaints_;
    YamlReader reader_;
    SharingPolicy policy_;
};

Result<SharingPolicy> SharingPolicy::load(YamlFile const& file, std::vector<NodeId> const* known_nodes) {
    if (file.root.kind != YamlNode::Kind::mapping) {
        YamlComplaints complaints;
        complaints.add(file.root.source, "policy", "expected the keys of a sharing policy");
        return complaints.to_error("policy.invalid");
    }
    return SharingPolicyReader(file, known_nodes).read();
}

Known PolicyConditions::hold(CaseRecord const& record, Date today) const {
    std::array const parts{age_holds(*this, record, today), status_holds(trafficking_status, record),
                           citizenship_holds(citizenship, record)};
    if (std::ranges::find(parts, Known::no) != parts.end()) return Known::no;
    if (std::ranges::find(parts, Known::unknown) != parts.end()) return Known::unknown;
    return Known::yes;
}

std::string_view to_text(Updates updates) {
    return update_words.at(static_cast<std::size_t>(updates));
}

Updates updates_for(std::vector<SharingPolicy> const& policies, NodeId const& recipient, Purpose purpose) {
    auto const speaks = [&](SharingPolicy const& policy) {
        return std::ranges::any_of(policy.rules(), [&](PolicyRule const& rule) {
            return rule.purpose == purpose && rule.addresses(recipient);
        });
    };
    bool const any_speaks = std::ranges::any_of(policies, speaks);
    auto const lets_go = [&](SharingPolicy const& policy) {
        return (any_speaks && !speaks(policy)) || policy.updates() == Updates::automatic;
    };
    return !policies.empty() && std::ranges::all_of(policies, lets_go) ? Updates::automatic : Updates::officer;
}

bool PolicyRule::addresses(NodeId const& recipient) const {
    return recipients.empty() || std::ranges::find(recipients, recipient) != recipients.end();
}

}  // namespace casebridge
