#include "daemon/cli/terminal.h"

#include <cerrno>
#include <cstdlib>
#include <iostream>

#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

namespace casebridge::cli {
namespace {

constexpr std::size_t kLongestPassphrase = 1024;

/// No echo while it lives; the signal for an interrupt is let through by the terminal as usual.
class Silence {
public:
    Silence() : active_(::tcgetattr(STDIN_FILENO, &before_) == 0) {
        if (!active_) return;
        auto silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        silent.c_lflag |= ECHONL;
        active_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0;
    }
    ~Silence() {
        if (active_) static_cast<void>(::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_));
    }
    Silence(Silence const&) = delete;
    Silence& operator=(Silence const&) = delete;
    [[nodiscard]] bool is_active() const noexcept { return active_; }

private:
    termios before_{};
    bool active_;
};

/// Byte by byte from the descriptor, so that no stream buffer keeps a copy.
Secret read_silently(std::string const& question) {
    std::cerr << question << std::flush;
    Bytes line;
    line.reserve(kLongestPassphrase);
    for (std::uint8_t byte = 0; line.size() < kLongestPassphrase;) {
        auto const count = ::read(STDIN_FILENO, &byte, 1);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0 || byte == '\n') break;
        line.push_back(byte);
    }
    return Secret(std::move(line));
}

}  // namespace

bool can_ask() {
    return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1;
}

bool output_is_terminal() {
    return ::isatty(STDOUT_FILENO) == 1;
}

bool wants_colour() {
    if (!output_is_terminal()) return false;
    char const* const refused = std::getenv("NO_COLOR");
    if (refused != nullptr && *refused != '\0') return false;
    char const* const kind = std::getenv("TERM");
    return kind != nullptr && std::string_view(kind) != "dumb";
}

std::size_t terminal_width() {
    winsize size{};
    if (!output_is_terminal() || ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return 0;
    return size.ws_col;
}

std::optional<std::string> ask(std::string const& question) {
    std::cerr << question << std::flush;
    std::string line;
    if (!std::getline(std::cin, line)) return std::nullopt;
    return line;
}

void tell(std::string const& text) {
    std::cerr << text << '\n' << std::flush;
}

bool confirm(std::string const& question) {
    auto const answer = ask(question + " [y/N] ");
    return answer == "y" || answer == "Y" || answer == "yes";
}

Result<Secret> ask_passphrase(std::string const& what) {
    Error const no_terminal{ErrorKind::invalid, "passphrase.no_terminal",
                            "there is nobody to ask; give --passphrase-file"};
    if (!can_ask()) return no_terminal;
    Silence const silence;
    if (!silence.is_active()) return no_terminal;
    return read_silently(what + ": ");
}

Result<Secret> ask_new_passphrase(std::string const& what) {
    Error const no_terminal{ErrorKind::invalid, "passphrase.no_terminal",
                            "there is nobody to ask; give --passphrase-file"};
    if (!can_ask()) return no_terminal;
    Silence const silence;
    if (!silence.is_active()) return no_terminal;
    auto first = read_silently(what + ": ");
    auto const second = read_silently("The same again: ");
    if (!(first == second)) return Error{ErrorKind::invalid, "passphrase.mismatch", "the two are not the same"};
    return first;
}

}  // namespace casebridge::cli
