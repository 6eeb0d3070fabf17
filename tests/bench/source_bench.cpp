// casebridge-source-bench: reads a large national database of every kind, and beside each lets the database's own
// client read the same; see sources.sh.
#include "tests/bench/figures.h"
#include "tests/bench/piped_program.h"
#include "tests/bench/source_probe.h"

#include <algorithm>
#include <iostream>
#include <stdexcept>

#include <CLI/CLI.hpp>

namespace casebridge::bench {
namespace {

struct Options {
    std::filesystem::path directory;
    int rows = 1'000'000;
    int rounds = 3;
    int lookups = 2000;
    bool json = false;
    std::string only;
    ProbePlan probe;  ///< of the process that measures itself
};

void progress(std::string const& what) {
    std::cerr << "casebridge-source-bench: " << what << '\n';
}

/// In a process of its own: what one source leaves in memory is not the next one's idle.
Probed probe(BenchedSource const& source, Options const& options, int lookups) {
    Program program{{"/proc/self/exe", "--probe", source.map.string(), "--rows", std::to_string(options.rows),
                     "--lookups", std::to_string(lookups)},
                    {}};
    if (!source.key.empty()) program.arguments.insert(program.arguments.end(), {"--key", source.key.string()});
    return Probed::parse(consume(program).head);
}

/// Rows a second of the best of several readings; starting and connecting do not count.
class ClientPace {
public:
    void read_once(Client const& client, int rows) {
        auto const read = consume(client.reads);
        if (static_cast<int>(read.lines) != rows) throw std::runtime_error(client.name + ": not all rows were read");
        seconds_ = std::min(seconds_, read.seconds);
        idle_ = std::min(idle_, consume(client.idle).seconds);
    }
    [[nodiscard]] double rows_per_second(int rows) const { return rows / std::max(seconds_ - idle_, seconds_ / 10); }

private:
    double seconds_ = 1e9, idle_ = 1e9;
};

void measure(BenchedSource const& source, Options const& options, Figures& figures) {
    progress(source.name);
    Probed best;
    std::vector<ClientPace> paces(source.clients.size());
    // In turns, and the best of each: what else the machine did in between is nobody's.
    for (int round = 0; round < options.rounds; ++round) {
        for (std::size_t at = 0; at < paces.size(); ++at) paces[at].read_once(source.clients[at], options.rows);
        auto const ours = probe(source, options, round == 0 ? options.lookups : 0);
        if (static_cast<int>(ours.rows) != options.rows) {
            throw std::runtime_error(source.name + ": not all rows were read");
        }
        if (round == 0) best = ours;
        best.scan_seconds = std::min(best.scan_seconds, ours.scan_seconds);
        best.scan_peak_mib = std::max(best.scan_peak_mib, ours.scan_peak_mib);
    }
    for (std::size_t at = 0; at < paces.size(); ++at) {
        figures.push_back({source.name, "full scan", options.rows / best.scan_seconds, "rows/s",
                           source.clients[at].name, paces[at].rows_per_second(options.rows)});
    }
    figures.push_back({source.name, "resident above idle, most during the scan",
                       std::max(best.scan_peak_mib - best.idle_mib, 0.01), "MiB", "limit", 64});
    figures.push_back({source.name, "a case by its number, median", best.lookup_p50_ms, "ms", "limit", 5});
    figures.push_back({source.name, "a case by its number, p99", best.lookup_p99_ms, "ms"});
    if (best.reload_seconds == 0) return;
    figures.push_back({source.name, "a new export, asked on and on, until it answers", best.reload_seconds, "s"});
    figures.push_back({source.name, "the longest answer meanwhile", best.reload_longest_ms, "ms"});
    figures.push_back(
        {source.name, "resident above idle, most meanwhile", best.reload_peak_mib - best.idle_mib, "MiB", "limit", 64});
}

/// The same export loaded by casebridge and imported by sqlite3, each with an index on the case number.
void measure_load(SourceFixture const& fixture, BenchedSource const& csv, Options const& options, Figures& figures) {
    progress("an export is loaded");
    double ours = 1e9;
    double bound = 1e9;
    double memory = 0;
    for (int round = 0; round < options.rounds; ++round) {
        bound = std::min(bound, consume(fixture.import_by_sqlite3()).seconds);
        auto const probed = probe(csv, options, 0);
        ours = std::min(ours, probed.open_seconds);
        memory = std::max(memory, probed.open_peak_mib);
    }
    figures.push_back({"csv", "an export loaded (read strictly, encrypted, indexed)", ours, "s",
                       "sqlite3 .import with the same index", bound, true});
    figures.push_back({"csv", "resident, most while it is loaded", memory, "MiB"});
}

int run(Options const& options) {
    progress("servers are started and filled");
    SourceFixture const fixture(options.directory, options.rows);
    for (auto const& source : fixture.sources()) {
        if (!options.only.empty() && source.name.find(options.only) == std::string::npos) continue;
        Figures figures;
        if (source.name.starts_with("csv")) measure_load(fixture, source, options, figures);
        measure(source, options, figures);
        std::cout << (options.json ? to_json_lines(figures) : to_table(figures)) << std::flush;
    }
    return 0;
}

}  // namespace
}  // namespace casebridge::bench

int main(int argc, char** argv) {
    casebridge::bench::Options options;
    CLI::App app("Reads generated national databases, each beside what the database's own client reads.");
    app.add_option("--directory", options.directory, "an empty directory on the disk to measure");
    app.add_option("--rows", options.rows, "cases in each database")->check(CLI::Range(1, 100'000'000));
    app.add_option("--rounds", options.rounds, "each side reads so often, in turns")->check(CLI::Range(1, 100));
    app.add_option("--lookups", options.lookups, "cases that are looked up")->check(CLI::Range(0, 1'000'000));
    app.add_flag("--json", options.json, "one JSON object a line");
    app.add_option("--only", options.only, "sources whose name holds this");
    app.add_option("--probe", options.probe.map, "(used by itself) measures this field map's source");
    app.add_option("--key", options.probe.key, "(used by itself) with the key in this file");
    CLI11_PARSE(app, argc, argv);
    try {
        if (!options.probe.map.empty()) {
            options.probe.rows = options.rows;
            options.probe.lookups = options.lookups;
            std::cout << probe_source(options.probe).to_line() << '\n';
            return 0;
        }
        return casebridge::bench::run(options);
    } catch (std::exception const& exception) {
        std::cerr << "casebridge-source-bench: " << exception.what() << '\n';
        return 1;
    }
}
