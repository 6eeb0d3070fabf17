#include "daemon/calendars.h"

#include <algorithm>
#include <vector>

namespace casebridge {
namespace {

std::vector<std::filesystem::path> yaml_files(std::filesystem::path const& directory) {
    std::error_code error;
    std::vector<std::filesystem::path> files;
    for (auto const& entry : std::filesystem::directory_iterator(directory, error))
        if (entry.path().extension() == ".yaml") files.push_back(entry.path());
    std::ranges::sort(files);
    return files;
}

}  // namespace

Result<std::shared_ptr<Calendars const>> Calendars::load(std::filesystem::path const& directory) {
    auto calendars = std::make_shared<Calendars>();
    std::string complaints;
    for (auto const& path : yaml_files(directory)) {
        auto const file = load_yaml(path);
        auto calendar = file ? Calendar::load(*file) : Result<Calendar>(file.error());
        if (!calendar) {
            if (!complaints.empty()) complaints += '\n';
            complaints += calendar.error().detail;
            continue;
        }
        auto country = calendar->country();
        std::ranges::transform(country, country.begin(),
                               [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        if (!calendars->by_country_.emplace(std::move(country), *std::move(calendar)).second)
            return Error{ErrorKind::invalid, "calendar.duplicate", path.string()};
    }
    if (!complaints.empty()) return Error{ErrorKind::invalid, "calendar.invalid", complaints};
    return std::shared_ptr<Calendars const>(std::move(calendars));
}

Calendar const* Calendars::find(std::string_view country) const {
    auto const found = by_country_.find(country);
    return found == by_country_.end() ? nullptr : &found->second;
}

SideCalendars Calendars::of(NodeId const& initiator, NodeId const& responder) const {
    constexpr std::string_view no_country = "org";
    auto const country_of = [&](NodeId const& node, NodeId const& other) {
        return node.country() == no_country ? other.country() : node.country();
    };
    return {find(country_of(initiator, responder)), find(country_of(responder, initiator))};
}

}  // namespace casebridge
