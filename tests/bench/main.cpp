// casebridge-bench: measures the figures of tests/bench/README.md and prints them; see run.sh.
#include "daemon/database.h"
#include "tests/bench/crypto_bench.h"
#include "tests/bench/startup_bench.h"
#include "tests/bench/two_daemons.h"

#include <algorithm>
#include <atomic>
#include <iostream>
#include <stdexcept>

#include <CLI/CLI.hpp>
#include <unistd.h>

namespace casebridge::bench {
namespace {

struct Options {
    std::string programs, directory;
    bool json = false;
    bool quick = false;
};

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

double percentile(std::vector<double> values, double part) {
    std::sort(values.begin(), values.end());
    return values.at(static_cast<std::size_t>(part * static_cast<double>(values.size() - 1)));
}

/// What a commit to an encrypted database with a sync costs in this directory: one small row each.
double commits_per_second(std::filesystem::path const& directory, double seconds) {
    auto database = Database::open(directory / "commits.db", Secret(Bytes(32, 7)), Database::Mode::create);
    if (!database || !database->execute("CREATE TABLE t(a BLOB)")) throw std::runtime_error("no database");
    auto const row = random_bytes(2048);
    auto const start = Clock::now();
    int commits = 0;
    for (; seconds_since(start) < seconds; ++commits) {
        bool const done = database->execute("BEGIN IMMEDIATE") &&
                          database->prepare("INSERT INTO t VALUES(?1)").bind_blob(1, row).run() &&
                          database->execute("COMMIT");
        if (!done) throw std::runtime_error("a commit failed");
    }
    return commits / seconds_since(start);
}

struct Load {
    double per_second = 0;
    std::vector<double> latencies;  ///< from the officer's send to the verified receipt, both sides durable
};

/// `in_flight` officers, each with a case of its own, who send the next message when the last is delivered.
Load exchange(TwoDaemons& daemons, int in_flight, double seconds) {
    std::vector<std::thread> officers;
    std::mutex mutex;
    Load load;
    std::string trouble;
    auto const start = Clock::now();
    for (int number = 0; number < in_flight; ++number) {
        officers.emplace_back([&, number] {
            std::vector<double> mine;
            try {
                OfficerConnection officer(daemons.thailand.socket());
                while (seconds_since(start) < seconds) {
                    auto const sent = Clock::now();
                    auto const delivered = daemons.thailand.wait_delivered(daemons.send(officer, number));
                    mine.push_back(std::chrono::duration<double>(delivered - sent).count());
                }
            } catch (std::exception const& exception) {
                std::lock_guard const lock(mutex);
                trouble = exception.what();
            }
            std::lock_guard const lock(mutex);
            load.latencies.insert(load.latencies.end(), mine.begin(), mine.end());
        });
    }
    for (auto& officer : officers) officer.join();
    if (!trouble.empty()) throw std::runtime_error(trouble);
    load.per_second = static_cast<double>(load.latencies.size()) / seconds_since(start);
    return load;
}

/// Sends alone: decision, case source, seal and the commit to the outbox; nobody is there to deliver to.
double sends_per_second(TwoDaemons& daemons, int officers, int messages, std::vector<std::string>& sent) {
    std::vector<std::thread> threads;
    std::mutex mutex;
    auto const start = Clock::now();
    for (int number = 0; number < officers; ++number) {
        threads.emplace_back([&, number] {
            OfficerConnection officer(daemons.thailand.socket());
            for (int i = 0; i < messages / officers; ++i) {
                auto id = daemons.send(officer, number);
                std::lock_guard const lock(mutex);
                sent.push_back(std::move(id));
            }
        });
    }
    for (auto& thread : threads) thread.join();
    return static_cast<double>(sent.size()) / seconds_since(start);
}

void measure_exchange(Options const& options, double bound, Figures& figures) {
    std::string const group = "durable exchanges, two daemons, TLS, both sides synced, receipt verified";
    std::filesystem::path const directory = options.directory;
    double const seconds = options.quick ? 2 : 8;
    int const cases = 64;
    TwoDaemons daemons(options.programs, directory / "pair", cases);
    Figures memory;
    memory.push_back(
        {"memory", "resident, idle, the sender", daemons.thailand.memory_mib("VmRSS"), "MiB", "goal 64 MiB", 64, true});
    double const commits = commits_per_second(directory, seconds / 4);
    static_cast<void>(exchange(daemons, 8, 0.5));  // connections, caches
    for (int const in_flight : {1, 8, 64}) {
        auto const cpu = daemons.thailand.cpu_seconds() + daemons.cambodia.cpu_seconds();
        auto const load = exchange(daemons, in_flight, seconds);
        auto const used = daemons.thailand.cpu_seconds() + daemons.cambodia.cpu_seconds() - cpu;
        auto const name = std::to_string(in_flight) + " in flight";
        figures.push_back({group, name, load.per_second, "/s", "seal then open, as many threads as cores", bound});
        figures.push_back({group, name, load.per_second, "/s", "SQLCipher commits", commits});
        figures.push_back({group, name + ", p50", 1000 * percentile(load.latencies, 0.5), "ms"});
        figures.push_back({group, name + ", p99", 1000 * percentile(load.latencies, 0.99), "ms"});
        figures.push_back({group, name + ", CPU of both daemons an exchange",
                           1e6 * used / static_cast<double>(load.latencies.size()), "us"});
    }
    for (auto const& [name, daemon] :
         {std::pair{"sender", &daemons.thailand}, std::pair{"receiver", &daemons.cambodia}})
        memory.push_back(
            {"memory", std::string("most resident under load, ") + name, daemon->memory_mib("VmHWM"), "MiB"});

    // The same in two halves: sends with nobody to deliver to, then the delivery of what waits.
    daemons.cambodia.stop();
    std::vector<std::string> sent;
    auto const sends = sends_per_second(daemons, cases, options.quick ? 1280 : 6400, sent);
    figures.push_back({group, "sends alone (decision, case source, seal, commit), 64 officers", sends, "/s",
                       "seal then open, as many threads as cores", bound});
    daemons.thailand.stop();
    daemons.cambodia.start();
    ::sleep(2);  // the longest pause before another attempt
    daemons.thailand.start();
    std::vector<Clock::time_point> settled;
    settled.reserve(sent.size());
    for (auto const& message : sent) settled.push_back(daemons.thailand.wait_delivered(message));
    auto const [first, last] = std::minmax_element(settled.begin(), settled.end());
    auto const took = std::chrono::duration<double>(*last - *first).count();
    figures.push_back({group, "delivery alone (asked again, posted, admitted, settled), 64 streams",
                       static_cast<double>(sent.size() - 1) / took, "/s", "seal then open, as many threads as cores",
                       bound});
    figures.insert(figures.end(), memory.begin(), memory.end());
}

int run(Options const& options) {
    auto const cores = static_cast<int>(std::thread::hardware_concurrency());
    auto const crypto = measure_crypto(cores, options.quick ? 0.3 : 2);
    Figures figures = crypto.figures;
    measure_exchange(options, crypto.seal_and_open_per_second, figures);
    auto const startup = measure_startup(options.programs, std::filesystem::path(options.directory) / "startup",
                                         options.quick ? 20'000 : 1'000'000);
    figures.insert(figures.end(), startup.begin(), startup.end());
    std::cout << (options.json ? to_json_lines(figures) : to_table(figures));
    return 0;
}

}  // namespace
}  // namespace casebridge::bench

int main(int argc, char** argv) {
    casebridge::bench::Options options;
    CLI::App app("Measures casebridge on this machine, each figure beside the bound measured in the same run.");
    app.add_option("--programs", options.programs, "where casebridge and casebridged are")->required();
    app.add_option("--directory", options.directory, "an empty directory on the disk to measure")->required();
    app.add_flag("--json", options.json, "one JSON object a line");
    app.add_flag("--quick", options.quick, "short, for a look");
    CLI11_PARSE(app, argc, argv);
    try {
        return casebridge::bench::run(options);
    } catch (std::exception const& exception) {
        std::cerr << "casebridge-bench: " << exception.what() << '\n';
        return 1;
    }
}
