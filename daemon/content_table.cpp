#include "daemon/content_table.h"

#include "crypto/content_cipher.h"

namespace casebridge {
namespace {

/// Binds the ciphertext to its row: bytes moved to another id do not open.
Bytes associated_data(ContentId id) {
    return to_bytes("casebridge content " + std::to_string(id));
}

}  // namespace

Result<ContentId> ContentTable::put(ByteView plaintext) {
    auto const key = Secret::random(32);
    RETURN_IF_ERROR(database_.prepare("INSERT INTO content_keys(key) VALUES(?1)").bind_blob(1, key.reveal()).run());
    ContentId const id = database_.last_insert_id();
    auto const sealed = encrypt_content(key, plaintext, associated_data(id));
    RETURN_IF_ERROR(
        database_.prepare("INSERT INTO contents(id, sealed) VALUES(?1, ?2)").bind(1, id).bind_blob(2, sealed).run());
    return id;
}

Result<Bytes> ContentTable::get(ContentId id) const {
    auto key_row = database_.prepare("SELECT key FROM content_keys WHERE content = ?1");
    ASSIGN_OR_RETURN(bool const has_key, key_row.bind(1, id).step());
    if (!has_key) return Error{ErrorKind::not_found, "content.erased", "content " + std::to_string(id)};
    Secret const key(key_row.blob(0));
    auto row = database_.prepare("SELECT sealed FROM contents WHERE id = ?1");
    ASSIGN_OR_RETURN(bool const has_bytes, row.bind(1, id).step());
    if (!has_bytes || key.size() != 32)
        return Error{ErrorKind::internal, "content.corrupt", "content " + std::to_string(id)};
    return decrypt_content(key, row.blob(0), associated_data(id));
}

Status ContentTable::erase(ContentId id) {
    RETURN_IF_ERROR(database_.prepare("DELETE FROM content_keys WHERE content = ?1").bind(1, id).run());
    if (database_.changes() > 0) erased_any_ = true;
    return database_.prepare("DELETE FROM contents WHERE id = ?1").bind(1, id).run();
}

}  // namespace casebridge
