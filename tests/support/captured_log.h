// CapturedLog: what the process writes to standard error while this lives, in a file.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace casebridge::test {

class CapturedLog {
public:
    explicit CapturedLog(std::filesystem::path file) : file_(std::move(file)), kept_(::dup(STDERR_FILENO)) {
        int const descriptor = ::open(file_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        if (kept_ < 0 || descriptor < 0 || ::dup2(descriptor, STDERR_FILENO) < 0)
            throw std::system_error(errno, std::generic_category(), file_.string());
        ::close(descriptor);
    }
    ~CapturedLog() {
        ::dup2(kept_, STDERR_FILENO);
        ::close(kept_);
    }
    CapturedLog(CapturedLog const&) = delete;
    CapturedLog& operator=(CapturedLog const&) = delete;

    [[nodiscard]] std::string text() const {
        std::ifstream in(file_, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }

private:
    std::filesystem::path file_;
    int kept_;
};

}  // namespace casebridge::test
