// PaperTime: days and hours as they are in a node's country, for printed papers.
#pragma once

#include "policies/time_zone.h"
#include "policies/wording.h"

#include <string_view>

namespace casebridge::cli {

class PaperTime {
public:
    /// Of the country a node's id begins with; UTC for organisations and countries the program does not know.
    static PaperTime of_node(std::string_view node);

    [[nodiscard]] Date day(Timestamp time) const;
    /// "21:20"
    [[nodiscard]] std::string clock_time(Timestamp time) const;
    /// "2026-11-28 21:20 (Asia/Bangkok)"
    [[nodiscard]] std::string minute(Timestamp time) const;
    [[nodiscard]] std::string const& zone_name() const noexcept { return name_; }

private:
    PaperTime(std::string name, std::optional<TimeZone> zone) : name_(std::move(name)), zone_(std::move(zone)) {}
    std::string name_;
    std::optional<TimeZone> zone_;
};

/// Gregorian, and the Buddhist era beside it where papers in that language have it: "… ค.ศ. 2026 (… พ.ศ. 2569)".
std::string day_in_words(Wording const& wording, Date day);

}  // namespace casebridge::cli
