// ReaderChannel: whole frames over one end of a socket pair, with a size limit and a deadline.
#pragma once

#include "adapters/file_handle.h"
#include "crypto/result.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace casebridge::reader {

class Channel {
public:
    using Deadline = std::optional<std::chrono::steady_clock::time_point>;  ///< none: waits for ever

    explicit Channel(FileHandle socket) : socket_(std::move(socket)) {}

    /// Errors: `reader.closed` (the other side is gone), `reader.timeout`.
    Status send(std::string_view payload, Deadline deadline);
    /// Errors: as `send`, and `reader.bad_frame` (empty, or over `maximum_bytes`).
    Result<std::string> receive(std::size_t maximum_bytes, Deadline deadline);

private:
    Status wait(short events, Deadline deadline);
    Status read_exactly(char* into, std::size_t size, Deadline deadline);
    FileHandle socket_;
};

}  // namespace casebridge::reader
