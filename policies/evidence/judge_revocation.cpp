// What lists of revocation say of those who signed. Judged by the time in the exporter's log, not by the time of
// signing, which a thief of a key can choose.
#include "policies/evidence/judge_parts.h"

#include <algorithm>

namespace casebridge {
namespace {

/// The one of `chain`, or the root, that has issued `certificate`; nullptr if none has.
Certificate const* issuer_of(Certificate const& certificate, std::vector<Certificate> const& chain,
                             PinnedRoot const& pin) {
    if (is_issued_by(certificate, pin.root())) return &pin.root();
    for (auto const& former : pin.former())
        if (is_issued_by(certificate, former.root)) return &former.root;
    auto const found =
        std::ranges::find_if(chain, [&](Certificate const& each) { return is_issued_by(certificate, each); });
    return found == chain.end() ? nullptr : &*found;
}

}  // namespace

Result<std::vector<RevocationList>> EvidenceJudge::lists_of(NodeId const& node) const {
    auto const name = node == manifest_->sender ? evidence::sender_lists : evidence::recipient_lists;
    auto lists = trust_.revocation_lists;
    if (!has(name)) return lists;
    ASSIGN_OR_RETURN(auto const pem, text(name));
    ASSIGN_OR_RETURN(auto of_bundle, revocation_lists_from_pem(pem));
    std::ranges::move(of_bundle, std::back_inserter(lists));
    return lists;
}

/// Whether the signer's own certificate is on no list; of authorities, what is known is enough.
Result<EvidenceJudge::Listed> EvidenceJudge::check_lists(Signed const& act, std::string& words) const {
    ASSIGN_OR_RETURN(auto const lists, lists_of(act.node));
    auto const file = act.node == manifest_->sender ? evidence::sender_root : evidence::recipient_root;
    ASSIGN_OR_RETURN(auto const pin, pin_of(act.node, file));
    auto listed = Listed::not_shown;
    std::int64_t newest = -1;
    for (auto const& certificate : act.chain) {
        bool const is_signer = &certificate == &act.chain.front();
        for (auto const& list : lists) {
            auto const* const issuer = issuer_of(certificate, act.chain, pin.root);
            if (!list.covers(certificate) || issuer == nullptr) continue;
            RETURN_IF_ERROR(list.verify(*issuer));
            auto const entry = list.entries().find(serial_of(certificate));
            bool const revoked = entry != list.entries().end();
            if (revoked && entry->second.at <= act.logged)
                return Error{ErrorKind::unauthentic, "trust.revoked",
                             act.node.text() + "'s, at " + to_rfc3339(entry->second.at) + ", " +
                                 std::string(to_text(entry->second.reason))};
            if (!is_signer || list.number() <= newest) continue;
            newest = list.number();
            listed = list.next_update() >= act.logged ? Listed::current : Listed::too_old;
            words = act.node.text() + "'s list " + std::to_string(newest) + " of " + to_rfc3339(list.this_update()) +
                    (revoked ? " has it as revoked only since" : "");
        }
    }
    return listed;
}

/// No list at all is no link: a ministry that never issued one has none to show. The conclusion says so.
void EvidenceJudge::judge_revocation() {
    std::set<std::string> all;
    auto finding = Finding::holds;
    std::string_view code;
    std::string lacking;
    for (auto const& each : signed_) {
        std::string words;
        auto const listed = check_lists(each, words);
        if (!listed) return add_broken("revocation", "whoever signed was revoked, or its list is none", listed.error());
        if (*listed == Listed::not_shown) lacking = each.node.text();
        if (!words.empty()) all.insert(words);
        if (*listed != Listed::too_old) continue;
        finding = Finding::unfounded;
        code = "evidence.list_too_old";
    }
    revocation_shown_ = !all.empty() && lacking.empty();
    verdict_.account.set("revocation", revocation_shown_ ? "shown" : "not_shown");
    if (all.empty()) return;
    std::string words = "no certificate that signed was revoked then: ";
    for (auto const& each : all) words += (each == *all.begin() ? "" : "; ") + each;
    if (!lacking.empty()) words += "; none of " + lacking + "'s is shown";
    if (finding != Finding::holds) words += "; a list had ended before the log has the act";
    add("revocation", finding, std::move(words), code);
}

}  // namespace casebridge
