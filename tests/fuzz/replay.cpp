// Replays a target's corpus and seeded mutations of it, so that the target cannot rot: replay CORPUS_DIRECTORY.
#include "crypto/bytes.h"
#include "tests/fuzz/invariant.h"
#include "tests/unit/policies/parsing.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size);

int main(int count, char** arguments) {
    if (count != 2) return 2;
    std::size_t accepted = 0;
    std::vector<std::string> seeds;
    std::vector<std::filesystem::path> files;
    for (auto const& entry : std::filesystem::directory_iterator(arguments[1])) files.push_back(entry.path());
    std::ranges::sort(files);
    for (auto const& path : files) {
        std::ifstream file(path, std::ios::binary);
        seeds.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
    if (seeds.empty()) return 1;
    auto const run = [](std::string const& text) {
        auto const bytes = casebridge::to_bytes(text);
        LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
    };
    for (auto const& seed : seeds) {
        auto const before = fuzz_accepted;
        run(seed);
        if (fuzz_accepted == before) continue;
        ++accepted;
    }
    if (accepted == 0) {
        std::fprintf(stderr, "no seed is accepted\n");
        return 1;
    }
    std::mt19937 random(1);
    for (int round = 0; round < 5'000; ++round) {
        run(casebridge::test::mutated(seeds[static_cast<std::size_t>(round) % seeds.size()], random));
    }
    std::printf("%zu corpus files, %zu of them accepted, 5000 mutations of seed 1\n", seeds.size(), accepted);
}
