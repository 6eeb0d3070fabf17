#include "crypto/root_rollover.h"

#include "crypto/oids.h"
#include "crypto/root_statement.h"

#include <algorithm>

namespace casebridge {
namespace {

Error unauthentic(std::string_view code) {
    return {ErrorKind::unauthentic, code};
}

Status require_another_root(NodeId const& node, Certificate const& before, Certificate const& next) {
    if (have_same_key(before, next)) return Error{ErrorKind::invalid, "rollover.same_root"};
    auto const pinned = PinnedRoot::pin(node, next, next.fingerprint());
    return pinned ? Status(Done{}) : Status(pinned.error());
}

}  // namespace

Result<Certificate> sign_next_root(NodeId const& node, KeyAndCertificate const& root, Certificate const& next,
                                   Timestamp now, std::chrono::hours overlap) {
    RETURN_IF_ERROR(require_another_root(node, root.certificate, next));
    return issue_root_statement(node, root, next, {kOidNextRootUsage, "next root", overlap}, now);
}

Status verify_next_root(PinnedRoot const& root, Certificate const& statement, Certificate const& next, Timestamp now) {
    if (!is_root_statement(statement, kOidNextRootUsage)) return unauthentic("rollover.not_a_statement");
    if (!have_same_key(statement, next)) return unauthentic("rollover.other_key");
    RETURN_IF_ERROR(require_another_root(root.node(), root.root(), next));
    return verify_root_statement(root, statement, now);
}

Result<RootHistory> RootHistory::parse(std::string_view pem) {
    ASSIGN_OR_RETURN(auto all, certificates_from_pem(pem));
    if (all.size() % 2 == 0) return Error{ErrorKind::invalid, "rollover.malformed"};
    RootHistory history(std::move(all.front()));
    for (std::size_t i = 1; i + 1 < all.size(); i += 2)
        RETURN_IF_ERROR(history.add({std::move(all[i]), std::move(all[i + 1])}));
    return history;
}

std::optional<RootHistory> RootHistory::of(PinnedRoot const& pin) {
    auto const& former = pin.former();
    if (former.empty()) return RootHistory(pin.root());
    RootHistory history(former.front().root);
    for (std::size_t i = 0; i < former.size(); ++i) {
        auto const& next = i + 1 < former.size() ? former[i + 1].root : pin.root();
        if (!former[i].statement || !history.add({*former[i].statement, next})) return std::nullopt;
    }
    return history;
}

std::string RootHistory::pem() const {
    auto text = oldest_.pem();
    for (auto const& step : steps_) text += step.statement.pem() + step.root.pem();
    return text;
}

Status RootHistory::add(Step step) {
    if (steps_.size() == maximum_rollovers) return Error{ErrorKind::invalid, "rollover.too_many"};
    bool const known = have_same_key(oldest_, step.root) || std::ranges::any_of(steps_, [&](Step const& each) {
                           return have_same_key(each.root, step.root);
                       });
    if (known) return unauthentic("rollover.loop");
    steps_.push_back(std::move(step));
    return Done{};
}

std::optional<std::span<RootHistory::Step const>> RootHistory::after(Certificate const& root) const {
    std::span<Step const> const all(steps_);
    if (oldest_ == root) return all;
    for (std::size_t i = 0; i < steps_.size(); ++i)
        if (steps_[i].root == root) return all.subspan(i + 1);
    return std::nullopt;
}

}  // namespace casebridge
