#include "tests/bench/source_probe.h"

#include "adapters/open_session.h"
#include "adapters/sql_case_source.h"
#include "policies/yaml.h"
#include "tests/bench/source_fixture.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <random>
#include <sstream>
#include <stdexcept>
#include <thread>

#include <unistd.h>

namespace casebridge::bench {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

template <typename T>
T must(Result<T> result) {
    if (!result) throw std::runtime_error(std::string(result.error().code) + ": " + result.error().detail);
    return *std::move(result);
}

/// This process and the reader of SQLite files, if it has started one.
std::vector<std::string> processes() {
    std::vector<std::string> all = {"self"};
    for (auto const& thread : std::filesystem::directory_iterator("/proc/self/task")) {
        std::ifstream children(thread.path() / "children");
        all.insert(all.end(), std::istream_iterator<std::string>(children), {});
    }
    return all;
}

/// The sum of a value of /proc/<pid>/status, in MiB.
double memory_mib(std::string const& key) {
    double kib = 0;
    for (auto const& process : processes()) {
        std::ifstream status("/proc/" + process + "/status");
        for (std::string line; std::getline(status, line);) {
            if (line.starts_with(key + ":")) kib += std::stod(line.substr(key.size() + 1));
        }
    }
    return kib / 1024;
}

/// VmHWM begins anew.
void forget_peak() {
    for (auto const& process : processes()) std::ofstream("/proc/" + process + "/clear_refs") << "5";
}

Secret read_key(std::filesystem::path const& path) {
    if (path.empty()) return Secret();
    std::ifstream file(path, std::ios::binary);
    return Secret::from_text(std::string(std::istreambuf_iterator<char>(file), {}));
}

/// Every value is looked at.
double scan(SqlSession& session, std::uint64_t& bytes) {
    double rows = 0;
    must(session.scan_table({"cases", scanned_columns(), "case_no"}, [&](SqlRow const& row) {
        ++rows;
        for (auto const& value : row) {
            if (auto const* const text = std::get_if<std::string>(&value)) bytes += text->size();
        }
        return true;
    }));
    return rows;
}

void look_up(CaseSource& source, ProbePlan const& plan, Probed& probed) {
    constexpr unsigned seed = 20'261'125;
    std::mt19937 random(seed);
    std::vector<double> taken;
    must(source.load(CaseId(case_number(0))));  // what is prepared once
    for (int count = 0; count < plan.lookups; ++count) {
        CaseId const id(case_number(static_cast<int>(random() % static_cast<unsigned>(plan.rows))));
        auto const began = Clock::now();
        must(source.load(id));
        taken.push_back(1000 * seconds_since(began));
    }
    std::sort(taken.begin(), taken.end());
    probed.lookup_p50_ms = taken.at(taken.size() / 2);
    probed.lookup_p99_ms = taken.at((taken.size() - 1) * 99 / 100);
}

/// A new export is there; a case is asked for until it answers.
void reload(CaseSource& source, CsvSettings const& settings, Probed& probed) {
    CaseId const id(case_number(0));
    must(source.load(id));
    std::ofstream(settings.folder / "NEXT") << "";
    std::filesystem::rename(settings.folder / "NEXT", settings.folder / settings.marker);
    forget_peak();
    auto const began = Clock::now();
    for (bool loaded = false; !loaded;) {
        auto const asked = Clock::now();
        auto const answer = source.load(id);
        probed.reload_longest_ms = std::max(probed.reload_longest_ms, 1000 * seconds_since(asked));
        loaded = static_cast<bool>(answer);
        if (!loaded && answer.error().code != "source.unavailable") must(Result<SourcedCase>(answer.error()));
        if (!loaded) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    probed.reload_seconds = seconds_since(began);
    probed.reload_peak_mib = memory_mib("VmHWM");
}

}  // namespace

std::string Probed::to_line() const {
    std::ostringstream line;
    line << open_seconds << ' ' << scan_seconds << ' ' << rows << ' ' << idle_mib << ' ' << open_peak_mib << ' '
         << scan_peak_mib << ' ' << lookup_p50_ms << ' ' << lookup_p99_ms << ' ' << reload_seconds << ' '
         << reload_longest_ms << ' ' << reload_peak_mib;
    return line.str();
}

Probed Probed::parse(std::string const& line) {
    Probed p;
    std::istringstream text(line);
    text >> p.open_seconds >> p.scan_seconds >> p.rows >> p.idle_mib >> p.open_peak_mib >> p.scan_peak_mib >>
        p.lookup_p50_ms >> p.lookup_p99_ms >> p.reload_seconds >> p.reload_longest_ms >> p.reload_peak_mib;
    if (!text) throw std::runtime_error("the measuring process gave no figures");
    return p;
}

Probed probe_source(ProbePlan const& plan) {
    auto map = must(FieldMap::load(must(load_yaml(plan.map)), plan.map.parent_path()));
    auto const key = read_key(plan.key);
    Probed probed;
    auto began = Clock::now();
    auto session = must(open_session(map.database, key));
    probed.open_seconds = seconds_since(began);
    probed.open_peak_mib = memory_mib("VmHWM");
    must(map.check_against(*session));
    probed.idle_mib = memory_mib("VmRSS");
    forget_peak();
    std::uint64_t bytes = 0;
    began = Clock::now();
    probed.rows = scan(*session, bytes);
    probed.scan_seconds = seconds_since(began);
    probed.scan_peak_mib = memory_mib("VmHWM");
    if (bytes == 0) throw std::runtime_error("the rows are empty");
    if (plan.lookups > 0) {
        auto const database = map.database;
        auto const source = must(make_sql_case_source(std::move(map), std::move(session)));
        look_up(*source, plan, probed);
        if (auto const* const csv = std::get_if<CsvSettings>(&database)) reload(*source, *csv, probed);
    }
    return probed;
}

}  // namespace casebridge::bench
