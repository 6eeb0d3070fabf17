// KeySource: where a new key of the node comes from: a file of the identity directory, a token that makes it, or a
// token in which an officer has made it.
#pragma once

#include "crypto/token_key.h"
#include "daemon/identity_files.h"

#include <span>

namespace casebridge {

/// `as_before`: beside a file a file, in a token a new key of the same token; one that an officer has made there
/// (`identity use-token`) is certified again, as nobody but the officer knows what else it is for.
struct KeySource {
    enum class From { as_before, files, token, existing };
    From from = From::as_before;
    std::optional<TokenUri> uri{};  ///< `token`: the token; `existing`: the key

    static KeySource in_files() { return {From::files}; }
    static KeySource in_token(TokenUri token) { return {From::token, std::move(token)}; }
    static KeySource of_officer(TokenUri key) { return {From::existing, std::move(key)}; }
};

/// The next key for `name` (a role, `issuing`), looking at how `like` is kept; tried for what it is to do. Nothing of
/// the directory changes. Errors: `token.*`, `private_key.generation_failed`, `file.*`.
Result<identity_files::PlacedKey> next_key(std::filesystem::path const& directory, NodeId const& node,
                                           std::string_view name, std::string_view like, Suite suite,
                                           KeySource const& source);

/// Takes back what next_key() has made in a token; a file was never written. Says nothing where it cannot.
void discard(std::filesystem::path const& directory, identity_files::PlacedKey const& placed);

/// What became of a key that was put aside (identity_renewal.h) when its time in a token was over.
enum class EndInToken {
    destroyed,       ///< by us or by the officer: the token has been asked and has it no more
    certified_again  ///< it is in use under a newer certificate; only this certificate ends
};
/// Ends it in its token. INVARIANT: `destroyed` is not said before the token has said so. Errors: `token.*`;
/// `token.officer_destroys` (an officer has made the key: the detail says what to type).
Result<EndInToken> end_in_token(std::filesystem::path const& directory, std::string_view retired_name);

}  // namespace casebridge
