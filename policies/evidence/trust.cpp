#include "policies/evidence/trust.h"

#include <algorithm>

namespace casebridge {
namespace {

Status add_key(std::vector<NoteVerifier>& keys, std::string_view vkey, NoteKeyType type) {
    ASSIGN_OR_RETURN(auto key, NoteVerifier::parse(vkey));
    if (key.type() != type) return Error{ErrorKind::invalid, "trust_list.wrong_key_type", key.name()};
    keys.push_back(std::move(key));
    return Done{};
}

Status add_line(EvidenceTrust& trust, std::string_view line) {
    auto const space = std::min(line.find(' '), line.size());
    auto const word = line.substr(0, space);
    auto const rest = line.substr(std::min(space + 1, line.size()));
    if (word == "root") return trust.add_root(rest);
    if (word == "log") return trust.add_log(rest);
    if (word == "witness") return trust.add_witness(rest);
    return Error{ErrorKind::invalid, "trust_list.bad_line", ""};
}

}  // namespace

Status EvidenceTrust::add_root(std::string_view text) {
    Error const bad{ErrorKind::invalid, "trust_list.bad_root", std::string(text.substr(0, 80))};
    auto const equals = text.find('=');
    if (equals == std::string_view::npos) return bad;
    auto node = NodeId::parse(text.substr(0, equals));
    std::string hex(text.substr(equals + 1));
    if (hex.size() == 32 * 3 - 1) {
        for (std::size_t i = 2; i < hex.size(); i += 3)
            if (hex[i] != ':') return bad;
        std::erase(hex, ':');
    }
    std::ranges::transform(hex, hex.begin(), [](char c) { return c >= 'A' && c <= 'F' ? char(c - 'A' + 'a') : c; });
    auto const digest = Digest::from_hex(hex);
    if (!node || !digest) return bad;
    auto const [known, added] = roots.try_emplace(*std::move(node), *digest);
    if (!added && known->second != *digest)
        return Error{ErrorKind::conflict, "trust_list.root_twice", known->first.text()};
    return Done{};
}

Status EvidenceTrust::add_log(std::string_view vkey) {
    return add_key(logs, vkey, NoteKeyType::signature);
}

Status EvidenceTrust::add_witness(std::string_view vkey) {
    return add_key(witnesses, vkey, NoteKeyType::cosignature);
}

Status EvidenceTrust::add_revocation_lists(std::string_view pem) {
    ASSIGN_OR_RETURN(auto lists, revocation_lists_from_pem(pem));
    if (lists.empty()) return Error{ErrorKind::invalid, "crl.malformed", "no list in it"};
    std::ranges::move(lists, std::back_inserter(revocation_lists));
    return Done{};
}

Status EvidenceTrust::add_lines(std::string_view text) {
    for (std::size_t number = 1; !text.empty(); ++number) {
        auto const end = std::min(text.find('\n'), text.size());
        auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.empty() || line.starts_with('#')) continue;
        if (auto const added = add_line(*this, line); !added)
            return Error{added.error().kind, added.error().code, "line " + std::to_string(number)};
    }
    return Done{};
}

}  // namespace casebridge
