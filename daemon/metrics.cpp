#include "daemon/metrics.h"

#include <algorithm>
#include <array>
#include <map>
#include <stdexcept>
#include <vector>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace casebridge {

namespace {

enum class Kind { counter, gauge, histogram };

struct Metric {
    std::string_view name;
    Kind kind;
    std::string_view label;  ///< empty: none
    std::string_view help;
};

constexpr std::array table{
    Metric{"casebridge_messages_sent_total", Kind::counter, "outcome", "Messages settled by a receipt or given up."},
    Metric{"casebridge_messages_received_total", Kind::counter, "outcome", "Messages that reached the peer endpoint."},
    Metric{"casebridge_queries_received_total", Kind::counter, "outcome", "Questions of partners."},
    Metric{"casebridge_queries_asked_total", Kind::counter, "outcome", "Questions to partners."},
    Metric{"casebridge_releases_total", Kind::counter, "outcome", "Decisions on releasing a case."},
    Metric{"casebridge_delivery_attempts_total", Kind::counter, "outcome", "Attempts to deliver a message."},
    Metric{"casebridge_http_requests_total", Kind::counter, "status", "Requests answered."},
    Metric{"casebridge_alarms_total", Kind::counter, "kind", "Events an operator must look at."},
    Metric{"casebridge_outbox_queued", Kind::gauge, "", "Messages waiting for delivery."},
    Metric{"casebridge_outbox_oldest_seconds", Kind::gauge, "", "Age of the oldest message waiting."},
    Metric{"casebridge_open_connections", Kind::gauge, "", "Connections open at the peer endpoint."},
    Metric{"casebridge_log_size", Kind::gauge, "", "Leaves of the audit log."},
    Metric{"casebridge_watched_cases", Kind::gauge, "state",
           "Shared cases: all, and those that have changed or vanished since."},
    Metric{"casebridge_received_export_total", Kind::counter, "outcome",
           "Rows of the staging table, and failed rounds."},
    Metric{"casebridge_received_export", Kind::gauge, "state",
           "Received summaries by their state at the staging table: listed, written, refused, to_remove; left_behind "
           "in a table no longer configured."},
    Metric{"casebridge_received_export_oldest_seconds", Kind::gauge, "",
           "Age of the oldest not yet written or removed."},
    Metric{"casebridge_disk_free_bytes", Kind::gauge, "", "Room where the store is; 0 also if nobody can tell."},
    Metric{"casebridge_disk_reserve_reached", Kind::gauge, "", "1 while nothing new is taken for want of room."},
    Metric{"casebridge_health", Kind::gauge, "check", "0 up, 1 degraded, 2 down, as of the last survey."},
    Metric{"casebridge_certificate_days_left", Kind::gauge, "certificate",
           "Whole days until a certificate of ours ends."},
    Metric{"casebridge_keys_total", Kind::counter, "event", "Renewed keys taken up, old keys destroyed."},
    Metric{"casebridge_retired_keys", Kind::gauge, "", "Old keys kept for what may be under way."},
    Metric{"casebridge_delivery_seconds", Kind::histogram, "", "From the POST to the verified receipt."},
};

bool is_label(std::string_view text) {
    return !text.empty() && text.size() <= 40 && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
    });
}

template <typename Family>
Family& known(std::map<std::string_view, Family*> const& families, std::string_view name) {
    auto const found = families.find(name);
    if (found == families.end()) throw std::logic_error("unknown metric: " + std::string(name));
    return *found->second;
}

}  // namespace

class Metrics::Registered {
public:
    Registered() {
        for (auto const& metric : table) add(metric);
    }

    void add(Metric const& metric) {
        std::string const name(metric.name);
        std::string const help(metric.help);
        switch (metric.kind) {
            case Kind::counter:
                counters[metric.name] = &prometheus::BuildCounter().Name(name).Help(help).Register(registry);
                labels[metric.name] = metric.label;
                return;
            case Kind::gauge:
                gauges[metric.name] = &prometheus::BuildGauge().Name(name).Help(help).Register(registry);
                labels[metric.name] = metric.label;
                if (metric.label.empty()) gauges[metric.name]->Add({});
                return;
            case Kind::histogram:
                static std::vector<double> const bounds{0.01, 0.03, 0.1, 0.3, 1, 3, 10, 60, 600, 3600, 86'400};
                histograms[metric.name] =
                    &prometheus::BuildHistogram().Name(name).Help(help).Register(registry).Add({}, bounds);
                return;
        }
    }

    [[nodiscard]] prometheus::Labels labelled(std::string_view name, std::string_view label) const {
        return {{std::string(labels.at(name)), is_label(label) ? std::string(label) : "other"}};
    }

    prometheus::Registry registry;
    std::map<std::string_view, prometheus::Family<prometheus::Counter>*> counters;
    std::map<std::string_view, std::string_view> labels;  ///< of the counters and gauges
    std::map<std::string_view, prometheus::Family<prometheus::Gauge>*> gauges;
    std::map<std::string_view, prometheus::Histogram*> histograms;
};

Metrics::Metrics() : registered_(std::make_unique<Registered>()) {}
Metrics::~Metrics() = default;

void Metrics::count(std::string_view name, std::string_view label, std::int64_t by) {
    auto& family = known(registered_->counters, name);
    family.Add(registered_->labelled(name, label)).Increment(static_cast<double>(by));
}

void Metrics::gauge(std::string_view name, std::string_view label, double value) {
    auto& family = known(registered_->gauges, name);
    family.Add(registered_->labels.at(name).empty() ? prometheus::Labels{} : registered_->labelled(name, label))
        .Set(value);
}

void Metrics::observe(std::string_view name, double seconds) {
    known(registered_->histograms, name).Observe(seconds);
}

std::string Metrics::text() const {
    return prometheus::TextSerializer().Serialize(registered_->registry.Collect());
}

}  // namespace casebridge
