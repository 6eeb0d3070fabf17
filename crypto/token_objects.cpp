#include "crypto/token_objects.h"

#include <algorithm>

namespace casebridge::token_objects {
namespace {

/// Attributes for a call; what they point at outlives them.
class Template {
public:
    Template& add(CK_ATTRIBUTE_TYPE type, ByteView bytes) {
        // C: the driver only reads it.
        attributes_.push_back({type, const_cast<std::uint8_t*>(bytes.data()), bytes.size()});
        return *this;
    }
    Template& add(CK_ATTRIBUTE_TYPE type, CK_ULONG const& number) {
        attributes_.push_back({type, const_cast<CK_ULONG*>(&number), sizeof number});
        return *this;
    }
    Template& add(CK_ATTRIBUTE_TYPE type, bool set) {
        static CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
        attributes_.push_back({type, set ? &yes : &no, sizeof yes});
        return *this;
    }
    [[nodiscard]] CK_ATTRIBUTE* data() { return attributes_.data(); }
    [[nodiscard]] CK_ULONG size() const { return attributes_.size(); }

private:
    std::vector<CK_ATTRIBUTE> attributes_;
};

constexpr CK_OBJECT_CLASS private_class = CKO_PRIVATE_KEY, public_class = CKO_PUBLIC_KEY, secret_class = CKO_SECRET_KEY;
constexpr CK_KEY_TYPE elliptic_curve = CKK_EC, generic_secret = CKK_GENERIC_SECRET;

CK_MECHANISM mechanism(CK_MECHANISM_TYPE type) {
    return {type, nullptr, 0};
}

unsigned char* for_driver(ByteView bytes) {
    return const_cast<unsigned char*>(bytes.data());  // C: it only reads
}

}  // namespace

CK_RV find(CK_FUNCTION_LIST& driver, CK_SESSION_HANDLE session, TokenUri const& uri, Half half,
           std::vector<CK_OBJECT_HANDLE>& found) {
    Template wanted;
    wanted.add(CKA_CLASS, half == Half::private_key ? private_class : public_class).add(CKA_KEY_TYPE, elliptic_curve);
    if (!uri.object.empty()) wanted.add(CKA_LABEL, as_bytes(uri.object));
    if (!uri.id.empty()) wanted.add(CKA_ID, uri.id);
    constexpr CK_ULONG most = 3;
    found.assign(most, 0);
    CK_ULONG count = 0;
    auto code = driver.C_FindObjectsInit(session, wanted.data(), wanted.size());
    if (code != CKR_OK) return code;
    code = driver.C_FindObjects(session, found.data(), most, &count);
    auto const ended = driver.C_FindObjectsFinal(session);
    found.resize(std::min(count, most));
    return code == CKR_OK ? ended : code;
}

CK_RV read(CK_FUNCTION_LIST& driver, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type,
           Bytes& value) {
    value.clear();
    CK_ATTRIBUTE attribute{type, nullptr, 0};
    auto code = driver.C_GetAttributeValue(session, object, &attribute, 1);
    if (code == CKR_ATTRIBUTE_TYPE_INVALID || attribute.ulValueLen == CK_UNAVAILABLE_INFORMATION) return CKR_OK;
    if (code != CKR_OK) return code;
    value.resize(attribute.ulValueLen);
    attribute.pValue = value.data();
    code = driver.C_GetAttributeValue(session, object, &attribute, 1);
    value.resize(std::min<std::size_t>(attribute.ulValueLen, value.size()));
    return code;
}

CK_RV sign(CK_FUNCTION_LIST& driver, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE key, ByteView digest,
           Bytes& signature) {
    auto ecdsa = mechanism(CKM_ECDSA);
    auto const begun = driver.C_SignInit(session, &ecdsa, key);
    if (begun != CKR_OK) return begun;
    constexpr std::size_t longest = 256;
    signature.resize(longest);
    CK_ULONG size = longest;
    auto const code = driver.C_Sign(session, for_driver(digest), digest.size(), signature.data(), &size);
    signature.resize(std::min<std::size_t>(size, longest));
    return code;
}

CK_RV agree(CK_FUNCTION_LIST& driver, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE key, ByteView point, std::size_t size,
            Secret& shared) {
    CK_ECDH1_DERIVE_PARAMS parameters{CKD_NULL, 0, nullptr, point.size(), for_driver(point)};
    CK_MECHANISM ecdh{CKM_ECDH1_DERIVE, &parameters, sizeof parameters};
    CK_ULONG const length = size;
    // It comes out: the key derivation that CMS wants is OpenSSL's.
    Template wanted;
    wanted.add(CKA_CLASS, secret_class).add(CKA_KEY_TYPE, generic_secret).add(CKA_VALUE_LEN, length);
    wanted.add(CKA_TOKEN, false).add(CKA_SENSITIVE, false).add(CKA_EXTRACTABLE, true);
    CK_OBJECT_HANDLE derived = 0;
    auto code = driver.C_DeriveKey(session, &ecdh, key, wanted.data(), wanted.size(), &derived);
    if (code != CKR_OK) return code;
    Bytes value;
    code = read(driver, session, derived, CKA_VALUE, value);
    driver.C_DestroyObject(session, derived);
    Secret const whole(std::move(value));
    if (code != CKR_OK) return code;
    if (whole.empty() || whole.size() > size) return CKR_GENERAL_ERROR;
    // Some drivers leave zeros at its beginning out.
    Bytes padded(size, 0);
    std::ranges::copy(whole.reveal(), padded.end() - static_cast<std::ptrdiff_t>(whole.size()));
    shared = Secret(std::move(padded));
    return CKR_OK;
}

CK_RV make_pair(CK_FUNCTION_LIST& driver, CK_SESSION_HANDLE session, TokenUri const& name, TokenKeyUse use,
                ByteView curve_oid) {
    bool const signs = use == TokenKeyUse::signing;
    auto generation = mechanism(CKM_EC_KEY_PAIR_GEN);
    Template public_half, private_half;
    public_half.add(CKA_TOKEN, true).add(CKA_PRIVATE, false).add(CKA_VERIFY, signs).add(CKA_EC_PARAMS, curve_oid);
    public_half.add(CKA_LABEL, as_bytes(name.object)).add(CKA_ID, name.id);
    private_half.add(CKA_TOKEN, true).add(CKA_PRIVATE, true).add(CKA_SENSITIVE, true).add(CKA_EXTRACTABLE, false);
    private_half.add(CKA_SIGN, signs).add(CKA_DERIVE, !signs).add(CKA_DECRYPT, false).add(CKA_UNWRAP, false);
    private_half.add(CKA_LABEL, as_bytes(name.object)).add(CKA_ID, name.id);
    CK_OBJECT_HANDLE public_key = 0, private_key = 0;
    return driver.C_GenerateKeyPair(session, &generation, public_half.data(), public_half.size(), private_half.data(),
                                    private_half.size(), &public_key, &private_key);
}

}  // namespace casebridge::token_objects
