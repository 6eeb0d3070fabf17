// Telemetry: structured log lines and Prometheus metrics, both without personal data by construction: only the types
// below can be logged, and a text value is escaped so that it cannot forge a line.
#pragma once

#include "crypto/result.h"
#include "policies/ids.h"

#include <initializer_list>
#include <memory>
#include <variant>

namespace casebridge {

enum class LogLevel { debug, info, warning, error };

/// A key and a value that may be logged. Ids of messages, nodes, offices, officers and subjects (random references)
/// are no personal data; a CaseId is, and has no constructor here.
struct LogField {
    std::string_view key;
    std::string value;
    LogField(std::string_view k, std::int64_t v) : key(k), value(std::to_string(v)) {}
    LogField(std::string_view k, NodeId const& v) : key(k), value(v.text()) {}
    LogField(std::string_view k, MessageId const& v) : key(k), value(v.text()) {}
    LogField(std::string_view k, OfficeId const& v) : key(k), value(v.text()) {}
    LogField(std::string_view k, OfficerId const& v) : key(k), value(v.text()) {}
    LogField(std::string_view k, SubjectReference const& v) : key(k), value(v.text()) {}
    /// For literals and error codes.
    LogField(std::string_view k, std::string_view literal) : key(k), value(literal) {}
    /// An Error gives its code and (escaped) detail; details never hold personal data.
    LogField(std::string_view k, Error const& v);
};

class Telemetry {
public:
    /// `format`: "text" or "json"; one line an event on standard error (the journal), or to `file` for tests.
    Telemetry(LogLevel level, std::string const& format, std::string const& file = "");
    ~Telemetry();

    /// `event`: a literal such as "message.delivered".
    void log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields = {});
    /// Counters by a fixed name and at most one label from a closed set; names are listed in daemon/README.md.
    void count(std::string_view metric, std::string_view label = "", std::int64_t by = 1);
    void gauge(std::string_view metric, double value, std::string_view label = "");
    void observe_seconds(std::string_view metric, double seconds);
    /// Prometheus text exposition format 0.0.4.
    [[nodiscard]] std::string metrics_text() const;

private:
    class State;
    std::unique_ptr<State> state_;
};

}  // namespace casebridge
