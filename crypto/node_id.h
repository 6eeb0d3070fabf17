// NodeId: the name of a node, as certificates and messages carry it.
#pragma once

#include "crypto/result.h"

#include <compare>
#include <string>
#include <string_view>

namespace casebridge {

/// `<country>-<agency>` with an ISO 3166-1 alpha-2 country in lower case (`th-msdhs`), or `org-<name>`.
/// Lower-case letters, digits and inner hyphens, 4 to 40 characters, so that it is also a DNS label.
class NodeId {
public:
    /// Errors: `node_id.malformed`.
    static Result<NodeId> parse(std::string_view text);

    [[nodiscard]] std::string const& text() const noexcept { return text_; }
    /// "th", or "org".
    [[nodiscard]] std::string_view country() const noexcept;
    /// "<node>.casebridge.internal": the DNS name in the node's certificates.
    [[nodiscard]] std::string dns_name() const;
    /// "casebridge://<node>/": the URI name in the node's certificates.
    [[nodiscard]] std::string uri() const;

    auto operator<=>(NodeId const&) const = default;

private:
    explicit NodeId(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

}  // namespace casebridge
