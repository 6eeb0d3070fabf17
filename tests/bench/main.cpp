// casebridge-bench: measures the figures of tests/bench/README.md and prints them; see run.sh.
#include "daemon/database.h"
#include "tests/bench/crypto_bench.h"
#include "tests/bench/docket_bench.h"
#include "tests/bench/fan_out_bench.h"
#include "tests/bench/log_bench.h"
#include "tests/bench/procedure_bench.h"
#include "tests/bench/startup_bench.h"
#include "tests/bench/two_daemons.h"

#include <algorithm>
#include <atomic>
#include <iostream>
#include <stdexcept>

#include <CLI/CLI.hpp>
#include <sys/resource.h>
#include <unistd.h>

namespace casebridge::bench {
namespace {

struct Options {
    std::string programs, directory;
    bool json = false;
    bool quick = false;
    std::vector<std::string> only;
    int partners = 0;   ///< 0: as many as the form has
    int in_flight = 0;  ///< not 0: exchanges with so many in flight, and nothing else, for a profiler to look at

    [[nodiscard]] bool wants(std::string const& part) const {
        return only.empty() || std::find(only.begin(), only.end(), part) != only.end();
    }
};

/// What is being done, for whoever waits; the figures themselves go to standard output.
void progress(std::string const& what) {
    std::cerr << "casebridge-bench: " << what << '\n';
}

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

/// `in_flight` officers, each with a case of its own from number `first` on, who send the next message when the last is
/// delivered.
Load exchange(TwoDaemons& daemons, int in_flight, double seconds, int first = 0) {
    std::vector<std::thread> officers;
    std::mutex mutex;
    Load load;
    std::string trouble;
    auto const start = Clock::now();
    for (int number = first; number < first + in_flight; ++number) {
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

std::string const group = "durable exchanges, two daemons, TLS, both sides synced, receipt verified";
std::string const seal_and_open = "seal then open, as many threads as cores";

/// CPU seconds used so far.
struct Cpu {
    double sender, receiver, driver;
};

Cpu cpu_of(TwoDaemons const& daemons) {
    rusage self{};
    ::getrusage(RUSAGE_SELF, &self);
    auto const seconds = [](timeval const& time) {
        return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
    };
    return {daemons.thailand.cpu_seconds(), daemons.cambodia.cpu_seconds(),
            seconds(self.ru_utime) + seconds(self.ru_stime)};
}

/// Rates depend on what else runs; the CPU an exchange costs hardly does.
void add_cpu(std::string const& name, Cpu const& before, Cpu const& after, std::size_t exchanges, Figures& figures) {
    auto const each = [exchanges](double seconds) { return 1e6 * seconds / static_cast<double>(exchanges); };
    figures.push_back({group, name + ", CPU an exchange, sender", each(after.sender - before.sender), "us"});
    figures.push_back({group, name + ", CPU an exchange, receiver", each(after.receiver - before.receiver), "us"});
    figures.push_back({group, name + ", CPU an exchange, officers", each(after.driver - before.driver), "us"});
}

void add_latencies(std::string const& name, std::vector<double> const& latencies, Figures& figures) {
    figures.push_back({group, name + ", p50", 1000 * percentile(latencies, 0.5), "ms"});
    figures.push_back({group, name + ", p99", 1000 * percentile(latencies, 0.99), "ms"});
}

void measure_in_flight(TwoDaemons& daemons, std::vector<int> const& numbers, double seconds, double bound,
                       double commits, Figures& figures) {
    for (int const in_flight : numbers) {
        auto const name = std::to_string(in_flight) + " in flight";
        progress(name);
        auto const before = cpu_of(daemons);
        auto const load = exchange(daemons, in_flight, seconds);
        auto const after = cpu_of(daemons);
        figures.push_back({group, name, load.per_second, "/s", seal_and_open, bound});
        figures.push_back({group, name, load.per_second, "/s", "SQLCipher commits", commits});
        add_latencies(name, load.latencies, figures);
        add_cpu(name, before, after, load.latencies.size(), figures);
    }
}

/// 30 % small, 60 % with 10 kB of text, 10 % with as much as a case can hold.
void measure_mix(TwoDaemons& daemons, double seconds, double bound, Figures& figures) {
    progress("the mix of sizes");
    std::string const name = "mix of sizes, 60 in flight";
    auto const load = exchange(daemons, mixed_cases, seconds, plain_cases);
    figures.push_back({group, name, load.per_second, "/s", seal_and_open + ", 2 KiB", bound});
    add_latencies(name, load.latencies, figures);
}

/// The delivery of `sent`, and beside it one message after the other of cases that have nothing waiting.
void drain(TwoDaemons& daemons, std::vector<std::string> const& sent, double bound, Figures& figures) {
    std::vector<double> urgent;
    std::string trouble;
    std::atomic<bool> drained = false;
    std::thread officer([&] {
        try {
            OfficerConnection connection(daemons.thailand.socket());
            for (int number = 0; !drained; number = (number + 1) % urgent_cases) {
                auto const start = Clock::now();
                auto const delivered =
                    daemons.thailand.wait_delivered(daemons.send(connection, plain_cases + mixed_cases + number));
                urgent.push_back(std::chrono::duration<double>(delivered - start).count());
            }
        } catch (std::exception const& exception) {
            trouble = exception.what();
        }
    });
    std::vector<Clock::time_point> settled;
    settled.reserve(sent.size());
    for (auto const& message : sent) settled.push_back(daemons.thailand.wait_delivered(message));
    drained = true;
    officer.join();
    if (!trouble.empty()) throw std::runtime_error(trouble);
    auto const [first, last] = std::minmax_element(settled.begin(), settled.end());
    auto const took = std::chrono::duration<double>(*last - *first).count();
    figures.push_back({group, "delivery alone (asked again, posted, admitted, settled), 64 streams",
                       static_cast<double>(sent.size() - 1) / took, "/s", seal_and_open, bound});
    auto const name = "one urgent message while " + std::to_string(sent.size()) + " others wait";
    figures.push_back({group, name + ", p50", 1000 * percentile(urgent, 0.5), "ms"});
    figures.push_back({group, name + ", longest", 1000 * percentile(urgent, 1), "ms"});
}

/// The same in two halves: sends with nobody to deliver to, then the delivery of what waits.
void measure_halves(TwoDaemons& daemons, int messages, double bound, Figures& figures) {
    progress("a backlog is made");
    daemons.cambodia.stop();
    std::vector<std::string> sent;
    auto const sends = sends_per_second(daemons, plain_cases, messages, sent);
    figures.push_back(
        {group, "sends alone (decision, case source, seal, commit), 64 officers", sends, "/s", seal_and_open, bound});
    daemons.thailand.stop();
    daemons.cambodia.start();
    ::sleep(2);  // the longest pause before another attempt
    progress("the backlog is delivered");
    daemons.thailand.start();
    drain(daemons, sent, bound, figures);
}

void measure_exchange(Options const& options, double bound, Figures& figures) {
    std::filesystem::path const directory = options.directory;
    double const seconds = options.quick ? 2 : 8;
    progress("two daemons are made");
    TwoDaemons daemons(options.programs, directory / "pair");
    Figures memory;
    memory.push_back(
        {"memory", "resident, idle, the sender", daemons.thailand.memory_mib("VmRSS"), "MiB", "goal 64 MiB", 64, true});
    auto const commits = commits_per_second(directory, seconds / 4);
    static_cast<void>(exchange(daemons, 8, 0.5));  // connections, caches
    if (options.in_flight > 0) return measure_in_flight(daemons, {options.in_flight}, seconds, bound, commits, figures);
    measure_in_flight(daemons, {1, 8, plain_cases}, seconds, bound, commits, figures);
    measure_mix(daemons, seconds, bound, figures);
    for (auto const& [name, daemon] :
         {std::pair{"sender", &daemons.thailand}, std::pair{"receiver", &daemons.cambodia}})
        memory.push_back(
            {"memory", std::string("most resident under load, ") + name, daemon->memory_mib("VmHWM"), "MiB"});
    measure_halves(daemons, options.quick ? 1280 : 6400, bound, figures);
    figures.insert(figures.end(), memory.begin(), memory.end());
}

/// Prints what a part measured as soon as it has: a long run that is broken off has not been for nothing.
void print(Options const& options, Figures const& figures) {
    std::cout << (options.json ? to_json_lines(figures) : to_table(figures)) << std::flush;
}

Figures fan_out(Options const& options, double bound) {
    return measure_fan_out({options.programs, std::filesystem::path(options.directory) / "fan-out",
                            options.partners > 0 ? options.partners
                            : options.quick      ? 10
                                                 : 50,
                            options.quick ? 1 : 3, bound, progress});
}

int run(Options const& options) {
    auto const cores = static_cast<int>(std::thread::hardware_concurrency());
    double bound = 0;
    if (options.wants("crypto") || options.wants("exchange") || options.wants("fan-out")) {
        progress("seal and open");
        auto const crypto = measure_crypto(cores, options.quick ? 0.3 : 2);
        bound = crypto.seal_and_open_per_second;
        print(options, crypto.figures);
    }
    if (options.wants("exchange")) {
        Figures figures;
        measure_exchange(options, bound, figures);
        print(options, figures);
    }
    if (options.wants("fan-out")) print(options, fan_out(options, bound));
    if (options.wants("procedures")) {
        progress("procedures");
        print(options, measure_procedures(options.quick ? 0.3 : 2));
    }
    if (options.wants("log")) {
        for (std::uint64_t const leaves : {10'000, 1'000'000, 10'000'000}) {
            if (options.quick && leaves > 1'000'000) continue;
            progress("the audit log of " + std::to_string(leaves) + " leaves");
            print(options, measure_log(leaves, options.directory));
        }
        print(options, measure_log_bytes(options.directory));
    }
    if (options.wants("docket")) {
        progress("the docket");
        print(options, measure_docket(options.quick ? 10'000 : 100'000, options.directory));
    }
    if (options.wants("startup")) {
        progress("start-up");
        print(options, measure_startup(options.programs, std::filesystem::path(options.directory) / "startup",
                                       options.quick ? 20'000 : 1'000'000));
    }
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
    std::vector<std::string> const parts{"crypto", "exchange", "fan-out", "procedures", "docket", "log", "startup"};
    app.add_option("--only", options.only, CLI::detail::join(parts, ", ") + "; may be given more than once")
        ->check(CLI::IsMember(parts))
        ->allow_extra_args(false);
    app.add_option("--in-flight", options.in_flight, "exchanges with so many in flight and no other load")
        ->check(CLI::Range(1, casebridge::bench::plain_cases));
    app.add_option("--partners", options.partners, "so many whom a withdrawal is told, each a daemon of its own")
        ->check(CLI::Range(2, 200));
    CLI11_PARSE(app, argc, argv);
    try {
        return casebridge::bench::run(options);
    } catch (std::exception const& exception) {
        std::cerr << "casebridge-bench: " << exception.what() << '\n';
        return 1;
    }
}
