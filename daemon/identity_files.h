// Identity files: how single files of the identity directory (identity_directory.h) are read and written. For what
// works on that directory: loading, renewal, the authority's renewal. Errors everywhere: `identity.missing`,
// `identity.too_permissive`, `identity.key_mismatch`, `certificate.malformed`, `private_key.*`, `file.*`.
#pragma once

#include "crypto/envelope.h"
#include "crypto/token_uri.h"

#include <filesystem>
#include <optional>

namespace casebridge::identity_files {

inline constexpr unsigned key_mode = 0600, certificate_mode = 0644;
inline constexpr std::size_t maximum_pem_bytes = 64 * 1024;

std::filesystem::path certificate_path(std::filesystem::path const& directory, std::string_view name);
std::filesystem::path key_path(std::filesystem::path const& directory, std::string_view name);

/// Where the key is in a token instead.
std::filesystem::path uri_path(std::filesystem::path const& directory, std::string_view name);
bool is_in_token(std::filesystem::path const& directory, std::string_view name);

/// The code of a file error in terms of this directory.
Error translated(Error error, std::filesystem::path const& path);
/// Whether it is there and nobody else's to look into.
Status check_directory(std::filesystem::path const& directory);

Result<std::vector<Certificate>> read_chain(std::filesystem::path const& path);
Result<PrivateKey> read_key(std::filesystem::path const& path);
/// From its file, or from the token its URI names. Errors: `token.*`, `identity.key_twice`.
Result<PrivateKey> read_named_key(std::filesystem::path const& directory, std::string_view name);
/// The node's own root, from root.pem, with those before it. Errors: `trust.not_a_root`, `rollover.*`.
Result<PinnedRoot> own_pin(std::filesystem::path const& directory, NodeId const& node);

/// A certificate chain and its key as they stand in the directory, under one name.
struct Pair {
    std::vector<Certificate> chain;
    PrivateKey key;
};
Result<Pair> read_pair(std::filesystem::path const& directory, std::string_view name);

/// A key, and where it is.
struct PlacedKey {
    PrivateKey key;
    std::optional<TokenUri> uri{};  ///< none: to be a file
};
/// Key first: a key without its certificate is an unfinished renewal, the other way round would be a lost key. The
/// bytes of a key file that is replaced, or whose place a token takes, and that has no other name are overwritten.
Status write_pair(std::filesystem::path const& directory, std::string_view name, std::vector<Certificate> const& chain,
                  PlacedKey const& placed);

}  // namespace casebridge::identity_files
