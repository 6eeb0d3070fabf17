// Contents: every personal content in the store, each encrypted under a random key of its own.
// Erasing destroys the key row, then the bytes (DESIGN 9).
#pragma once

#include "daemon/database.h"

namespace casebridge {

using ContentId = std::int64_t;

class ContentTable {
public:
    explicit ContentTable(Database& database) : database_(database) {}

    Result<ContentId> put(ByteView plaintext);
    /// Errors: `content.erased` (key gone), `content.corrupt`, `store.failed`.
    Result<Bytes> get(ContentId id) const;
    /// Idempotent. Ids are never given again.
    Status erase(ContentId id);

    /// Whether anything was erased since the last call of `forget_erasures`: until a checkpoint the write-ahead log
    /// still holds it.
    [[nodiscard]] bool erased_any() const noexcept { return erased_any_; }
    void forget_erasures() noexcept { erased_any_ = false; }

private:
    Database& database_;
    bool erased_any_ = false;
};

}  // namespace casebridge
