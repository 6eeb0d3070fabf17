// YAML for the ministry's own files: configuration, agreements, policies, consents, field maps.
//
// Every complaint names file, line, key, what was expected and, for a word that is almost right, the nearest valid one.
// Refused: duplicate keys, aliases and anchors, tags, several documents, files over 256 KiB, invalid UTF-8.
#pragma once

#include "crypto/bytes.h"
#include "crypto/result.h"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace casebridge {

/// Where a thing was written: for errors and for the reasons in a Decision.
struct SourceLine {
    std::string file;  ///< as the person named it
    int line = 0;      ///< from 1
    bool operator==(SourceLine const&) const = default;
};
std::string to_text(SourceLine const& source);  ///< "agreement.yaml:12"

class YamlNode {
public:
    enum class Kind { scalar, sequence, mapping, null };
    struct Entry;

    Kind kind = Kind::null;
    SourceLine source;
    std::string path;                ///< "purposes.referral.ceiling"
    std::string scalar;              ///< text of a scalar
    std::vector<YamlNode> elements;  ///< of a sequence
    std::vector<Entry> entries;      ///< of a mapping, in file order

    [[nodiscard]] YamlNode const* find(std::string_view key) const;
};
struct YamlNode::Entry {
    std::string key;
    int line = 0;
    YamlNode value;
};

/// Errors: `yaml.malformed`, `yaml.duplicate_key`, `yaml.alias`, `yaml.too_large`, `yaml.not_utf8`.
Result<YamlNode> parse_yaml(std::string_view text, std::string const& file_name);

/// The exact bytes of a file (what digests are taken over) with its parsed form.
struct YamlFile {
    Bytes bytes;
    YamlNode root;
};
/// Errors as parse_yaml, and `file.unreadable`.
Result<YamlFile> load_yaml(std::filesystem::path const& path);

/// Reads the keys of a mapping; collects *all* complaints, so that a person corrects a file in one go. A key that is
/// missing is complained about with the place where it belongs.
///
///   YamlReader reader(node, complaints);
///   auto id = reader.text("id");  …  reader.refuse_unknown_keys();
///
/// After reading, `complaints.empty()` decides. Reads that fail return an empty or default value.
class YamlComplaints {
public:
    void add(SourceLine const& at, std::string_view key, std::string_view expectation);
    [[nodiscard]] bool empty() const { return lines_.empty(); }
    /// One complaint a line: "policy.yaml:14: purpose: expected one of …; did you mean `referral`?"
    [[nodiscard]] Error to_error(std::string_view code) const;

private:
    std::vector<std::string> lines_;
};

class YamlReader {
public:
    YamlReader(YamlNode const& node, YamlComplaints& complaints);

    std::string text(std::string_view key);
    std::string optional_text(std::string_view key, std::string_view fallback = "");
    std::int64_t integer(std::string_view key, std::int64_t low, std::int64_t high);
    std::int64_t optional_integer(std::string_view key, std::int64_t low, std::int64_t high, std::int64_t fallback);
    bool boolean(std::string_view key);
    bool optional_boolean(std::string_view key, bool fallback);
    /// One of `words`; the complaint offers the nearest.
    std::string word(std::string_view key, std::vector<std::string_view> const& words);
    std::string optional_word(std::string_view key, std::vector<std::string_view> const& words,
                              std::string_view fallback);
    /// A sequence of scalars (a single scalar is not accepted in its place).
    std::vector<YamlNode const*> sequence(std::string_view key);
    std::vector<YamlNode const*> optional_sequence(std::string_view key);
    /// A sequence of mappings.
    std::vector<YamlNode const*> mappings(std::string_view key);
    std::vector<YamlNode const*> optional_mappings(std::string_view key);
    /// nullptr if missing or not a mapping (complained about).
    YamlNode const* mapping(std::string_view key);
    YamlNode const* optional_mapping(std::string_view key);
    /// The node itself, or nullptr; marks the key as known.
    YamlNode const* any(std::string_view key);

    /// Where `key` stands (or the mapping, if it is missing).
    [[nodiscard]] SourceLine at(std::string_view key) const;
    void complain(std::string_view key, std::string_view expectation);
    /// Complains of every key that is one of `words` or nearly so: it belongs elsewhere, and no list offers it.
    void refuse_keys(std::vector<std::string_view> const& words, std::string_view why);
    void refuse_unknown_keys();

private:
    void require(std::string_view key, std::string const& expectation);
    std::vector<YamlNode const*> elements(std::string_view key, YamlNode::Kind kind, bool required);
    YamlNode const& node_;
    YamlComplaints& complaints_;
    std::vector<std::string> known_, refused_;
};

/// The valid word closest to `word` (edit distance at most a third of its length), or empty.
std::string_view nearest_word(std::string_view word, std::vector<std::string_view> const& words);

}  // namespace casebridge
