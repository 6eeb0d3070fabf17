// OpenSSL 3 calls its way to give a key other operations deprecated, and keeps it: a provider of our own would be ten
// times as long.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "crypto/token_key.h"

#include "crypto/openssl.h"
#include "crypto/suite.h"
#include "crypto/token_objects.h"

#include <algorithm>
#include <array>

namespace casebridge {
namespace {

using namespace token_objects;

constexpr std::size_t id_bytes = 16;

/// SPEC SEC 2: the named curves, as CKA_EC_PARAMS has them.
constexpr std::array<std::uint8_t, 10> p256_oid{0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07};
constexpr std::array<std::uint8_t, 7> p384_oid{0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22};

ByteView oid_of(Suite suite) {
    return suite == Suite::p256_sha256 ? ByteView(p256_oid) : ByteView(p384_oid);
}
std::size_t field_bytes(Suite suite) {
    return suite == Suite::p256_sha256 ? 32 : 48;
}

Error unavailable(std::string_view code, TokenUri const& uri) {
    return {ErrorKind::unavailable, code, uri.name()};
}

/// The one object of this name.
struct Lookup {
    CK_RV code = CKR_OK;
    std::vector<CK_OBJECT_HANDLE> found;
    [[nodiscard]] bool is_one() const { return code == CKR_OK && found.size() == 1; }
};

Lookup look_up(CK_FUNCTION_LIST& driver, CK_SESSION_HANDLE session, TokenUri const& uri, Half half) {
    Lookup result;
    result.code = find(driver, session, uri, half, result.found);
    return result;
}

/// What OpenSSL's key refers to.
class KeyInToken {
public:
    KeyInToken(TokenUri uri, std::shared_ptr<PinSource> pins, Suite suite)
        : uri_(std::move(uri)), pins_(std::move(pins)), suite_(suite) {}

    [[nodiscard]] Suite suite() const { return suite_; }

    [[nodiscard]] Result<Bytes> sign(ByteView digest) const {
        Bytes signature;
        RETURN_IF_ERROR(with_key("token.cannot_sign", [&](auto& driver, auto session, auto key) {
            return token_objects::sign(driver, session, key, digest, signature);
        }));
        if (signature.size() != 2 * field_bytes(suite_)) return unavailable("token.cannot_sign", uri_);
        return signature;
    }
    [[nodiscard]] Result<Secret> agree(ByteView point) const {
        Secret shared;
        RETURN_IF_ERROR(with_key("token.cannot_derive", [&](auto& driver, auto session, auto key) {
            return token_objects::agree(driver, session, key, point, field_bytes(suite_), shared);
        }));
        return shared;
    }
    [[nodiscard]] Status require_there() const {
        return with_key("token.failed", [](auto&, auto, auto) { return CK_RV{CKR_OK}; });
    }

private:
    /// `forbidden`: what the code means where the token does not let this key do it.
    template <typename Work>
    [[nodiscard]] Status with_key(std::string_view forbidden, Work const& work) const {
        std::optional<Error> other;
        auto const done = TokenSession::of(uri_).use(*pins_, [&](auto& driver, auto session) -> CK_RV {
            other.reset();
            auto const key = look_up(driver, session, uri_, Half::private_key);
            if (key.code != CKR_OK) return key.code;
            if (!key.is_one()) {
                other = unavailable(key.found.empty() ? "token.key_not_found" : "token.ambiguous", uri_);
                return CKR_OK;
            }
            auto const code = work(driver, session, key.found.front());
            bool const is_forbidden = code == CKR_KEY_FUNCTION_NOT_PERMITTED || code == CKR_MECHANISM_INVALID ||
                                      code == CKR_KEY_TYPE_INCONSISTENT;
            if (!is_forbidden) return code;
            other = unavailable(forbidden, uri_);
            return CKR_OK;
        });
        if (!done) return done;
        return other ? Status(*other) : Status(Done{});
    }

    TokenUri const uri_;
    std::shared_ptr<PinSource> const pins_;  ///< owners: every key of the same file, and copies of it
    Suite const suite_;
};

using Held = std::shared_ptr<KeyInToken const>;  // owners: OpenSSL's key, and its copies

void free_held(void*, void* held, CRYPTO_EX_DATA*, int, long, void*) {
    delete static_cast<Held*>(held);
}
int copy_held(CRYPTO_EX_DATA*, CRYPTO_EX_DATA const*, void** held, int, long, void*) {
    if (*held != nullptr) *held = new Held(*static_cast<Held*>(*held));
    return 1;
}
int held_index() {
    static int const index = EC_KEY_get_ex_new_index(0, nullptr, nullptr, copy_held, free_held);
    openssl::require(index >= 0, "EC_KEY_get_ex_new_index");
    return index;
}
/// Null: the key is in no token.
KeyInToken const* held_by(EC_KEY const* key) {
    auto const* const held = key == nullptr ? nullptr : static_cast<Held*>(EC_KEY_get_ex_data(key, held_index()));
    return held == nullptr ? nullptr : held->get();
}

ECDSA_SIG* sign_in_token(unsigned char const* digest, int size, BIGNUM const*, BIGNUM const*, EC_KEY* key) {
    auto const signature = held_by(key)->sign({digest, static_cast<std::size_t>(size)});
    if (!signature) {
        openssl::raise(signature.error());
        return nullptr;
    }
    auto const half = static_cast<int>(signature->size() / 2);
    openssl::Handle<ECDSA_SIG, ECDSA_SIG_free> result(openssl::require(ECDSA_SIG_new(), "ECDSA_SIG_new"));
    openssl::BigNumber r(openssl::require(BN_bin2bn(signature->data(), half, nullptr), "BN_bin2bn"));
    openssl::BigNumber s(openssl::require(BN_bin2bn(signature->data() + half, half, nullptr), "BN_bin2bn"));
    openssl::require(ECDSA_SIG_set0(result.get(), r.release(), s.release()) == 1, "ECDSA_SIG_set0");
    return result.release();
}

int agree_in_token(unsigned char** secret, std::size_t* size, EC_POINT const* peer, EC_KEY const* key) {
    auto const* const held = held_by(key);
    Bytes point(1 + 2 * field_bytes(held->suite()));
    if (EC_POINT_point2oct(EC_KEY_get0_group(key), peer, POINT_CONVERSION_UNCOMPRESSED, point.data(), point.size(),
                           nullptr) != point.size())
        return 0;
    auto const shared = held->agree(point);
    if (!shared) {
        openssl::raise(shared.error());
        return 0;
    }
    auto const bytes = shared->reveal();
    *secret = static_cast<unsigned char*>(openssl::require(OPENSSL_malloc(bytes.size()), "OPENSSL_malloc"));
    std::ranges::copy(bytes, *secret);
    *size = bytes.size();
    return 1;
}

EC_KEY_METHOD const* method() {
    static EC_KEY_METHOD const* const made = [] {
        EC_KEY_METHOD* const own = openssl::require(EC_KEY_METHOD_new(EC_KEY_OpenSSL()), "EC_KEY_METHOD_new");
        int (*sign)(int, unsigned char const*, int, unsigned char*, unsigned*, BIGNUM const*, BIGNUM const*, EC_KEY*);
        int (*prepare)(EC_KEY*, BN_CTX*, BIGNUM**, BIGNUM**);
        EC_KEY_METHOD_get_sign(own, &sign, &prepare, nullptr);
        EC_KEY_METHOD_set_sign(own, sign, prepare, sign_in_token);
        EC_KEY_METHOD_set_compute_key(own, agree_in_token);
        return own;  // until the process ends
    }();
    return made;
}

/// What is found of a key's two halves.
struct Halves {
    Bytes id, curve, point;
};

/// SPEC PKCS #11 2.40, 2.3.3: the point is the DER of an OCTET STRING; some drivers leave that out.
ByteView bare_point(ByteView point, Suite suite) {
    auto const bare = 1 + 2 * field_bytes(suite);
    return point.size() > bare ? point.last(bare) : point;
}

Result<PrivateKey> key_of(TokenUri const& uri, std::shared_ptr<PinSource> pins, Halves const& halves) {
    openssl::ErrorScope const errors;
    Error const wrong_kind{ErrorKind::invalid, "token.wrong_kind", uri.name()};
    std::optional<Suite> suite;
    for (auto const candidate : {Suite::p256_sha256, Suite::p384_sha384})
        if (std::ranges::equal(halves.curve, oid_of(candidate))) suite = candidate;
    if (!suite) return wrong_kind;
    openssl::Handle<EC_KEY, EC_KEY_free> key(
        openssl::require(EC_KEY_new_by_curve_name(curve_of(*suite)), "EC_KEY_new_by_curve_name"));
    auto const point = bare_point(halves.point, *suite);
    if (EC_KEY_oct2key(key.get(), point.data(), point.size(), nullptr) != 1) return wrong_kind;
    // Before OpenSSL gets the key: it looks then whether the operations are its own.
    openssl::require(EC_KEY_set_method(key.get(), method()) == 1, "EC_KEY_set_method");
    auto held = std::make_unique<Held>(std::make_shared<KeyInToken const>(uri, std::move(pins), *suite));
    openssl::require(EC_KEY_set_ex_data(key.get(), held_index(), held.get()) == 1, "EC_KEY_set_ex_data");
    static_cast<void>(held.release());
    openssl::Key whole(openssl::require(EVP_PKEY_new(), "EVP_PKEY_new"));
    openssl::require(EVP_PKEY_assign_EC_KEY(whole.get(), key.get()) == 1, "EVP_PKEY_assign_EC_KEY");
    static_cast<void>(key.release());
    return PrivateKey::adopt(whole.release());
}

/// Reads what the key is; an error that is not the driver's goes to `other`.
CK_RV read_halves(CK_FUNCTION_LIST& driver, CK_SESSION_HANDLE session, TokenUri const& uri, Halves& halves,
                  std::optional<Error>& other) {
    other.reset();
    auto const key = look_up(driver, session, uri, Half::private_key);
    if (key.code != CKR_OK) return key.code;
    if (!key.is_one()) {
        other = unavailable(key.found.empty() ? "token.key_not_found" : "token.ambiguous", uri);
        return CKR_OK;
    }
    if (auto const code = read(driver, session, key.found.front(), CKA_ID, halves.id); code != CKR_OK) return code;
    auto named = uri;
    if (!halves.id.empty()) named.id = halves.id;
    auto const half = look_up(driver, session, named, Half::public_key);
    if (half.code != CKR_OK) return half.code;
    if (!half.is_one()) {
        other = half.found.empty() ? Error{ErrorKind::invalid, "token.wrong_kind", uri.name() + ": no public half"}
                                   : unavailable("token.ambiguous", uri);
        return CKR_OK;
    }
    if (auto const code = read(driver, session, half.found.front(), CKA_EC_PARAMS, halves.curve); code != CKR_OK)
        return code;
    return read(driver, session, half.found.front(), CKA_EC_POINT, halves.point);
}

/// Empty if `own` cannot.
Result<Secret> shared_secret(PrivateKey const& own, PrivateKey const& other) {
    openssl::ErrorScope const errors;
    auto const failed = [&errors] { return errors.error(ErrorKind::invalid, "token.cannot_derive"); };
    openssl::KeyContext const context(EVP_PKEY_CTX_new(own.raw(), nullptr));
    std::size_t size = 0;
    if (!context || EVP_PKEY_derive_init(context.get()) != 1 ||
        EVP_PKEY_derive_set_peer(context.get(), other.raw()) != 1 ||
        EVP_PKEY_derive(context.get(), nullptr, &size) != 1)
        return failed();
    Bytes bytes(size);
    bool const derived = EVP_PKEY_derive(context.get(), bytes.data(), &size) == 1;
    Secret result(std::move(bytes));
    if (!derived) return failed();
    return result;
}

/// Of a token that was used already.
TokenUri named_by_serial(TokenUri uri) {
    uri.serial = TokenSession::of(uri).serial();
    return uri;
}

}  // namespace

Result<PrivateKey> load_token_key(TokenUri const& uri, std::shared_ptr<PinSource> pins) {
    if (!uri.names_key()) return Error{ErrorKind::invalid, "token.bad_uri", uri.name()};
    Halves halves;
    std::optional<Error> other;
    RETURN_IF_ERROR(TokenSession::of(uri).use(
        *pins, [&](auto& driver, auto session) { return read_halves(driver, session, uri, halves, other); }));
    if (other) return *other;
    return key_of(uri, std::move(pins), halves);
}

Result<MadeTokenKey> make_token_key(TokenUri const& token, std::string const& label, TokenKeyUse use, Suite suite,
                                    std::shared_ptr<PinSource> pins) {
    auto uri = token.token_alone();
    uri.object = label;
    uri.id = random_bytes(id_bytes);
    uri.made_here = true;
    CK_RV refused = CKR_OK;
    RETURN_IF_ERROR(TokenSession::of(token).use_to_write(*pins, [&](auto& driver, auto session) {
        auto const code = make_pair(driver, session, uri, use, oid_of(suite));
        bool const cannot = code == CKR_MECHANISM_INVALID || code == CKR_TOKEN_WRITE_PROTECTED ||
                            code == CKR_FUNCTION_NOT_SUPPORTED || code == CKR_TEMPLATE_INCONSISTENT ||
                            code == CKR_ATTRIBUTE_VALUE_INVALID || code == CKR_DEVICE_MEMORY ||
                            code == CKR_DOMAIN_PARAMS_INVALID;
        refused = cannot ? code : CK_RV{CKR_OK};
        return cannot ? CK_RV{CKR_OK} : code;
    }));
    if (refused != CKR_OK)
        return Error{ErrorKind::unavailable, "token.cannot_make", token_error(refused, token.name()).detail};
    uri = named_by_serial(uri);
    ASSIGN_OR_RETURN(auto key, load_token_key(uri, std::move(pins)));
    return MadeTokenKey{std::move(uri), std::move(key)};
}

Result<TokenUri> with_serial(TokenUri const& uri, std::shared_ptr<PinSource> const& pins) {
    RETURN_IF_ERROR(TokenSession::of(uri).use(*pins, [](auto&, auto) { return CK_RV{CKR_OK}; }));
    return named_by_serial(uri);
}

Result<bool> is_in_token(TokenUri const& uri, std::shared_ptr<PinSource> const& pins) {
    if (!uri.names_key()) return Error{ErrorKind::invalid, "token.bad_uri", uri.name()};
    bool found = false;
    RETURN_IF_ERROR(TokenSession::of(uri).use(*pins, [&](auto& driver, auto session) {
        auto const key = look_up(driver, session, uri, Half::private_key);
        found = !key.found.empty();
        return key.code;
    }));
    return found;
}

Status destroy_token_key(TokenUri const& uri, std::shared_ptr<PinSource> const& pins) {
    if (!uri.names_key()) return Error{ErrorKind::invalid, "token.bad_uri", uri.name()};
    CK_RV refused = CKR_OK;
    bool several = false;
    RETURN_IF_ERROR(TokenSession::of(uri).use_to_write(*pins, [&](auto& driver, auto session) -> CK_RV {
        refused = CKR_OK;
        // The private half first: without it the other is only a number.
        for (auto const half : {Half::private_key, Half::public_key}) {
            auto const object = look_up(driver, session, uri, half);
            if (object.code != CKR_OK) return object.code;
            several = object.found.size() > 1;
            if (several) return CKR_OK;
            if (object.found.empty()) continue;
            refused = driver.C_DestroyObject(session, object.found.front());
            if (refused != CKR_OK) return CKR_OK;
        }
        return CKR_OK;
    }));
    if (several) return unavailable("token.ambiguous", uri);
    if (refused != CKR_OK)
        return Error{ErrorKind::unavailable, "token.cannot_destroy", token_error(refused, uri.name()).detail};
    // INVARIANT: a destruction that is reported has been looked at.
    ASSIGN_OR_RETURN(bool const still, is_in_token(uri, pins));
    return still ? Status(unavailable("token.cannot_destroy", uri)) : Status(Done{});
}

Status require_usable(PrivateKey const& key) {
    openssl::ErrorScope const errors;
    if (EVP_PKEY_get_base_id(key.raw()) != EVP_PKEY_EC) return Done{};
    auto const* const held = held_by(EVP_PKEY_get0_EC_KEY(key.raw()));
    return held == nullptr ? Status(Done{}) : held->require_there();
}

Status require_derives(PrivateKey const& key) {
    openssl::ErrorScope const errors;
    auto const suite = suite_of(key.raw());
    if (!suite) return Error{ErrorKind::invalid, "token.cannot_derive"};
    ASSIGN_OR_RETURN(auto const other, PrivateKey::generate(*suite));
    // The public half as a key of OpenSSL's own: one with other operations cannot be a peer.
    auto const der = openssl::to_der<EVP_PKEY>(key.raw(), i2d_PUBKEY);
    unsigned char const* position = der.data();
    EVP_PKEY* const public_half = d2i_PUBKEY(nullptr, &position, static_cast<long>(der.size()));
    if (public_half == nullptr) return Error{ErrorKind::invalid, "token.cannot_derive"};
    auto const peer = PrivateKey::adopt(public_half);
    ASSIGN_OR_RETURN(auto const here, shared_secret(key, other));
    ASSIGN_OR_RETURN(auto const there, shared_secret(other, peer));
    return here == there ? Status(Done{}) : Status(Error{ErrorKind::invalid, "token.halves_differ"});
}

Status require_signs(PrivateKey const& key) {
    openssl::ErrorScope const errors;
    auto const text = random_bytes(32);
    openssl::Handle<EVP_MD_CTX, EVP_MD_CTX_free> const context(openssl::require(EVP_MD_CTX_new(), "EVP_MD_CTX_new"));
    std::size_t size = 0;
    auto const cannot = [&errors] { return errors.error(ErrorKind::invalid, "token.cannot_sign"); };
    if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.raw()) != 1 ||
        EVP_DigestSign(context.get(), nullptr, &size, text.data(), text.size()) != 1)
        return cannot();
    Bytes signature(size);
    if (EVP_DigestSign(context.get(), signature.data(), &size, text.data(), text.size()) != 1) return cannot();
    EVP_MD_CTX_reset(context.get());
    bool const fits = EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.raw()) == 1 &&
                      EVP_DigestVerify(context.get(), signature.data(), size, text.data(), text.size()) == 1;
    return fits ? Status(Done{}) : Status(Error{ErrorKind::invalid, "token.halves_differ"});
}

}  // namespace casebridge
