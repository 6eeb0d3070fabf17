// Messages as a peer's own daemon would make them, for whoever then does with them what no daemon would.
#pragma once

#include "crypto/envelope.h"
#include "policies/json.h"
#include "policies/message.h"

namespace casebridge::test {

/// The JSON of a valid message with a fresh id and a little content.
Json valid_message(Address const& from, Address const& to, Digest const& agreement);
/// Padded, as our daemon pads.
std::string payload_of(Json const& message);
Bytes seal_payload(std::string const& payload, Signer const& signer, Certificate const& recipient);

}  // namespace casebridge::test
