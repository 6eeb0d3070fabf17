#include "daemon/meeting_key_file.h"

#include "crypto/digest.h"

#include <algorithm>
#include <cstdio>
#include <set>

namespace casebridge {
namespace {

constexpr std::string_view first_line = "casebridge meeting keys 1";
constexpr std::size_t line_bytes = 2 * meeting_key_id_bytes + 1 + 10 + 1 + 10 + 1 + 2 * meeting_key_bytes;
constexpr int longest_days = 366;

Error bad_line(std::size_t number) {
    return {ErrorKind::invalid, "meeting_key.bad_file", "line " + std::to_string(number)};
}

/// Two nodes in the order of the alphabet, one blank between them.
Result<std::array<NodeId, 2>> parse_pair(std::string_view line) {
    auto const blank = line.find(' ');
    if (blank == std::string_view::npos) return bad_line(2);
    auto one = NodeId::parse(line.substr(0, blank));
    auto other = NodeId::parse(line.substr(blank + 1));
    if (!one || !other || !(one->text() < other->text())) return bad_line(2);
    return std::array{*std::move(one), *std::move(other)};
}

Result<MeetingKeys::Key> parse_key(std::string_view line, std::size_t number) {
    if (line.size() != line_bytes || line[32] != ' ' || line[43] != ' ' || line[54] != ' ') return bad_line(number);
    auto const id = from_hex(line.substr(0, 32));
    auto const from = parse_date(line.substr(33, 10)), until = parse_date(line.substr(44, 10));
    auto key = from_hex(line.substr(55));
    if (!id || !from || !until || !key) return bad_line(number);
    MeetingKeys::Key read{{}, std::chrono::sys_days(*from), std::chrono::sys_days(*until), Secret(*std::move(key))};
    std::ranges::copy(*id, read.id.begin());
    if (read.until <= read.from) return bad_line(number);
    return read;
}

Date day_of(Timestamp time) {
    return Date(std::chrono::floor<std::chrono::days>(time));
}

void append(Bytes& text, std::string_view more) {
    text.insert(text.end(), more.begin(), more.end());
}

/// Not by to_hex, whose text would not be wiped.
void append_hex(Bytes& text, ByteView bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    for (auto const byte : bytes) {
        text.push_back(static_cast<std::uint8_t>(digits[byte >> 4]));
        text.push_back(static_cast<std::uint8_t>(digits[byte & 15]));
    }
}

}  // namespace

Result<MeetingKeyFile> MeetingKeyFile::make(NodeId const& one, NodeId const& other, Date first, std::size_t count,
                                            int days_each) {
    if (one == other) return Error{ErrorKind::invalid, "meeting_key.same_node", one.text()};
    if (count < 1 || count > most_meeting_keys || days_each < 1 || days_each > longest_days)
        return Error{ErrorKind::invalid, "meeting_key.bad_count",
                     "1 to " + std::to_string(most_meeting_keys) + " keys, each for 1 to 366 days"};
    bool const in_order = one.text() < other.text();
    MeetingKeyFile file{{in_order ? one : other, in_order ? other : one}, {}};
    auto from = std::chrono::sys_days(first);
    for (std::size_t i = 0; i < count; ++i) {
        auto const until = from + std::chrono::days(days_each);
        file.keys.push_back({{}, from, until, Secret::random(meeting_key_bytes)});
        std::ranges::copy(random_bytes(meeting_key_id_bytes), file.keys.back().id.begin());
        from = until;
    }
    return file;
}

Result<MeetingKeyFile> MeetingKeyFile::parse(std::string_view text) {
    auto next = [&text, number = std::size_t{0}]() mutable -> Result<std::string_view> {
        ++number;
        auto const end = text.find('\n');
        if (end == std::string_view::npos) return bad_line(number);
        auto const line = text.substr(0, end);
        text.remove_prefix(end + 1);
        return line;
    };
    ASSIGN_OR_RETURN(auto const header, next());
    if (header != first_line) return bad_line(1);
    ASSIGN_OR_RETURN(auto const pair_line, next());
    ASSIGN_OR_RETURN(auto pair, parse_pair(pair_line));
    MeetingKeyFile file{std::move(pair), {}};
    std::set<MeetingKeyId> ids;
    while (!text.empty()) {
        auto const number = file.keys.size() + 3;
        ASSIGN_OR_RETURN(auto const line, next());
        ASSIGN_OR_RETURN(auto key, parse_key(line, number));
        bool const in_order = file.keys.empty() || key.from >= file.keys.back().until;
        if (!in_order || !ids.insert(key.id).second || file.keys.size() == most_meeting_keys) return bad_line(number);
        file.keys.push_back(std::move(key));
    }
    if (file.keys.empty()) return bad_line(3);
    return file;
}

Secret MeetingKeyFile::text() const {
    Bytes text;
    // One piece from the start: a buffer that grows leaves copies behind.
    text.reserve(first_line.size() + pair[0].text().size() + pair[1].text().size() + 3 +
                 keys.size() * (line_bytes + 1));
    append(text, std::string(first_line) + "\n" + pair[0].text() + " " + pair[1].text() + "\n");
    for (auto const& key : keys) {
        append_hex(text, key.id);
        append(text, " " + to_iso8601(day_of(key.from)) + " " + to_iso8601(day_of(key.until)) + " ");
        append_hex(text, key.secret.reveal());
        append(text, "\n");
    }
    return Secret(std::move(text));
}

std::string MeetingKeyFile::check_number() const {
    constexpr std::size_t groups = 6, bytes_each = 4;
    constexpr std::string_view domain = "casebridge meeting keys, check number\n";
    auto const whole = text();
    DigestBuilder builder;
    builder.add(as_bytes(domain));
    builder.add(whole.reveal());
    auto const digest = builder.finish();
    auto const& bytes = digest.bytes;
    std::string number;
    for (std::size_t group = 0; group < groups; ++group) {
        std::uint32_t value = 0;
        for (std::size_t i = 0; i < bytes_each; ++i) value = value << 8 | bytes[group * bytes_each + i];
        char digits[8];
        std::snprintf(digits, sizeof digits, "%04u", static_cast<unsigned>(value % 10000));
        number += (group == 0 ? "" : " ") + std::string(digits);
    }
    return number;
}

bool MeetingKeyFile::is_of(NodeId const& one, NodeId const& other) const {
    return (pair[0] == one && pair[1] == other) || (pair[0] == other && pair[1] == one);
}

}  // namespace casebridge
