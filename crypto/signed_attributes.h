// The four signed attributes of a SignerInfo, as the inner gate admits them.
#pragma once

#include "crypto/der_reader.h"
#include "crypto/signed_form.h"

namespace casebridge {

inline constexpr DerCodes kInnerCodes{"gate.inner_truncated", "gate.inner_indefinite_length",
                                      "gate.inner_length_not_minimal", "gate.inner_structure"};

/// SPEC X.690 11.6: the elements of a SET OF stand in ascending order of their encodings. Equal ones are no order.
bool in_set_order(ByteView previous, ByteView next) noexcept;

/// Exactly contentType, messageDigest, signingTime, signingCertificateV2, each once, each with one value.
/// `form.suite` is known. Errors: `gate.inner_*`.
Status read_signed_attributes(DerReader& attributes, ContentKind kind, SignedForm& form);

}  // namespace casebridge
