// An identity directory whose keys are in SoftHSM's token, and its PIN file.
#pragma once

#include "daemon/files.h"
#include "daemon/identity_directory.h"
#include "daemon/identity_renewal.h"
#include "daemon/token_keys.h"
#include "tests/support/check_code.h"
#include "tests/support/soft_token.h"

namespace casebridge::test {

namespace fs = std::filesystem;

inline constexpr char const* passphrase = "correct horse battery staple";

/// An identity directory and a PIN file.
struct Place {
    TemporaryDirectory root;
    fs::path path = root.path() / "identity", pin_file = root.path() / "pin";
    Timestamp now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    NodeId node = must(NodeId::parse("th-msdhs"));

    [[nodiscard]] Status create(KeySource const& source) const {
        return create_identity(path, node, Suite::p256_sha256, Secret::from_text(passphrase), now, source);
    }
    [[nodiscard]] Status renew(KeySource const& source = {}) const {
        return renew_leaves(path, node, Suite::p256_sha256, now, all_roles, source);
    }
    [[nodiscard]] Status bind(Role role, TokenUri const& uri) const {
        Role const roles[] = {role};
        return renew_leaves(path, node, Suite::p256_sha256, now, roles, KeySource::of_officer(uri));
    }
    [[nodiscard]] Result<NodeIdentity> load() const { return load_identity(path, node, now); }
    [[nodiscard]] KeySource token() const { return KeySource::in_token(SoftToken::uri(pin_file)); }
    [[nodiscard]] TokenUri uri_of(std::string const& name) const { return must(read_uri(path / (name + ".key.uri"))); }
    void write(std::string const& name, TokenUri const& uri) const {
        must(write_file_atomically(path / (name + ".key.uri"), as_bytes(uri.text() + "\n"), 0600));
    }
    [[nodiscard]] bool in_token(TokenUri const& uri) const { return must(is_in_token(uri, pins_of(path, uri))); }
    [[nodiscard]] KeyAndCertificate root_pair() const {
        auto const key = to_text(must(read_file(path / "root.key.pem", 1 << 16)));
        return {must(PrivateKey::from_encrypted_pem(key, Secret::from_text(passphrase))),
                must(certificates_from_pem(to_text(must(read_file(path / "root.pem", 1 << 16))))).front()};
    }
    /// As KeyRing does when its time is over.
    [[nodiscard]] std::string ended(std::string const& name) const {
        auto const how = end_in_token(path, name);
        if (!how) return std::string(how.error().code);
        return *how == EndInToken::destroyed ? "destroyed" : "certified again";
    }
};

/// All made in the token, as `casebridge init --token` does.
struct InToken : Place {
    InToken() { must(create(token())); }
};

}  // namespace casebridge::test
