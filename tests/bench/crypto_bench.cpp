#include "tests/bench/crypto_bench.h"

#include "tests/support/ministry.h"

#include <array>
#include <cstdio>
#include <map>
#include <memory>
#include <stdexcept>

#include <benchmark/benchmark.h>

namespace casebridge::bench {
namespace {

using test::Ministry;

constexpr std::size_t payload_bytes = 2048;
constexpr std::size_t largest_envelope = 1 << 20;

template <typename T>
T required(Result<T> result) {
    if (!result) throw std::runtime_error(std::string(result.error().code));
    return *std::move(result);
}

/// One sender and one receiver, and a message between them.
class Pair {
public:
    explicit Pair(Suite suite)
        : sender_(Ministry::create("th-msdhs", suite)),
          receiver_(Ministry::create("kh-mosvy", suite)),
          signer_(sender_.signer()),
          opener_(receiver_.opener()) {}
    [[nodiscard]] Bytes seal() const {
        auto const inner = required(sign(payload_, ContentKind::message, Payload::attached, signer_, test::noon()));
        auto const sealed = required(casebridge::seal(inner, receiver_.encryption.certificate));
        return {sealed.bytes().begin(), sealed.bytes().end()};
    }
    void open(Bytes sealed) const {
        auto const gated = required(gate_outer(std::move(sealed), largest_envelope));
        benchmark::DoNotOptimize(required(opener_.open(gated, sender_.pins(), test::noon())));
    }

private:
    Ministry sender_, receiver_;
    Signer signer_;
    Opener opener_;
    Bytes payload_ = random_bytes(payload_bytes);
};

/// Seconds an operation takes, of all threads together, by the benchmark's name.
class Collector : public benchmark::BenchmarkReporter {
public:
    bool ReportContext(Context const&) override { return true; }
    void ReportRuns(std::vector<Run> const& runs) override {
        for (auto const& run : runs)
            seconds_[run.run_name.function_name] = run.real_accumulated_time / static_cast<double>(run.iterations);
    }
    [[nodiscard]] double seconds(std::string const& name) const { return seconds_.at(name); }

private:
    std::map<std::string, double> seconds_;
};

/// Seconds of one operation, by the lines of `openssl speed -mr` that begin with `key`; the `column`th number in it.
double speed(std::string const& arguments, std::string const& key, int column) {
    auto const command = "openssl speed -mr -seconds 1 " + arguments + " 2>/dev/null";
    std::unique_ptr<FILE, int (*)(FILE*)> const pipe(::popen(command.c_str(), "r"), ::pclose);
    std::array<char, 512> line{};
    while (pipe && std::fgets(line.data(), static_cast<int>(line.size()), pipe.get()) != nullptr) {
        std::string text = line.data();
        if (!text.starts_with(key)) continue;
        for (int i = 0; i < column; ++i) text = text.substr(text.find(':') + 1);
        return std::stod(text);
    }
    throw std::runtime_error("no answer from: " + command);
}

struct Primitives {
    double sign, verify, agree, encrypt;
};

Primitives primitives(std::string const& curve) {
    auto const bytes_per_second = speed("-bytes " + std::to_string(payload_bytes) + " -evp aes-256-gcm", "+F:", 3);
    return {1 / speed("ecdsa" + curve, "+F4", 3), 1 / speed("ecdsa" + curve, "+F4", 4),
            1 / speed("ecdh" + curve, "+F5", 3), payload_bytes / bytes_per_second};
}

}  // namespace

CryptoFigures measure_crypto(int threads, double seconds) {
    CryptoFigures result;
    double const least = seconds;
    Pair const small(Suite::p256_sha256), large(Suite::p384_sha384);
    for (auto const& [name, pair] : {std::pair{"p256", &small}, std::pair{"p384", &large}}) {
        auto const sealed = std::make_shared<Bytes>(pair->seal());
        benchmark::RegisterBenchmark((std::string("seal_") + name).c_str(),
                                     [pair = pair](benchmark::State& state) {
                                         for (auto _ : state) benchmark::DoNotOptimize(pair->seal());
                                     })
            ->MinTime(least)
            ->UseRealTime();
        benchmark::RegisterBenchmark((std::string("open_") + name).c_str(),
                                     [pair = pair, sealed](benchmark::State& state) {
                                         for (auto _ : state) pair->open(*sealed);
                                     })
            ->MinTime(least)
            ->UseRealTime();
    }
    benchmark::RegisterBenchmark("both",
                                 [&small](benchmark::State& state) {
                                     for (auto _ : state) small.open(small.seal());
                                 })
        ->MinTime(least)
        ->UseRealTime()
        ->Threads(threads);
    Collector collector;
    benchmark::RunSpecifiedBenchmarks(&collector);

    for (auto const& [name, curve] : {std::pair{"p256", "p256"}, std::pair{"p384", "p384"}}) {
        auto const parts = primitives(curve);
        std::string const suite = name;
        result.figures.push_back({"seal and open, 2 KiB, one thread", "seal, " + suite,
                                  1 / collector.seconds("seal_" + suite), "/s", "sign + ecdh + aes-256-gcm",
                                  1 / (parts.sign + parts.agree + parts.encrypt)});
        result.figures.push_back({"seal and open, 2 KiB, one thread", "open, " + suite,
                                  1 / collector.seconds("open_" + suite), "/s", "verify + ecdh + aes-256-gcm",
                                  1 / (parts.verify + parts.agree + parts.encrypt)});
    }
    // Google Benchmark divides the time by the iterations of all threads.
    result.seal_and_open_per_second = 1 / collector.seconds("both");
    result.figures.push_back({"seal and open, 2 KiB, one thread",
                              "seal then open, p256, " + std::to_string(threads) + " threads",
                              result.seal_and_open_per_second, "/s"});
    return result;
}

}  // namespace casebridge::bench
