#include "daemon/telemetry.h"

#include "daemon/log_line.h"
#include "daemon/metrics.h"

#include <stdexcept>

#include <spdlog/logger.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

namespace casebridge {

namespace {

spdlog::level::level_enum to_spdlog(LogLevel level) {
    switch (level) {
        case LogLevel::debug:
            return spdlog::level::debug;
        case LogLevel::info:
            return spdlog::level::info;
        case LogLevel::warning:
            return spdlog::level::warn;
        case LogLevel::error:
            return spdlog::level::err;
    }
    return spdlog::level::info;
}

LogFormat parse_format(std::string const& format) {
    if (format == "text") return LogFormat::text;
    if (format == "json") return LogFormat::json;
    throw std::logic_error("log format is neither text nor json");
}

spdlog::sink_ptr make_sink(std::string const& file) {
    if (file.empty()) return std::make_shared<spdlog::sinks::stderr_sink_mt>();
    return std::make_shared<spdlog::sinks::basic_file_sink_mt>(file);
}

}  // namespace

LogField::LogField(std::string_view k, Error const& v) : key(k), value(v.code) {
    if (!v.detail.empty()) value += ": " + v.detail;
}

class Telemetry::State {
public:
    State(LogLevel level, std::string const& format, std::string const& file)
        : format_(parse_format(format)), logger_("casebridge", make_sink(file)) {
        // The lines are ours, so that no value can forge one; spdlog filters, locks and writes.
        logger_.set_pattern("%v");
        logger_.set_level(to_spdlog(level));
        logger_.flush_on(spdlog::level::debug);
    }

    void log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
        auto const wanted = to_spdlog(level);
        if (!logger_.should_log(wanted)) return;
        auto const now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
        logger_.log(wanted, spdlog::string_view_t(log_line(format_, now, level, event, fields)));
    }

    Metrics metrics;

private:
    LogFormat format_;
    spdlog::logger logger_;
};

Telemetry::Telemetry(LogLevel level, std::string const& format, std::string const& file)
    : state_(std::make_unique<State>(level, format, file)) {}
Telemetry::~Telemetry() = default;

void Telemetry::log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
    state_->log(level, event, fields);
}
void Telemetry::count(std::string_view metric, std::string_view label, std::int64_t by) {
    state_->metrics.count(metric, label, by);
}
void Telemetry::gauge(std::string_view metric, double value, std::string_view label) {
    state_->metrics.gauge(metric, label, value);
}
void Telemetry::observe_seconds(std::string_view metric, double seconds) {
    state_->metrics.observe(metric, seconds);
}
std::string Telemetry::metrics_text() const {
    return state_->metrics.text();
}

}  // namespace casebridge
