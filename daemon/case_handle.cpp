#include "daemon/case_handle.h"

#include <stdexcept>

#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace casebridge {
namespace {

/// Made at first use; never changes.
Result<Secret> handle_key(Database& database) {
    auto row = database.prepare("SELECT value FROM settings WHERE key = 'case_handle_key'");
    ASSIGN_OR_RETURN(bool const found, row.step());
    if (found) {
        Secret key(row.blob(0));
        if (key.size() != 32) return Error{ErrorKind::internal, "store.failed", "the case handle key is damaged"};
        return key;
    }
    auto key = Secret::random(32);
    RETURN_IF_ERROR(database.prepare("INSERT INTO settings(key, value) VALUES('case_handle_key', ?1)")
                        .bind_blob(1, key.reveal())
                        .run());
    return key;
}

Digest hmac_sha256(Secret const& key, std::string_view text) {
    Digest digest;
    unsigned int size = 0;
    auto const bytes = as_bytes(text);
    auto const* const done = HMAC(EVP_sha256(), key.reveal().data(), static_cast<int>(key.size()), bytes.data(),
                                  bytes.size(), digest.bytes.data(), &size);
    if (done == nullptr || size != digest.bytes.size()) throw std::runtime_error("HMAC-SHA-256 failed");
    return digest;
}

}  // namespace

Result<Digest> case_handle(Database& database, CaseId const& id) {
    ASSIGN_OR_RETURN(auto const key, handle_key(database));
    return hmac_sha256(key, "case:" + id.text());
}

Result<Digest> consent_handle(Database& database, CaseId const& id, std::string_view consent) {
    ASSIGN_OR_RETURN(auto const key, handle_key(database));
    // The length keeps case "1", consent "23" apart from case "12", consent "3".
    auto text = "consent:" + std::to_string(id.text().size()) + ":" + id.text() + ":";
    return hmac_sha256(key, text.append(consent));
}

Result<Digest> seen_handle(Database& database, CaseId const& id, Digest const& fingerprint) {
    ASSIGN_OR_RETURN(auto const key, handle_key(database));
    return hmac_sha256(key, "seen:" + fingerprint.hex() + ":" + id.text());
}

}  // namespace casebridge
