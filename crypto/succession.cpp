#include "crypto/succession.h"

#include "crypto/names.h"
#include "crypto/oids.h"

namespace casebridge {
namespace {

std::string common_name(NodeId const& successor) {
    return "successor " + successor.text();
}

Status require_another_node(NodeId const& node, Certificate const& root, Successor const& successor) {
    if (node == successor.node) return Error{ErrorKind::invalid, "succession.same_node", node.text()};
    if (have_same_key(root, successor.root)) return Error{ErrorKind::invalid, "succession.same_root"};
    auto const pinned = PinnedRoot::pin(successor.node, successor.root, successor.root.fingerprint());
    return pinned ? Status(Done{}) : Status(pinned.error());
}

}  // namespace

Result<Certificate> sign_succession(NodeId const& node, KeyAndCertificate const& root, Successor const& successor,
                                    Timestamp now, std::chrono::hours lifetime) {
    RETURN_IF_ERROR(require_another_node(node, root.certificate, successor));
    return issue_root_statement(node, root, successor.root, {kOidSuccessorUsage, common_name(successor.node), lifetime},
                                now);
}

Status verify_succession(PinnedRoot const& root, Certificate const& statement, Successor const& successor,
                         Timestamp now) {
    if (!is_root_statement(statement, kOidSuccessorUsage))
        return Error{ErrorKind::unauthentic, "succession.not_a_statement"};
    if (!is_subject(statement, root.node(), common_name(successor.node)))
        return Error{ErrorKind::unauthentic, "succession.other_node", successor.node.text()};
    if (!have_same_key(statement, successor.root)) return Error{ErrorKind::unauthentic, "succession.other_key"};
    RETURN_IF_ERROR(require_another_node(root.node(), root.root(), successor));
    return verify_root_statement(root, statement, now);
}

}  // namespace casebridge
