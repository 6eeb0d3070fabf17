#include "tests/support/demo/people.h"

#include "tests/support/demo/names.h"

#include <fstream>
#include <sstream>
#include <stdexcept>

namespace casebridge::test {
namespace {

std::vector<std::string> split(std::string const& line) {
    std::vector<std::string> cells;
    std::istringstream in(line);
    for (std::string cell; std::getline(in, cell, ',');) cells.push_back(cell);
    if (!cells.empty() && !cells.back().empty() && cells.back().back() == '\r') cells.back().pop_back();
    return cells;
}

/// "forced_labour_15-17_M"
Kind kind_of_column(std::string const& column) {
    auto const sex = column.rfind('_');
    auto const band = column.rfind('_', sex - 1);
    std::string const exploitation = column.substr(0, band);
    Kind kind;
    kind.band = column.substr(band + 1, sex - band - 1);
    kind.sex = column.substr(sex + 1) == "M" ? Sex::male : Sex::female;
    if (exploitation == "sexual_exploitation") {
        kind.exploitation = Exploitation::sexual_exploitation;
    } else if (exploitation == "forced_labour") {
        kind.exploitation = Exploitation::forced_labour;
    } else if (exploitation == "begging") {
        kind.exploitation = Exploitation::begging;
    } else {
        throw std::runtime_error("counts: unknown column " + column);
    }
    return kind;
}

Date born_at_age(Dice& dice, int age, Date today) {
    Date birthday = today - std::chrono::years(age);
    if (!birthday.ok()) birthday = birthday.year() / std::chrono::February / 28;
    return days_before(birthday, static_cast<int>(dice.roll(360)));
}

Name make_name(NameWords const& words, Sex sex, std::vector<std::size_t> const& places, bool transliterated) {
    auto const& given = sex == Sex::male ? words.male : words.female;
    auto const word = [transliterated](NamePair const& pair) {
        return std::string(transliterated ? pair.transliterated : pair.native);
    };
    Name name;
    name.given = word(given[places[0]]);
    if (words.family.empty()) {
        name.given += " " + word(given[places[1]]);
    } else {
        name.family = word(words.family[places[1]]);
    }
    name.script = transliterated ? words.transliterated_script : words.script;
    name.language = transliterated ? words.transliterated_language : words.language;
    return name;
}

}  // namespace

std::uint64_t Dice::next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15U);
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31U);
}

std::vector<Kind> read_counts(std::filesystem::path const& csv) {
    std::ifstream in(csv);
    std::string line;
    if (!std::getline(in, line)) throw std::runtime_error("counts: cannot read " + csv.string());
    auto const header = split(line);
    std::vector<Kind> people;
    while (std::getline(in, line)) {
        auto const cells = split(line);
        if (cells.empty()) continue;
        if (cells.size() != header.size()) throw std::runtime_error("counts: a row of another length");
        if (cells.front() == "TOTAL") {
            if (std::stoul(cells.back()) != people.size()) throw std::runtime_error("counts: wrong grand total");
            continue;
        }
        std::size_t const before = people.size();
        for (std::size_t at = 1; at + 1 < cells.size(); ++at) {
            Kind kind = kind_of_column(header[at]);
            kind.nationality = cells.front();
            people.insert(people.end(), std::stoul(cells[at]), kind);
        }
        if (people.size() - before != std::stoul(cells.back())) throw std::runtime_error("counts: wrong row total");
    }
    return people;
}

Person make_person(Dice& dice, std::string number, Kind const& kind, Date today) {
    int const age = kind.band == "0-14"    ? 6 + static_cast<int>(dice.roll(9))
                    : kind.band == "15-17" ? 15 + static_cast<int>(dice.roll(3))
                                           : 18 + static_cast<int>(dice.roll(28));
    Person person;
    person.number = std::move(number);
    person.kind = kind;
    person.born = born_at_age(dice, age, today);
    NameWords const& words = name_words(kind.nationality);
    std::size_t const given_names = kind.sex == Sex::male ? words.male.size() : words.female.size();
    std::size_t const others = words.family.empty() ? given_names : words.family.size();
    std::vector<std::size_t> const places = {dice.roll(given_names), dice.roll(others)};
    person.legal = make_name(words, kind.sex, places, false);
    person.transliterated = make_name(words, kind.sex, places, true);
    return person;
}

Date days_before(Date today, int days) {
    return Date{std::chrono::sys_days(today) - std::chrono::days(days)};
}

std::string padded(std::uint64_t number, std::size_t width) {
    std::string text = std::to_string(number);
    return text.size() < width ? std::string(width - text.size(), '0') + text : text;
}

std::string buddhist(Date date) {
    return padded(static_cast<unsigned>(date.day()), 2) + "/" + padded(static_cast<unsigned>(date.month()), 2) + "/" +
           padded(static_cast<std::uint64_t>(static_cast<int>(date.year()) + 543), 4);
}

}  // namespace casebridge::test
