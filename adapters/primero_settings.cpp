#include "adapters/primero_settings.h"

#include "adapters/rest_case_source.h"
#include "crypto/node_id.h"

#include <algorithm>

namespace casebridge {
namespace {

constexpr std::string_view scheme = "https://";

bool is_port(std::string_view text) {
    return !text.empty() && text.size() <= 5 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// A host name or IPv4 address and perhaps a port: nothing that could smuggle in a user, a path or a query.
bool is_https_origin(std::string_view url) {
    if (!url.starts_with(scheme)) return false;
    url.remove_prefix(scheme.size());
    auto const colon = url.find(':');
    auto const host = url.substr(0, colon);
    bool const plain = !host.empty() && host.size() <= 253 && std::all_of(host.begin(), host.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
    });
    return plain && (colon == std::string_view::npos || is_port(url.substr(colon + 1)));
}

void read_lookups(YamlNode const& node, PrimeroSettings& settings, YamlComplaints& complaints) {
    for (auto const& [field, line, list] : node.entries) {
        if (list.kind == YamlNode::Kind::scalar && !list.scalar.empty()) {
            settings.lookups.emplace(field, list.scalar);
        } else {
            complaints.add({node.source.file, line}, field, "expected the unique_id of a lookup, or `locations`");
        }
    }
}

}  // namespace

PrimeroSettings read_primero_settings(YamlReader& reader, std::filesystem::path const& folder,
                                      YamlComplaints& complaints) {
    PrimeroSettings settings;
    if (!rest_is_built_in()) reader.complain("kind", "this build has no REST client (CASEBRIDGE_REST was off)");
    reader.refuse_keys({"password", "pwd", "passwd"},
                       "a password does not belong into this file: give it as the systemd credential "
                       "`national-database` or in `source_key_file` of the configuration");
    settings.url = reader.text("url");
    if (!settings.url.empty() && !is_https_origin(settings.url)) {
        reader.complain("url", "expected https://<host> or https://<host>:<port>, in small letters, without a path");
    }
    settings.root_certificate = folder / reader.text("root_certificate");
    settings.user = reader.text("user");
    settings.module = reader.optional_text("module");
    settings.unhcr_node = reader.optional_text("unhcr_node");
    if (!settings.unhcr_node.empty() && !NodeId::parse(settings.unhcr_node)) {
        reader.complain("unhcr_node", "expected the id of a node, e.g. org-unhcr");
    }
    if (auto const* const lookups = reader.optional_mapping("lookups"); lookups != nullptr) {
        read_lookups(*lookups, settings, complaints);
    }
    settings.page_size = static_cast<std::size_t>(reader.optional_integer("page_size", 1, 1000, 100));
    settings.requests_per_second = static_cast<unsigned>(reader.optional_integer("requests_per_second", 1, 100, 5));
    settings.time_limit = std::chrono::seconds(reader.optional_integer("time_limit_seconds", 1, 300, 20));
    auto const mebibytes = reader.optional_integer("maximum_answer_mib", 1, 64, 8);
    settings.maximum_answer_bytes = static_cast<std::size_t>(mebibytes) << 20U;
    return settings;
}

}  // namespace casebridge
