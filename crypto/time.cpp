#include "crypto/time.h"

#include <cstdio>

namespace casebridge {
namespace {

using namespace std::chrono;

/// Reads exactly `count` decimal digits at `position`; -1 if there are others.
int digits(std::string_view text, std::size_t position, std::size_t count) noexcept {
    int value = 0;
    for (char const c : text.substr(position, count)) {
        if (c < '0' || c > '9') return -1;
        value = value * 10 + (c - '0');
    }
    return value;
}

Error bad_date() {
    return {ErrorKind::invalid, "time.bad_date"};
}
Error bad_timestamp() {
    return {ErrorKind::invalid, "time.bad_timestamp"};
}

std::string padded(long long value, int width) {
    char text[24];
    std::snprintf(text, sizeof text, "%0*lld", width, value);
    return text;
}

}  // namespace

std::string to_iso8601(Date date) {
    return padded(static_cast<int>(date.year()), 4) + '-' + padded(static_cast<unsigned>(date.month()), 2) + '-' +
           padded(static_cast<unsigned>(date.day()), 2);
}

Result<Date> parse_date(std::string_view text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return bad_date();
    int const y = digits(text, 0, 4);
    int const m = digits(text, 5, 2);
    int const d = digits(text, 8, 2);
    if (y < 0 || m < 0 || d < 0) return bad_date();
    Date const date = year(y) / month(static_cast<unsigned>(m)) / day(static_cast<unsigned>(d));
    if (!date.ok()) return bad_date();
    return date;
}

std::string to_rfc3339(Timestamp time) {
    auto const date = floor<days>(time);
    hh_mm_ss const clock(time - date);
    return to_iso8601(Date(date)) + 'T' + padded(clock.hours().count(), 2) + ':' + padded(clock.minutes().count(), 2) +
           ':' + padded(clock.seconds().count(), 2) + '.' + padded(clock.subseconds().count(), 3) + 'Z';
}

Result<Timestamp> parse_rfc3339(std::string_view text) {
    bool const fraction = text.size() == 24;
    if (!fraction && text.size() != 20) return bad_timestamp();
    if (text[10] != 'T' || text[13] != ':' || text[16] != ':' || text.back() != 'Z') return bad_timestamp();
    auto const date = parse_date(text.substr(0, 10));
    int const hour = digits(text, 11, 2);
    int const minute = digits(text, 14, 2);
    int const second = digits(text, 17, 2);
    int const millisecond = fraction ? digits(text, 20, 3) : 0;
    if (!date || (fraction && text[19] != '.') || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 ||
        second > 59 || millisecond < 0)
        return bad_timestamp();
    return Timestamp(sys_days(*date)) + hours(hour) + minutes(minute) + seconds(second) + milliseconds(millisecond);
}

}  // namespace casebridge
