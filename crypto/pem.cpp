#include "crypto/pem.h"

#include <openssl/crypto.h>

namespace casebridge {
namespace {

constexpr std::string_view kWhiteSpace = " \t\r\n";

std::string_view without_leading_space(std::string_view text) {
    auto const start = text.find_first_not_of(kWhiteSpace);
    return start == std::string_view::npos ? std::string_view{} : text.substr(start);
}

}  // namespace

Result<std::vector<std::string_view>> pem_blocks(std::string_view text, std::string_view label, std::string_view code) {
    Error const malformed{ErrorKind::invalid, code};
    std::string const begin = "-----BEGIN " + std::string(label) + "-----";
    std::string const end = "-----END " + std::string(label) + "-----";
    std::vector<std::string_view> blocks;
    for (auto rest = without_leading_space(text); !rest.empty(); rest = without_leading_space(rest)) {
        auto const stop = rest.find(end);
        if (!rest.starts_with(begin) || stop == std::string_view::npos) return malformed;
        blocks.push_back(rest.substr(begin.size(), stop - begin.size()));
        rest.remove_prefix(stop + end.size());
    }
    if (blocks.empty()) return malformed;
    return blocks;
}

Result<Bytes> decode_pem_block(std::string_view block, std::string_view code) {
    std::string joined;
    joined.reserve(block.size());
    for (char const c : block)
        if (c != '\n' && c != '\r') joined.push_back(c);
    auto bytes = from_base64(joined);
    OPENSSL_cleanse(joined.data(), joined.size());
    if (!bytes || bytes->empty()) return Error{ErrorKind::invalid, code};
    return bytes;
}

std::string write_pem(ByteView der, std::string_view label) {
    std::string const body = to_base64(der);
    std::string text = "-----BEGIN " + std::string(label) + "-----\n";
    for (std::size_t i = 0; i < body.size(); i += 64) text += body.substr(i, 64) + '\n';
    return text + "-----END " + std::string(label) + "-----\n";
}

}  // namespace casebridge
