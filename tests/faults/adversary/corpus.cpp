#include "tests/faults/adversary/corpus.h"

#include "tests/faults/forged_message.h"
#include "tests/faults/wire.h"

#include <algorithm>

namespace casebridge::test {

bool Item::is_answered_rightly(std::string const& answer) const {
    return std::ranges::any_of(expected, [&](std::string const& pattern) {
        if (!pattern.ends_with('*')) return pattern == answer;
        return answer.starts_with(std::string_view(pattern).substr(0, pattern.size() - 1));
    });
}

Item posted(std::string kind, std::string name, ByteView sealed, std::vector<std::string> expected) {
    return {std::move(kind), std::move(name), post(sealed), std::move(expected)};
}

Corpus bad_corpus(Attacker const& attacker) {
    auto const known = valid_message(attacker.from, attacker.to, attacker.agreement);
    Corpus corpus;
    corpus.prelude.request = post(seal_payload(payload_of(known), attacker.identity.signer, attacker.recipient));
    for (auto const& part :
         {outer_items(attacker), inner_items(attacker), message_items(attacker, known), http_items(attacker)})
        corpus.items.insert(corpus.items.end(), part.begin(), part.end());
    return corpus;
}

}  // namespace casebridge::test
