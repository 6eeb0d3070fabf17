#include "crypto/note_key.h"

#include "crypto/digest.h"
#include "crypto/openssl.h"

#include <algorithm>
#include <stdexcept>

namespace casebridge {
namespace {

using DigestContext = openssl::Handle<EVP_MD_CTX, EVP_MD_CTX_free>;

constexpr std::size_t kMaximumNameBytes = 255;
constexpr std::size_t kKeyIdBytes = 4;
constexpr std::size_t kTimeBytes = 8;
constexpr std::size_t kSignatureBytes = 64;
constexpr std::uint64_t kLatestTime = INT64_MAX;  // SPEC tlog-cosignature: MUST NOT exceed 2^63 - 1
constexpr char32_t kMalformed = 0xFFFFFFFF;

/// Takes the first character off `text`; kMalformed if it is not UTF-8 as RFC 3629 has it.
char32_t take_character(std::string_view& text) {
    auto const first = static_cast<unsigned char>(text.front());
    std::size_t const length = first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (length == 0 || first > 0xF4 || text.size() < length) return kMalformed;
    char32_t value = length == 1 ? first : first & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        auto const next = static_cast<unsigned char>(text[i]);
        if ((next & 0xC0) != 0x80) return kMalformed;
        value = value << 6 | (next & 0x3FU);
    }
    bool const overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
    if (overlong || (value >= 0xD800 && value < 0xE000) || value > 0x10FFFF) return kMalformed;
    text.remove_prefix(length);
    return value;
}

/// Unicode's White_Space.
bool is_space(char32_t c) {
    return c == 0x20 || (c >= 0x09 && c <= 0x0D) || c == 0x85 || c == 0xA0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

template <typename Number>
void put_big_endian(Bytes& bytes, Number number) {
    for (auto shift = sizeof(Number) * 8; shift > 0; shift -= 8)
        bytes.push_back(static_cast<std::uint8_t>(number >> (shift - 8)));
}

template <typename Number>
Number big_endian(ByteView bytes) {
    Number number = 0;
    for (auto const byte : bytes) number = static_cast<Number>(number << 8 | byte);
    return number;
}

std::uint32_t key_id_of(std::string_view name, NoteKeyType type, ByteView public_key) {
    auto hashed = to_bytes(name);
    hashed.push_back('\n');
    hashed.push_back(static_cast<std::uint8_t>(type));
    hashed.insert(hashed.end(), public_key.begin(), public_key.end());
    return big_endian<std::uint32_t>(sha256(hashed).view().first(kKeyIdBytes));
}

/// SPEC tlog-cosignature, "Ed25519 signed message".
std::string cosigned(std::string_view text, std::uint64_t seconds) {
    return "cosignature/v1\ntime " + std::to_string(seconds) + "\n" + std::string(text);
}

bool ed25519_verifies(ByteView public_key, std::string_view message, ByteView signature) {
    openssl::ErrorScope const errors;
    openssl::Key const key(
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, public_key.data(), public_key.size()));
    DigestContext const context(openssl::require(EVP_MD_CTX_new(), "EVP_MD_CTX_new"));
    auto const bytes = as_bytes(message);
    return key && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
           EVP_DigestVerify(context.get(), signature.data(), signature.size(), bytes.data(), bytes.size()) == 1;
}

Bytes ed25519_sign(PrivateKey const& key, std::string_view message) {
    openssl::ErrorScope const errors;
    DigestContext const context(openssl::require(EVP_MD_CTX_new(), "EVP_MD_CTX_new"));
    openssl::require(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.raw()) == 1, "Ed25519");
    Bytes signature(kSignatureBytes);
    std::size_t size = signature.size();
    auto const bytes = as_bytes(message);
    openssl::require(EVP_DigestSign(context.get(), signature.data(), &size, bytes.data(), bytes.size()) == 1 &&
                         size == kSignatureBytes,
                     "Ed25519");
    return signature;
}

std::string hex_of(std::uint32_t key_id) {
    Bytes bytes;
    put_big_endian(bytes, key_id);
    return to_hex(bytes);
}

Error bad_vkey() {
    return {ErrorKind::invalid, "note.bad_vkey"};
}

}  // namespace

bool is_note_name(std::string_view name) {
    if (name.empty() || name.size() > kMaximumNameBytes) return false;
    while (!name.empty()) {
        auto const c = take_character(name);
        if (c == kMalformed || c < 0x20 || c == '+' || is_space(c)) return false;
    }
    return true;
}

bool is_note_text(std::string_view text) {
    while (!text.empty()) {
        auto const c = take_character(text);
        if (c == kMalformed || (c < 0x20 && c != '\n')) return false;
    }
    return true;
}

Result<NoteVerifier> NoteVerifier::make(std::string name, NoteKeyType type, ByteView public_key) {
    if (!is_note_name(name)) return Error{ErrorKind::invalid, "note.bad_name"};
    if (public_key.size() != public_key_bytes) return Error{ErrorKind::invalid, "note.bad_public_key"};
    NoteVerifier verifier;
    verifier.key_id_ = key_id_of(name, type, public_key);
    verifier.name_ = std::move(name);
    verifier.type_ = type;
    std::ranges::copy(public_key, verifier.public_key_.begin());
    return verifier;
}

Result<NoteVerifier> NoteVerifier::parse(std::string_view vkey) {
    auto const first = vkey.find('+');
    auto const second = first == std::string_view::npos ? first : vkey.find('+', first + 1);
    if (second == std::string_view::npos) return bad_vkey();
    auto const typed = from_base64(vkey.substr(second + 1));
    if (!typed || typed->empty()) return bad_vkey();
    auto const type = static_cast<NoteKeyType>(typed->front());
    if (type != NoteKeyType::signature && type != NoteKeyType::cosignature)
        return Error{ErrorKind::invalid, "note.key_type", "key type " + std::to_string(typed->front())};
    auto verifier = make(std::string(vkey.substr(0, first)), type, ByteView(*typed).subspan(1));
    if (!verifier && verifier.error().code == "note.bad_public_key") return bad_vkey();
    if (!verifier) return verifier;
    if (vkey.substr(first + 1, second - first - 1) != hex_of(verifier->key_id())) return bad_vkey();
    return verifier;
}

std::string NoteVerifier::text() const {
    Bytes typed{static_cast<std::uint8_t>(type_)};
    typed.insert(typed.end(), public_key_.begin(), public_key_.end());
    return name_ + "+" + hex_of(key_id_) + "+" + to_base64(typed);
}

Result<std::optional<std::uint64_t>> NoteVerifier::verify(std::string_view text, ByteView signature) const {
    Error const bad{ErrorKind::unauthentic, "note.bad_signature", name_};
    std::optional<std::uint64_t> seconds;
    std::string message(text);
    if (type_ == NoteKeyType::cosignature) {
        if (signature.size() != kTimeBytes + kSignatureBytes) return bad;
        seconds = big_endian<std::uint64_t>(signature.first(kTimeBytes));
        if (*seconds > kLatestTime) return bad;
        signature = signature.subspan(kTimeBytes);
        message = cosigned(text, *seconds);
    }
    if (signature.size() != kSignatureBytes || !ed25519_verifies(public_key_, message, signature)) return bad;
    return seconds;
}

Result<NoteSigner> NoteSigner::make(std::string name, NoteKeyType type, PrivateKey key) {
    openssl::ErrorScope const errors;
    std::array<std::uint8_t, NoteVerifier::public_key_bytes> public_key{};
    std::size_t size = public_key.size();
    if (EVP_PKEY_is_a(key.raw(), "ED25519") != 1 ||
        EVP_PKEY_get_raw_public_key(key.raw(), public_key.data(), &size) != 1)
        return errors.error(ErrorKind::invalid, "note.bad_private_key");
    ASSIGN_OR_RETURN(auto verifier, NoteVerifier::make(std::move(name), type, public_key));
    return NoteSigner(std::move(verifier), std::move(key));
}

std::string NoteSigner::sign(std::string_view text, std::uint64_t seconds) const {
    if (!text.ends_with('\n') || !is_note_text(text)) throw std::logic_error("not a text of a note");
    Bytes line;
    put_big_endian(line, verifier_.key_id());
    std::string message(text);
    if (verifier_.type() == NoteKeyType::cosignature) {
        if (seconds > kLatestTime) throw std::logic_error("a cosignature's time is out of range");
        put_big_endian(line, seconds);
        message = cosigned(text, seconds);
    }
    auto const signature = ed25519_sign(key_, message);
    line.insert(line.end(), signature.begin(), signature.end());
    return "\u2014 " + verifier_.name() + " " + to_base64(line) + "\n";
}

}  // namespace casebridge
