#include "daemon/log_tile.h"

#include "crypto/checkpoint.h"

namespace casebridge {
namespace {

constexpr std::string_view start = "tile/";
constexpr std::string_view partial = ".p/";
constexpr unsigned highest_level = 7;
constexpr std::size_t group = 3;

/// SPEC tlog-tiles: groups of three digits, each but the last after an x.
std::string grouped(std::uint64_t number) {
    auto digits = std::to_string(number);
    digits.insert(0, (group - digits.size() % group) % group, '0');
    std::string text;
    for (std::size_t i = 0; i < digits.size(); i += group) {
        bool const last = i + group == digits.size();
        text += (last ? "" : "x") + digits.substr(i, group) + (last ? "" : "/");
    }
    return text;
}

/// Digits alone, without the marks of groups, and without zeros before them.
std::string plain(std::string_view text) {
    std::string digits;
    for (char const c : text)
        if (c >= '0' && c <= '9') digits += c;
    auto const first = digits.find_first_not_of('0');
    if (first == std::string::npos) return digits.empty() ? "" : "0";
    return digits.substr(first);
}

}  // namespace

std::string LogTile::path() const {
    auto text = std::string(start) + std::to_string(level) + "/" + grouped(number);
    if (hashes != width) text += std::string(partial) + std::to_string(hashes);
    return text;
}

std::optional<LogTile> LogTile::parse(std::string_view path) {
    auto rest = path;
    if (!rest.starts_with(start)) return std::nullopt;
    rest.remove_prefix(start.size());
    auto const slash = rest.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    auto const level = parse_log_number(rest.substr(0, slash));
    rest.remove_prefix(slash + 1);
    LogTile tile;
    if (auto const mark = rest.find(partial); mark != std::string_view::npos) {
        auto const hashes = parse_log_number(rest.substr(mark + partial.size()));
        if (!hashes || *hashes == 0 || *hashes >= width) return std::nullopt;
        tile.hashes = static_cast<std::size_t>(*hashes);
        rest = rest.substr(0, mark);
    }
    auto const number = parse_log_number(plain(rest));
    if (!level || *level > highest_level || !number || *number > INT64_MAX / width) return std::nullopt;
    tile.level = static_cast<unsigned>(*level);
    tile.number = *number;
    return tile.path() == path ? std::optional(tile) : std::nullopt;
}

}  // namespace casebridge
