// A URI of a token or key that is read writes as one that reads as the same, names a driver and a token, and has no
// place for a PIN.
#include "crypto/token_uri.h"

#include "tests/fuzz/invariant.h"

using namespace casebridge;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string const text(data, data + size);
    auto const uri = TokenUri::parse(text);
    if (!uri) {
        FUZZ_INVARIANT(uri.error().code == "token.bad_uri" || uri.error().code == "token.pin_in_uri");
        return 0;
    }
    ++fuzz_accepted;
    FUZZ_INVARIANT(uri->module_path.starts_with('/'));
    FUZZ_INVARIANT(!uri->token.empty() || !uri->serial.empty());
    FUZZ_INVARIANT(uri->pin_source.empty() || uri->pin_source.starts_with('/'));
    FUZZ_INVARIANT(uri->text().find("pin-value") == std::string::npos);
    auto const again = TokenUri::parse(uri->text());
    FUZZ_INVARIANT(again && *again == *uri);
    FUZZ_INVARIANT(!uri->token_alone().names_key());
    return 0;
}
