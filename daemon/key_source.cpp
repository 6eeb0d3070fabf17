#include "daemon/key_source.h"

#include "crypto/openssl.h"
#include "daemon/token_keys.h"

namespace casebridge {
namespace {

namespace fs = std::filesystem;
using namespace identity_files;
using From = KeySource::From;

bool opens(std::string_view name) {
    return name.starts_with(to_text(Role::encryption));
}

/// What the key is to be called in the token: for people who look there.
std::string label_of(NodeId const& node, std::string_view name) {
    return node.text() + "-" + std::string(name);
}

Result<PlacedKey> made_in(fs::path const& directory, TokenUri const& token, std::string const& label,
                          std::string_view name, Suite suite) {
    auto const use = opens(name) ? TokenKeyUse::agreement : TokenKeyUse::signing;
    ASSIGN_OR_RETURN(auto made, make_token_key(token, label, use, suite, pins_of(directory, token)));
    return PlacedKey{std::move(made.key), std::move(made.uri)};
}

Result<PlacedKey> made_by_officer(fs::path const& directory, TokenUri const& uri) {
    auto const pins = pins_of(directory, uri);
    ASSIGN_OR_RETURN(auto key, load_token_key(uri, pins));
    ASSIGN_OR_RETURN(auto named, with_serial(uri, pins));
    named.made_here = false;
    return PlacedKey{std::move(key), std::move(named)};
}

Result<PlacedKey> made(fs::path const& directory, NodeId const& node, std::string_view name, std::string_view like,
                       Suite suite, KeySource const& source) {
    if (source.from == From::token) return made_in(directory, *source.uri, label_of(node, name), name, suite);
    if (source.from == From::existing) return made_by_officer(directory, *source.uri);
    if (source.from == From::as_before && is_in_token(directory, like)) {
        ASSIGN_OR_RETURN(auto const uri, read_uri(uri_path(directory, like)));
        if (uri.made_here) return made_in(directory, uri.token_alone(), label_of(node, name), name, suite);
        return made_by_officer(directory, uri);
    }
    ASSIGN_OR_RETURN(auto key, PrivateKey::generate(suite));
    return PlacedKey{std::move(key)};
}

bool share_a_key(Certificate const& one, Certificate const& other) {
    return EVP_PKEY_eq(X509_get0_pubkey(one.raw()), X509_get0_pubkey(other.raw())) == 1;
}

/// Another certificate of the directory is for the same key.
Result<bool> is_certified_again(fs::path const& directory, std::string_view retired_name) {
    ASSIGN_OR_RETURN(auto const own, read_chain(certificate_path(directory, retired_name)));
    std::error_code failure;
    for (fs::directory_iterator entry(directory, failure), end; !failure && entry != end; entry.increment(failure)) {
        auto name = entry->path().filename().string();
        constexpr std::string_view suffix = ".key.uri";
        if (!name.ends_with(suffix)) continue;
        name.resize(name.size() - suffix.size());
        if (name == retired_name) continue;
        auto const other = read_chain(certificate_path(directory, name));
        if (other && share_a_key(own.front(), other->front())) return true;
    }
    if (failure) return Error{ErrorKind::unavailable, "file.unreadable", directory.string() + ": " + failure.message()};
    return false;
}

Error officer_destroys(TokenUri const& uri) {
    std::string object = uri.id.empty() ? "--label '" + uri.object + "'" : "--id " + to_hex(uri.id);
    return {ErrorKind::conflict, "token.officer_destroys",
            uri.name() + ": pkcs11-tool --module " + uri.module_path + " --token-label '" + uri.token +
                "' --login --delete-object --type privkey " + object};
}

}  // namespace

Result<PlacedKey> next_key(fs::path const& directory, NodeId const& node, std::string_view name, std::string_view like,
                           Suite suite, KeySource const& source) {
    ASSIGN_OR_RETURN(auto placed, made(directory, node, name, like, suite, source));
    if (!placed.uri) return placed;
    auto const tried = opens(name) ? require_derives(placed.key) : require_signs(placed.key);
    if (tried) return placed;
    discard(directory, placed);
    return tried.error();
}

void discard(fs::path const& directory, PlacedKey const& placed) {
    if (!placed.uri || !placed.uri->made_here) return;
    static_cast<void>(destroy_token_key(*placed.uri, pins_of(directory, *placed.uri)));
}

Result<EndInToken> end_in_token(fs::path const& directory, std::string_view retired_name) {
    ASSIGN_OR_RETURN(bool const again, is_certified_again(directory, retired_name));
    if (again) return EndInToken::certified_again;
    ASSIGN_OR_RETURN(auto const uri, read_uri(uri_path(directory, retired_name)));
    auto const pins = pins_of(directory, uri);
    if (uri.made_here) {
        RETURN_IF_ERROR(destroy_token_key(uri, pins));
        return EndInToken::destroyed;
    }
    ASSIGN_OR_RETURN(bool const there, is_in_token(uri, pins));
    return there ? Result<EndInToken>(officer_destroys(uri)) : EndInToken::destroyed;
}

}  // namespace casebridge
