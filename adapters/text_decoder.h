// TextDecoder: text of an old encoding, piece by piece, as UTF-8. Strict: nothing is replaced, guessed or skipped.
#pragma once

#include "crypto/result.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace casebridge {

class TextDecoder {
public:
    /// `encoding`: one of `encodings()`. Errors: `text.unknown_encoding`.
    static Result<TextDecoder> make(std::string_view encoding);
    /// In the order complaints offer them.
    static std::vector<std::string_view> encodings();

    enum class Outcome { good, malformed };
    /// Appends what `bytes` say to `utf8`, without a byte order mark at the start. `last`: nothing follows, so that
    /// half a character is malformed. Malformed is also a byte the encoding gives no character; what stood before it
    /// has been appended. After `malformed` the decoder is of no more use.
    Outcome decode(std::string_view bytes, bool last, std::string& utf8);

    TextDecoder(TextDecoder&&) noexcept;
    TextDecoder& operator=(TextDecoder&&) noexcept;
    ~TextDecoder();

private:
    struct State;
    explicit TextDecoder(std::unique_ptr<State> state);
    Outcome check_utf8(std::string_view bytes, bool last, std::string& utf8);
    std::unique_ptr<State> state_;
};

}  // namespace casebridge
