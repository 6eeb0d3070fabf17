// Objects in a token: the two halves of elliptic-curve keys, found, read, made and destroyed in a session. Include from
// the .cpp files of tokens only. Functions return the driver's code.
#pragma once

#include "crypto/token_session.h"

#include <vector>

namespace casebridge::token_objects {

enum class Half { private_key, public_key };

/// At most three, so that one can be told from several.
CK_RV find(CK_FUNCTION_LIST& driver, CK_SESSION_HANDLE session, TokenUri const& uri, Half half,
           std::vector<CK_OBJECT_HANDLE>& found);
/// Empty: the object has no such attribute.
CK_RV read(CK_FUNCTION_LIST& driver, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type,
           Bytes& value);

/// r and s, one after the other.
CK_RV sign(CK_FUNCTION_LIST& driver, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE key, ByteView digest,
           Bytes& signature);
/// Of `size` bytes, with the other side's uncompressed point.
CK_RV agree(CK_FUNCTION_LIST& driver, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE key, ByteView point, std::size_t size,
            Secret& shared);

CK_RV make_pair(CK_FUNCTION_LIST& driver, CK_SESSION_HANDLE session, TokenUri const& name, TokenKeyUse use,
                ByteView curve_oid);

}  // namespace casebridge::token_objects
