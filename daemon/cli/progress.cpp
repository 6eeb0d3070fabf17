#include "daemon/cli/progress.h"

#include "daemon/cli/render.h"

#include <iostream>

namespace casebridge::cli {
namespace {

std::string with_commas(std::uint64_t number) {
    auto text = std::to_string(number);
    for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3) {
        text.insert(static_cast<std::size_t>(at), ",");
    }
    return text;
}

}  // namespace

std::string progress_text(std::uint64_t done, std::uint64_t total, std::chrono::duration<double> elapsed) {
    auto text = with_commas(done) + (total > 0 ? " of " + with_commas(total) : "") + " rows";
    if (elapsed.count() <= 0 || done == 0) return text;
    auto const rate = static_cast<double>(done) / elapsed.count();
    text += ", " + with_commas(static_cast<std::uint64_t>(rate)) + " a second";
    if (total > done) {
        auto const left = static_cast<std::uint64_t>(static_cast<double>(total - done) / rate + 0.5);
        text += ", about " + (left < 120 ? std::to_string(left) + " s" : std::to_string((left + 30) / 60) + " min") +
                " left";
    }
    return text;
}

Progress::~Progress() {
    if (written_) std::cerr << "\r\x1b[K" << std::flush;
}

void Progress::at(std::string const& name, std::uint64_t done, std::uint64_t total) {
    if (!shown_) return;
    auto const now = Clock::now();
    if (name != name_) {
        name_ = name;
        begun_ = last_ = now;
    }
    constexpr std::chrono::milliseconds pause{250};
    if (now - last_ < pause) return;
    last_ = now;
    written_ = true;
    std::cerr << "\r\x1b[K" << printable(name) << ": " << progress_text(done, total, now - begun_) << std::flush;
}

}  // namespace casebridge::cli
