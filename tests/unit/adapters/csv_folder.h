// CsvFolder: a national database that is a folder of CSV files, with settings that leave out every wait.
#pragma once

#include "adapters/csv_session.h"
#include "tests/unit/adapters/adapter_fixtures.h"

namespace casebridge::test {

struct CsvFolder {
    TemporaryDirectory directory;
    std::filesystem::path folder = directory.path() / "export";
    std::filesystem::path scratch = directory.path() / "scratch";
    std::chrono::system_clock::time_point now = std::chrono::system_clock::now();

    CsvFolder() {
        std::filesystem::create_directories(folder);
        std::filesystem::create_directories(scratch);
    }

    /// Written aside and renamed into place.
    void put(std::string const& name, std::string_view text) const {
        auto const aside = directory.write("export/" + name + ".part", text);
        std::filesystem::rename(aside, folder / name);
    }

    [[nodiscard]] CsvSettings settings() {
        CsvSettings settings;
        settings.folder = folder;
        settings.scratch = scratch;
        settings.settle = std::chrono::seconds(0);
        settings.patience = std::chrono::milliseconds(0);
        settings.now = [this] { return now; };
        return settings;
    }
};

}  // namespace casebridge::test
