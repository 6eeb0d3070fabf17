// casebridge-demo-databases: writes three synthetic national databases for the quickstart.
#include "crypto/bytes.h"
#include "tests/support/demo/national_databases.h"

#include <charconv>
#include <fstream>
#include <iostream>
#include <map>
#include <stdexcept>

namespace {

using namespace casebridge;
using namespace casebridge::test;

constexpr char const* help =
    "casebridge-demo-databases: writes three synthetic national databases (nobody in them is real)\n"
    "\n"
    "  --out DIR          writes DIR/th-msdhs/national.db, DIR/kh-mosvy/national.db, DIR/la-mlsw/national.db\n"
    "  --counts FILE      CSV with the number of people of each kind in the Thai database\n"
    "  --key-file FILE    key of the Cambodian database: 64 hexadecimal characters\n"
    "  --today DATE       YYYY-MM-DD: the day on which the people have the ages of the table\n"
    "  --seed N           other people for another number (default 1)\n"
    "\n"
    "Example: casebridge-demo-databases --seed 1 --today 2026-11-23 --counts tests/vectors/thailand-shelters-2017.csv "
    "\\\n"
    "           --key-file kh.key --out /tmp/demo\n";

std::map<std::string, std::string> read_options(int count, char** words) {
    std::map<std::string, std::string> options = {
        {"--out", ""}, {"--counts", ""}, {"--key-file", ""}, {"--today", ""}, {"--seed", "1"}};
    for (int at = 1; at < count; at += 2) {
        auto const option = options.find(words[at]);
        if (option == options.end() || at + 1 == count)
            throw std::runtime_error("see --help: " + std::string(words[at]));
        option->second = words[at + 1];
    }
    for (auto const& [name, value] : options) {
        if (value.empty()) throw std::runtime_error("missing " + name + " (see --help)");
    }
    return options;
}

std::string read_key(std::string const& file) {
    std::ifstream in(file);
    std::string key;
    in >> key;
    auto const bytes = from_hex(key);
    if (!bytes || bytes->size() != 32) throw std::runtime_error(file + ": expected 64 hexadecimal characters");
    return key;
}

std::uint64_t read_seed(std::string const& text) {
    std::uint64_t seed = 0;
    auto const [end, failure] = std::from_chars(text.data(), text.data() + text.size(), seed);
    if (failure != std::errc() || end != text.data() + text.size())
        throw std::runtime_error("--seed: expected a number");
    return seed;
}

void run(std::map<std::string, std::string> const& options) {
    std::filesystem::path const out = options.at("--out");
    auto const today = parse_date(options.at("--today"));
    if (!today) throw std::runtime_error("--today: expected YYYY-MM-DD");
    std::uint64_t const seed = read_seed(options.at("--seed"));
    auto const kinds = read_counts(options.at("--counts"));
    auto const key = read_key(options.at("--key-file"));
    auto const place = [&](std::string const& node) {
        std::filesystem::create_directories(out / node);
        return out / node / "national.db";
    };
    auto const thailand = write_thailand(place("th-msdhs"), kinds, seed, *today);
    auto const cambodia = write_cambodia(place("kh-mosvy"), key, seed, *today);
    auto const laos = write_laos(place("la-mlsw"), seed, *today);
    std::cout << "{\"th-msdhs\": " << thailand.cases << ", \"kh-mosvy\": " << cambodia.cases
              << ", \"la-mlsw\": " << laos.cases << ", \"adult_return_case\": \"" << adult_return_case
              << "\", \"child_case\": \"" << child_case << "\", \"lao_in_cambodia_case\": \"" << lao_in_cambodia_case
              << "\", \"consented_lao_case\": \"" << consented_lao_case << "\"}\n";
}

}  // namespace

int main(int count, char** words) {
    try {
        if (count == 2 && std::string_view(words[1]) == "--help") {
            std::cout << help;
            return 0;
        }
        run(read_options(count, words));
        return 0;
    } catch (std::exception const& failure) {
        std::cerr << "casebridge-demo-databases: " << failure.what() << '\n';
        return 1;
    }
}
