#include "policies/yaml.h"

#include "policies/unicode.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <unordered_set>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

namespace casebridge {

namespace {

constexpr std::size_t maximum_size = 256 * 1024;
constexpr std::size_t maximum_depth = 16;

/// Leaves yaml-cpp's parser from inside an event; caught in this file.
struct Refusal {
    Error error;
};

/// Builds our tree from yaml-cpp's events, because its own loader accepts duplicate keys and expands aliases.
class TreeBuilder : public YAML::EventHandler {
public:
    TreeBuilder(std::string_view text, std::string const& file) : text_(text), file_(file) {}

    void OnDocumentStart(YAML::Mark const& mark) override {
        if (documents_++ > 0) refuse("yaml.malformed", mark, "one document is expected, here begins another");
    }
    void OnDocumentEnd() override {}

    void OnNull(YAML::Mark const& mark, YAML::anchor_t anchor) override {
        refuse_properties(mark, "?", anchor);
        if (expects_key()) refuse("yaml.malformed", mark, "a key is expected to be a word");
        attach(start(YamlNode::Kind::null, mark));
    }
    void OnAlias(YAML::Mark const& mark, YAML::anchor_t) override {
        refuse("yaml.alias", mark, "aliases are not allowed: write the value again");
    }
    void OnScalar(YAML::Mark const& mark, std::string const& tag, YAML::anchor_t anchor,
                  std::string const& value) override {
        refuse_properties(mark, tag, anchor);
        if (expects_key()) {
            take_key(mark, value);
            return;
        }
        auto node = start(YamlNode::Kind::scalar, mark);
        node.scalar = value;
        attach(std::move(node));
    }
    void OnSequenceStart(YAML::Mark const& mark, std::string const& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        open(YamlNode::Kind::sequence, mark, tag, anchor);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(YAML::Mark const& mark, std::string const& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        open(YamlNode::Kind::mapping, mark, tag, anchor);
    }
    void OnMapEnd() override { close(); }

    YamlNode take() { return std::move(root_); }

private:
    struct Level {
        YamlNode node;
        bool has_key = false;
        std::string key{};
        int key_line = 0;
        std::unordered_set<std::string> keys{};
    };

    [[nodiscard]] SourceLine place(YAML::Mark const& mark) const { return {file_, mark.line + 1}; }

    [[noreturn]] void refuse(std::string_view code, YAML::Mark const& mark, std::string_view why) const {
        throw Refusal{{ErrorKind::invalid, code, to_text(place(mark)) + ": " + std::string(why)}};
    }

    /// yaml-cpp reports "?" for what has no tag and "!" for what is quoted; a lone "!" looks the same as quotes do, and
    /// a quotation that the file ends in looks complete.
    void refuse_properties(YAML::Mark const& mark, std::string const& tag, YAML::anchor_t anchor) const {
        if (anchor != YAML::NullAnchor) refuse("yaml.alias", mark, "anchors are not allowed");
        auto const written = text_.substr(std::min(static_cast<std::size_t>(mark.pos), text_.size()));
        bool const quoted = written.starts_with('"') || written.starts_with('\'') || written.starts_with('|') ||
                            written.starts_with('>');
        if (!tag.empty() && tag != "?" && (tag != "!" || !quoted)) {
            refuse("yaml.malformed", mark, "tags are not allowed");
        }
        if (tag == "!" && !is_closed(written)) refuse("yaml.malformed", mark, "a quotation is not closed");
    }

    /// Whether the quotation that `text` begins with ends; a block scalar needs no end.
    static bool is_closed(std::string_view text) {
        char const quote = text.front();
        if (quote != '"' && quote != '\'') return true;
        for (std::size_t at = 1; at < text.size(); ++at) {
            bool const escape = quote == '"' ? text[at] == '\\' : text.substr(at).starts_with("''");
            if (escape) {
                ++at;
            } else if (text[at] == quote) {
                return true;
            }
        }
        return false;
    }

    [[nodiscard]] bool expects_key() const {
        return !open_.empty() && open_.back().node.kind == YamlNode::Kind::mapping && !open_.back().has_key;
    }

    void take_key(YAML::Mark const& mark, std::string const& key) {
        auto& level = open_.back();
        if (!level.keys.insert(key).second) {
            refuse("yaml.duplicate_key", mark, "the key `" + printable(key) + "` is there already");
        }
        level.key = key;
        level.key_line = mark.line + 1;
        level.has_key = true;
    }

    [[nodiscard]] YamlNode start(YamlNode::Kind kind, YAML::Mark const& mark) const {
        YamlNode node;
        node.kind = kind;
        node.source = place(mark);
        node.path = path();
        return node;
    }

    /// Path of the node that comes next.
    [[nodiscard]] std::string path() const {
        if (open_.empty()) return {};
        auto const& parent = open_.back();
        if (parent.node.kind == YamlNode::Kind::sequence) {
            return parent.node.path + '[' + std::to_string(parent.node.elements.size()) + ']';
        }
        return parent.node.path.empty() ? parent.key : parent.node.path + '.' + parent.key;
    }

    void open(YamlNode::Kind kind, YAML::Mark const& mark, std::string const& tag, YAML::anchor_t anchor) {
        refuse_properties(mark, tag, anchor);
        if (expects_key()) refuse("yaml.malformed", mark, "a key is expected to be a word");
        if (open_.size() >= maximum_depth) refuse("yaml.malformed", mark, "nested deeper than 16 levels");
        open_.push_back(Level{start(kind, mark)});
    }

    void close() {
        auto node = std::move(open_.back().node);
        open_.pop_back();
        attach(std::move(node));
    }

    void attach(YamlNode node) {
        if (open_.empty()) {
            root_ = std::move(node);
            return;
        }
        auto& level = open_.back();
        if (level.node.kind == YamlNode::Kind::sequence) {
            level.node.elements.push_back(std::move(node));
        } else {
            level.node.entries.push_back({std::move(level.key), level.key_line, std::move(node)});
            level.has_key = false;
        }
    }

    static std::string printable(std::string text) {
        for (char& c : text) {
            if (static_cast<unsigned char>(c) < 0x20) c = '?';
        }
        return text;
    }

    std::string_view text_;
    std::string const& file_;
    std::vector<Level> open_;
    YamlNode root_;
    int documents_ = 0;
};

/// SECURITY: a character that reorders or hides text would let a policy read differently from what it says.
Status check_characters(std::string_view text, std::string const& file) {
    if (!is_utf8(text)) return Error{ErrorKind::invalid, "yaml.not_utf8", file + ": is not UTF-8"};
    SourceLine at{file, 1};
    while (true) {
        auto const end = text.find('\n');
        auto line = text.substr(0, end);
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (find_refused_character(line, LineBreaks::allowed) != std::string_view::npos) {
            return Error{ErrorKind::invalid, "yaml.malformed",
                         to_text(at) + ": a control, direction or invisible character"};
        }
        if (end == std::string_view::npos) return Done{};
        text.remove_prefix(end + 1);
        ++at.line;
    }
}

Error too_large(std::string const& file) {
    return {ErrorKind::invalid, "yaml.too_large", file + ": over 256 KiB"};
}

}  // namespace

std::string to_text(SourceLine const& source) {
    return source.file + ':' + std::to_string(source.line);
}

YamlNode const* YamlNode::find(std::string_view key) const {
    for (auto const& entry : entries) {
        if (entry.key == key) return &entry.value;
    }
    return nullptr;
}

Result<YamlNode> parse_yaml(std::string_view text, std::string const& file_name) {
    if (text.size() > maximum_size) return too_large(file_name);
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    RETURN_IF_ERROR(check_characters(text, file_name));
    TreeBuilder builder(text, file_name);
    try {
        std::istringstream stream{std::string(text)};
        YAML::Parser parser(stream);
        while (parser.HandleNextDocument(builder)) {
        }
    } catch (Refusal const& refusal) {
        return refusal.error;
    } catch (YAML::Exception const& exception) {
        return Error{ErrorKind::invalid, "yaml.malformed",
                     to_text(SourceLine{file_name, exception.mark.line + 1}) + ": " + exception.msg};
    }
    auto root = builder.take();
    if (root.source.line == 0) root.source = {file_name, 1};
    return root;
}

Result<YamlFile> load_yaml(std::filesystem::path const& path) {
    auto const name = path.string();
    Error const unreadable{ErrorKind::not_found, "file.unreadable", name};
    std::error_code failure;
    if (!std::filesystem::is_regular_file(path, failure)) return unreadable;
    std::ifstream stream(path, std::ios::binary);
    if (!stream) return unreadable;
    std::string text(maximum_size + 1, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (stream.bad()) return unreadable;
    text.resize(static_cast<std::size_t>(stream.gcount()));
    if (text.size() > maximum_size) return too_large(name);
    ASSIGN_OR_RETURN(auto root, parse_yaml(text, name));
    return YamlFile{to_bytes(text), std::move(root)};
}

}  // namespace casebridge
