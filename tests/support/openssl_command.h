// The `openssl` command as a ministry without our software would use it.
#pragma once

#include "crypto/bytes.h"
#include "tests/support/temporary_directory.h"

namespace casebridge::test {

/// A directory, removed with its contents, in which the command is run.
class CommandDirectory {
public:
    void write(std::string const& name, ByteView content) const;
    void write(std::string const& name, std::string_view content) const { write(name, as_bytes(content)); }
    [[nodiscard]] Bytes read(std::string const& name) const;
    /// Runs `openssl <arguments>` in the directory; the output goes to `log`. True if it exits with 0.
    [[nodiscard]] bool openssl(std::string const& arguments) const;

private:
    TemporaryDirectory directory_;
};

}  // namespace casebridge::test
