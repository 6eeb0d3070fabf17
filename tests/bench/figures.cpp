#include "tests/bench/figures.h"

#include <array>
#include <cstdio>

namespace casebridge::bench {
namespace {

std::string number(double value) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), value < 100 ? "%.3g" : "%.0f", value);
    return text.data();
}

}  // namespace

std::string to_table(Figures const& figures) {
    std::string table, group;
    for (auto const& each : figures) {
        if (each.group != group) table += "\n" + each.group + "\n";
        group = each.group;
        std::array<char, 512> line{};
        std::snprintf(line.data(), line.size(), "  %-52s %10s %-10s", each.name.c_str(), number(each.value).c_str(),
                      each.unit.c_str());
        table += line.data();
        if (!each.bound_name.empty())
            table += " = " + number(100 * each.ratio()) + " % of " + number(each.bound) + " (" + each.bound_name + ")";
        table += '\n';
    }
    return table;
}

std::string to_json_lines(Figures const& figures) {
    std::string lines;
    for (auto const& each : figures) {
        lines += R"({"group":")" + each.group + R"(","name":")" + each.name + R"(","value":)" + number(each.value) +
                 R"(,"unit":")" + each.unit + '"';
        if (!each.bound_name.empty())
            lines += R"(,"bound":)" + number(each.bound) + R"(,"bound_name":")" + each.bound_name + R"(","ratio":)" +
                     number(each.ratio());
        lines += "}\n";
    }
    return lines;
}

}  // namespace casebridge::bench
