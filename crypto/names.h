// The names and usages a node's certificates carry, shared by those who issue and those who verify them.
// Include from .cpp files only.
#pragma once

#include "crypto/certificate.h"
#include "crypto/openssl.h"

#include <optional>

namespace casebridge {

/// The extended key usages of a role, as dotted OIDs.
std::vector<char const*> usages_of(Role role);

openssl::Asn1Object object(char const* dotted);

/// What a name constraint permits, or a subject alternative name says.
struct NodeNames {
    std::string dns;
    std::string uri;
};

/// Exactly one DNS and one URI name, and nothing else.
std::optional<NodeNames> subject_names(X509* certificate);

/// "O=<node>, CN=<common>": every subject below a root begins with the node, as its name constraints demand.
void set_subject(X509_NAME* subject, NodeId const& node, std::string const& common);
bool is_subject(Certificate const& certificate, NodeId const& node, std::string const& common);

/// Permitted: the node's DNS name, URI host, mail host and directory name. Excluded: every IP address.
openssl::NameConstraints name_constraints(NodeId const& node);
/// Whether the certificate constrains DNS and URI names, critically, to exactly this node's.
bool is_constrained_to(X509* certificate, NodeId const& node);

}  // namespace casebridge
