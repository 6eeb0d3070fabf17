#include "policies/consent.h"

#include "policies/vocabulary.h"
#include "policies/yaml_values.h"

#include <algorithm>

namespace casebridge {
namespace {

constexpr std::array<std::string_view, 3> giver_words{"self", "guardian", "appointed_representative"};
constexpr std::array<std::string_view, 3> assent_words{"given", "not_applicable", "cannot_be_asked"};

template <std::size_t size>
std::vector<std::string_view> words(std::array<std::string_view, size> const& all) {
    return {all.begin(), all.end()};
}

/// The place of `word` in `all`; 0 for a word already complained about.
template <typename Enum, std::size_t size>
Enum as_enum(std::array<std::string_view, size> const& all, std::string_view word) {
    auto const found = std::ranges::find(all, word);
    return static_cast<Enum>(found == all.end() ? 0 : found - all.begin());
}

std::vector<std::string_view> code_words(std::string_view list) {
    auto const* codes = find_code_list(list);
    return codes == nullptr ? std::vector<std::string_view>{}
                            : std::vector<std::string_view>(codes->codes.begin(), codes->codes.end());
}

class ConsentReader {
public:
    ConsentReader(YamlFile const& file, std::vector<NodeId> const* known)
        : file_(file), known_(known), reader_(file.root, complaints_) {}

    Result<Consent> read() {
        refuse_unfilled(file_.root, complaints_);
        auto const id = reader_.text("id");
        auto const case_id = reader_.text("case");
        auto const purpose = read_purpose(reader_, "purpose", complaints_);
        Consent consent{.id = id,
                        .case_id = CaseId(case_id),
                        .purpose = purpose.value_or(Purpose::identity_verification),
                        .source = {file_.root.source.file, 1}};
        read_giver(consent);
        read_recipients(consent);
        read_categories(consent);
        read_form(consent);
        read_dates(consent);
        consent.interpreter = reader_.optional_text("interpreter");
        consent.witness = reader_.optional_text("witness");
        consent.place = reader_.text("place");
        reader_.refuse_unknown_keys();
        if (!complaints_.empty()) return complaints_.to_error("consent.invalid");
        return consent;
    }

private:
    void read_giver(Consent& consent) {
        consent.giver = as_enum<Consent::Giver>(giver_words, reader_.word("giver", words(giver_words)));
        consent.assent = as_enum<Consent::Assent>(
            assent_words, reader_.optional_word("assent", words(assent_words), "not_applicable"));
        consent.best_interests_note = reader_.optional_boolean("best_interests_note", false);
        bool const silent = consent.assent == Consent::Assent::cannot_be_asked;
        if (silent) {
            consent.assent_reason = reader_.word("assent_reason", code_words("assent_reasons"));
        } else if (reader_.any("assent_reason") != nullptr) {
            complaints_.add(reader_.at("assent_reason"), "assent_reason",
                            "expected only with `assent: cannot_be_asked`");
        }
        if (consent.giver == Consent::Giver::self && silent) {
            complaints_.add(reader_.at("giver"), "giver",
                            "expected a guardian or appointed representative where the child cannot be asked");
        }
    }

    void read_recipients(Consent& consent) {
        auto const nodes = reader_.sequence("recipients");
        if (nodes.empty()) complaints_.add(reader_.at("recipients"), "recipients", "expected at least one recipient");
        for (auto const* node : nodes) {
            std::string_view const text = node->scalar;
            auto const slash = text.find('/');
            auto id = read_node(text.substr(0, slash), node->source, "recipients", known_, complaints_);
            if (!id) continue;
            ConsentRecipient recipient{*std::move(id), std::nullopt};
            if (slash != std::string_view::npos) {
                auto office = parse_office(text.substr(slash + 1));
                if (!office) {
                    complaints_.add(node->source, "recipients",
                                    "expected a node, or <node>/<office> with the office in lower-case letters, digits "
                                    "and hyphens");
                    continue;
                }
                recipient.office = *std::move(office);
            }
            consent.recipients.push_back(std::move(recipient));
        }
    }

    void read_categories(Consent& consent) {
        auto const nodes = reader_.sequence("categories");
        if (nodes.empty()) complaints_.add(reader_.at("categories"), "categories", "expected at least one category");
        for (auto const* node : nodes) {
            if (auto const category = parse_category(node->scalar)) {
                consent.categories.insert(*category);
            } else {
                complaints_.add(node->source, "categories", expected_one_of(category_words(), node->scalar));
            }
        }
    }

    void read_form(Consent& consent) {
        auto const* node = reader_.mapping("form");
        if (node == nullptr) return;
        YamlReader form(*node, complaints_);
        consent.form.id = read_slug(form, "id", complaints_);
        consent.form.version = form.text("version");
        if (auto const text = form.text("sha256"); !text.empty()) {
            if (auto const digest = Digest::from_hex(text)) {
                consent.form.sha256 = *digest;
            } else {
                complaints_.add(form.at("sha256"), "sha256", "expected 64 lower-case hexadecimal characters");
            }
        }
        consent.form.language = form.text("language");
        auto const* languages = find_code_list("languages");
        if (!consent.form.language.empty() && (languages == nullptr || !languages->contains(consent.form.language))) {
            complaints_.add(form.at("language"), "language", "expected an ISO 639 code, such as `km`");
        }
        form.refuse_unknown_keys();
    }

    void read_dates(Consent& consent) {
        auto const given = read_date(reader_, "given_on", complaints_);
        auto const expires = read_date(reader_, "expires_on", complaints_);
        if (given) consent.given_on = *given;
        if (expires) consent.expires_on = *expires;
        if (given && expires && *expires <= *given) {
            complaints_.add(reader_.at("expires_on"), "expires_on", "expected a date after `given_on`");
        }
    }

    YamlFile const& file_;
    std::vector<NodeId> const* known_;
    YamlComplaints complaints_;
    YamlReader reader_;
};

}  // namespace

Result<Consent> Consent::load(YamlFile const& file, std::vector<NodeId> const* known_nodes) {
    if (file.root.kind != YamlNode::Kind::mapping) {
        YamlComplaints complaints;
        complaints.add(file.root.source, "consent", "expected the keys of a consent");
        return complaints.to_error("consent.invalid");
    }
    return ConsentReader(file, known_nodes).read();
}

bool Consent::live(Timestamp now) const {
    auto const today = day_of(now);
    return !withdrawn_at && given_on <= today && today < expires_on;
}

bool Consent::covers(NodeId const& node, OfficeId const& office) const {
    return std::ranges::any_of(recipients, [&](ConsentRecipient const& recipient) {
        return recipient.node == node && (!recipient.office || *recipient.office == office);
    });
}

std::string_view to_text(Consent::Giver giver) {
    return giver_words.at(static_cast<std::size_t>(giver));
}
std::string_view to_text(Consent::Assent assent) {
    return assent_words.at(static_cast<std::size_t>(assent));
}

}  // namespace casebridge
