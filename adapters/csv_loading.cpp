#include "adapters/csv_loading.h"

#include "adapters/csv_load.h"

#include <exception>
#include <utility>

namespace casebridge {
namespace {

Result<ScratchDatabase> load(CsvSettings const& settings, CsvExport const& found, std::stop_token const& stop) {
    try {
        return load_export(settings, found, stop);
    } catch (std::exception const&) {  // no memory
        return Error{ErrorKind::unavailable, "source.unavailable", "the export could not be loaded: no memory"};
    }
}

}  // namespace

CsvLoading::CsvLoading(CsvSettings const& settings, CsvExport found)
    : settings_(settings), found_(std::move(found)), thread_([this](std::stop_token const& stop) {
          auto outcome = load(settings_, found_, stop);
          std::lock_guard const lock(mutex_);
          outcome_.emplace(std::move(outcome));
          ended_.notify_all();
      }) {}

CsvLoading::~CsvLoading() = default;

bool CsvLoading::ended_within(std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    return ended_.wait_for(lock, patience, [this] { return outcome_.has_value(); });
}

CsvLoading::Outcome CsvLoading::take() {
    thread_.join();
    found_.folder = FileHandle();
    return {std::move(found_), *std::move(outcome_)};
}

}  // namespace casebridge
