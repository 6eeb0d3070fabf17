// The daemon's metrics: a fixed table of names, at most one label each, values of a label from a closed alphabet.
// Private to daemon/; thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace casebridge {

class Metrics {
public:
    Metrics();
    ~Metrics();

    // A name that is not in the table, or used as another kind, is a mistake of ours: std::logic_error.
    /// A label outside [a-z0-9_.]{1,40} is counted as "other".
    void count(std::string_view name, std::string_view label, std::int64_t by);
    void gauge(std::string_view name, std::string_view label, double value);
    void observe(std::string_view name, double seconds);
    [[nodiscard]] std::string text() const;

private:
    class Registered;
    std::unique_ptr<Registered> registered_;
};

}  // namespace casebridge
