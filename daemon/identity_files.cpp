#include "daemon/identity_files.h"

#include "crypto/token_key.h"
#include "daemon/files.h"
#include "daemon/identity_roots.h"
#include "daemon/token_keys.h"

namespace casebridge::identity_files {

namespace fs = std::filesystem;

namespace {

Error mismatch(fs::path const& key) {
    return {ErrorKind::invalid, "identity.key_mismatch",
            key.string() + " does not belong to the certificate beside it; `casebridge identity renew` makes new ones"};
}

Result<Secret> read_key_pem(fs::path const& path) {
    auto pem = read_secret_file(path, maximum_pem_bytes);
    if (!pem) return translated(pem.error(), path);
    return pem;
}

Result<PrivateKey> parse_key(Secret const& pem, fs::path const& path) {
    auto key = PrivateKey::from_pem(pem);
    if (!key) return Error{key.error().kind, key.error().code, path.string()};
    return key;
}

}  // namespace

fs::path certificate_path(fs::path const& directory, std::string_view name) {
    return directory / (std::string(name) + ".pem");
}
fs::path key_path(fs::path const& directory, std::string_view name) {
    return directory / (std::string(name) + ".key.pem");
}

fs::path uri_path(fs::path const& directory, std::string_view name) {
    return directory / (std::string(name) + ".key.uri");
}
bool is_in_token(fs::path const& directory, std::string_view name) {
    std::error_code failure;
    return fs::exists(fs::symlink_status(uri_path(directory, name), failure));
}

Error translated(Error error, fs::path const& path) {
    if (error.code == "file.unreadable" && error.kind == ErrorKind::not_found)
        return {ErrorKind::not_found, "identity.missing",
                path.string() + " is not there; `casebridge init` makes an identity"};
    if (error.code == "file.too_permissive")
        return {ErrorKind::invalid, "identity.too_permissive", std::move(error.detail)};
    return error;
}

Result<std::vector<Certificate>> read_chain(fs::path const& path) {
    auto const text = read_file(path, maximum_pem_bytes);
    if (!text) return translated(text.error(), path);
    auto chain = certificates_from_pem(to_text(*text));
    if (!chain) return Error{chain.error().kind, chain.error().code, path.string()};
    if (chain->empty()) return Error{ErrorKind::invalid, "certificate.malformed", path.string()};
    return chain;
}

Result<PrivateKey> read_key(fs::path const& path) {
    ASSIGN_OR_RETURN(auto const pem, read_key_pem(path));
    return parse_key(pem, path);
}

Result<PrivateKey> read_named_key(fs::path const& directory, std::string_view name) {
    if (!is_in_token(directory, name)) return read_key(key_path(directory, name));
    std::error_code failure;
    if (fs::exists(fs::symlink_status(key_path(directory, name), failure)))
        return Error{ErrorKind::invalid, "identity.key_twice",
                     uri_path(directory, name).string() + ": there is a .key.pem, too; remove the one that is over"};
    ASSIGN_OR_RETURN(auto key, read_token_key(uri_path(directory, name)));
    RETURN_IF_ERROR(name.starts_with(to_text(Role::encryption)) ? require_derives(key) : require_signs(key));
    return key;
}

Status check_directory(fs::path const& directory) {
    auto const checked = require_private(directory);
    if (!checked) return translated(checked.error(), directory);
    return Done{};
}

Result<PinnedRoot> own_pin(fs::path const& directory, NodeId const& node) {
    ASSIGN_OR_RETURN(auto const roots, read_chain(certificate_path(directory, "root")));
    ASSIGN_OR_RETURN(auto const pin, PinnedRoot::pin(node, roots.front(), roots.front().fingerprint()));
    ASSIGN_OR_RETURN(auto const history, own_roots(directory));
    return history ? pin.with_former(former_roots(*history, pin.root())) : pin;
}

Result<Pair> read_pair(fs::path const& directory, std::string_view name) {
    ASSIGN_OR_RETURN(auto chain, read_chain(certificate_path(directory, name)));
    ASSIGN_OR_RETURN(auto key, read_named_key(directory, name));
    if (!key.matches(chain.front())) return mismatch(key_path(directory, name));
    return Pair{std::move(chain), std::move(key)};
}

Status write_pair(fs::path const& directory, std::string_view name, std::vector<Certificate> const& chain,
                  PlacedKey const& placed) {
    if (placed.uri) {
        auto const line = placed.uri->text() + "\n";
        RETURN_IF_ERROR(write_file_atomically(uri_path(directory, name), as_bytes(line), key_mode));
        RETURN_IF_ERROR(remove_key_file(key_path(directory, name)));
    } else {
        auto const pem = placed.key.to_pem();
        RETURN_IF_ERROR(replace_key_file(key_path(directory, name), pem.reveal(), key_mode));
        RETURN_IF_ERROR(remove_key_file(uri_path(directory, name)));
    }
    return write_file_atomically(certificate_path(directory, name), as_bytes(to_pem(chain)), certificate_mode);
}

}  // namespace casebridge::identity_files
