// Figures: what was measured, each beside the bound that was measured in the same run.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace casebridge::bench {

struct Figure {
    std::string group;
    std::string name;
    double value = 0;
    std::string unit;
    std::string bound_name{};  ///< empty: a figure without a bound
    double bound = 0;
    bool less_is_better = false;

    /// The share of the bound that is reached; 1 is all there is.
    [[nodiscard]] double ratio() const { return less_is_better ? bound / value : value / bound; }
};

using Figures = std::vector<Figure>;

/// A table to read.
std::string to_table(Figures const& figures);
/// One object a line.
std::string to_json_lines(Figures const& figures);

}  // namespace casebridge::bench
