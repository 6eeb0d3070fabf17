// Calendars: the working days of the countries this node has a list of, as an immutable snapshot.
#pragma once

#include "policies/deadline.h"

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>

namespace casebridge {

class Calendars {
public:
    /// Every *.yaml of the directory; none if there is no such directory. Errors: `calendar.invalid` (every complaint
    /// of every file), `calendar.duplicate` (two files of one country).
    static Result<std::shared_ptr<Calendars const>> load(std::filesystem::path const& directory);

    /// nullptr: no list. An organisation without a country is given the other side's.
    [[nodiscard]] SideCalendars of(NodeId const& initiator, NodeId const& responder) const;

private:
    [[nodiscard]] Calendar const* find(std::string_view country) const;
    std::map<std::string, Calendar, std::less<>> by_country_;
};

/// The current snapshot, swapped as a whole on reload.
class CalendarsHolder {
public:
    [[nodiscard]] std::shared_ptr<Calendars const> get() const {
        std::lock_guard const lock(mutex_);
        return calendars_;
    }
    void set(std::shared_ptr<Calendars const> calendars) {
        std::lock_guard const lock(mutex_);
        calendars_ = std::move(calendars);
    }

private:
    mutable std::mutex mutex_;
    std::shared_ptr<Calendars const> calendars_ = std::make_shared<Calendars const>();
};

}  // namespace casebridge
