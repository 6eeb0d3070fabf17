// ReaderProcess: one casebridge-sqlite-reader, from its start to its end.
#pragma once

#include "adapters/reader_channel.h"
#include "adapters/reader_frames.h"

#include <filesystem>

#include <sys/types.h>

namespace casebridge::reader {

/// Beside this program, or in its libexec: `<prefix>/libexec/casebridge/` for `<prefix>/bin/`. Never by PATH.
std::filesystem::path program_path();

class Process {
public:
    /// Starts the reader with an empty environment and no descriptor but its socket. Errors: `source.unavailable` (it
    /// is not installed, or cannot be started).
    static Result<Process> start();

    /// Errors: `reader.closed`, `reader.timeout`, `reader.bad_frame`: the process is of no more use then. A reply
    /// `Failed` becomes its error.
    Result<Reply> ask(Request const& request, std::size_t maximum_reply_bytes, std::chrono::milliseconds patience);
    /// The two halves of `ask`: what lies between them is done while the reader works.
    Status send(Request const& request, std::chrono::milliseconds patience);
    Result<Reply> receive(std::size_t maximum_reply_bytes, std::chrono::milliseconds patience);

    [[nodiscard]] pid_t id() const noexcept { return process_; }

    Process(Process&& other) noexcept;
    Process& operator=(Process&& other) noexcept;
    ~Process();  ///< ends the reader and waits for it

private:
    Process(pid_t process, Channel channel) : process_(process), channel_(std::move(channel)) {}
    pid_t process_;
    Channel channel_;
};

}  // namespace casebridge::reader
