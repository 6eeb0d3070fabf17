// A frame between daemon and casebridge-sqlite-reader means one thing, or is refused: what decodes encodes to the same
// bytes again, and an error has a code of a session and one line of plain text.
#include "adapters/reader_frames.h"

#include "policies/unicode.h"
#include "tests/fuzz/invariant.h"

using namespace casebridge;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string const payload(data, data + size);
    auto const request = reader::decode_request(payload);
    FUZZ_INVARIANT(request ? reader::encode(*request) == payload : request.error().code == "reader.bad_frame");
    auto const reply = reader::decode_reply(payload);
    FUZZ_INVARIANT(reply ? reader::encode(*reply) == payload : reply.error().code == "reader.bad_frame");
    if (request || reply) ++fuzz_accepted;
    if (!reply) return 0;
    if (auto const* const failed = std::get_if<reader::Failed>(&*reply)) {
        FUZZ_INVARIANT(!failed->error.code.empty());
        FUZZ_INVARIANT(find_refused_character(failed->error.detail, LineBreaks::refused) == std::string::npos);
    }
    return 0;
}
