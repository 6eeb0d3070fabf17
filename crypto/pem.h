// PEM (RFC 7468), read strictly: one kind of block, nothing between blocks but white space.
#pragma once

#include "crypto/bytes.h"

namespace casebridge {

/// The base64 text of each block `-----BEGIN <label>-----`; views into `text`. Errors: `code`.
Result<std::vector<std::string_view>> pem_blocks(std::string_view text, std::string_view label, std::string_view code);

/// Decodes one block's text. The result may be a private key: wrap it in a Secret at once. Errors: `code`.
Result<Bytes> decode_pem_block(std::string_view block, std::string_view code);

/// One block, lines of 64 characters.
std::string write_pem(ByteView der, std::string_view label);

}  // namespace casebridge
