#include "daemon/received_export.h"

#include "adapters/received_error.h"
#include "daemon/exchange.h"

#include <algorithm>
#include <cstring>
#include <optional>

namespace casebridge {
namespace {

constexpr std::size_t older_at_once = 256;
constexpr std::size_t rows_at_once = 16;
constexpr std::chrono::seconds longest_pause{60};  // of failures
constexpr std::chrono::seconds idle_pause{30};     // whoever erases need not know that we exist
constexpr std::chrono::milliseconds stop_grace{500};

struct Writing {
    ReceivedList::Entry entry;
    ReceivedSummary summary;
};

/// SECURITY: by the name it is listed under, which may be older than that of who goes on for the sender now: it is
/// removed by the same.
ReceivedSummary summary_of(ReceivedList::Entry const& entry, InboxRow const& row, Bytes const& body) {
    ReceivedSummary summary{.key = {entry.from.text(), entry.message.text()},
                            .from_office = row.from_office.text(),
                            .to_office = row.to_office.text(),
                            .kind = std::string(to_text(row.type)),
                            .purpose = std::string(to_text(row.purpose)),
                            .subject = row.subject.text(),
                            .agreement = row.agreement.hex(),
                            .consent = {},
                            .consent_epoch = {},
                            .received_at = to_rfc3339(row.received_at),
                            .use_until = to_rfc3339(row.retain_until),
                            .summary = to_text(body)};
    if (!row.consent.empty()) summary.consent = row.consent;
    if (row.consent_epoch != 0) summary.consent_epoch = std::to_string(row.consent_epoch);
    return summary;
}

/// Takes the next, and reads what is to be written of each.
Result<std::vector<Writing>> take(Store& store, ReceivedList::Place place, Timestamp now) {
    ASSIGN_OR_RETURN(auto const entries, store.received().take(place, rows_at_once));
    std::vector<Writing> taken;
    for (auto const& entry : entries) {
        ASSIGN_OR_RETURN(auto const row, store.inbox().find(entry.from, entry.message));
        if (!row || !row->content) return Error{ErrorKind::internal, "store.failed", "a listed message is missing"};
        if (row->retain_until < now) continue;  // about to be erased
        auto const body = store.contents().get(*row->content);
        if (body) {
            taken.push_back({entry, summary_of(entry, *row, *body)});
        } else if (body.error().code == "content.corrupt") {  // one of them is no reason to keep back the others
            RETURN_IF_ERROR(store.received().refused(entry.number, body.error().code, now));
        } else {
            return body.error();
        }
    }
    return taken;
}

Status log_leaf(Store& store, std::string_view kind, ReceivedList::Entry const& entry, Timestamp now) {
    auto facts = Json::object();
    facts.set("message", entry.message.text()).set("peer", entry.from.text());
    auto const logged = store.log().append(kind, now, service_actor("staging table"), facts, Json::object());
    return logged ? Status(Done{}) : Status(logged.error());
}

std::uint32_t random_word() {
    auto const bytes = random_bytes(sizeof(std::uint32_t));
    std::uint32_t word = 0;
    std::memcpy(&word, bytes.data(), sizeof word);
    return word;
}

}  // namespace

Result<std::unique_ptr<ReceivedExport>> ReceivedExport::make(ReceivedExportParts parts, Secret const& password) {
    auto const& settings = parts.config.received.value();
    ASSIGN_OR_RETURN(auto const place, parts.engine.call<ReceivedList::Place>([name = settings.place()](Store& store) {
        return store.received().place(name);
    }));
    return std::unique_ptr<ReceivedExport>(new ReceivedExport(parts, ReceivedWriter::make(settings, password), place));
}

ReceivedExport::ReceivedExport(ReceivedExportParts parts, ReceivedWriter writer, ReceivedList::Place place)
    : parts_(parts), place_(place), writer_(std::make_shared<ReceivedWriter>(std::move(writer))) {}

ReceivedExport::~ReceivedExport() {
    stop();
}

Status ReceivedExport::list(Store& store, InboxRow const& row) const {
    return store.received().add(place_, row, parts_.clock.now());
}

void ReceivedExport::start() {
    thread_ = std::thread([this] { run(); });
}

void ReceivedExport::stop() {
    {
        std::lock_guard lock(mutex_);
        stop_.request_stop();
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void ReceivedExport::wake() {
    {
        std::lock_guard lock(mutex_);
        awake_ = true;
    }
    changed_.notify_all();
}

ReceivedExport::Progress ReceivedExport::progress() const {
    std::lock_guard lock(mutex_);
    return seen_;
}

void ReceivedExport::run() {
    while (!stopping()) {
        {
            std::lock_guard lock(mutex_);
            awake_ = false;
        }
        auto const ended = round();
        failures_ = ended ? 0 : failures_ + 1;
        if (!ended) {
            parts_.telemetry.count("casebridge_received_export_total", "failed");
            parts_.telemetry.log(LogLevel::warning, "received_export.failed", {{"why", ended.error()}});
        }
        auto const wait = pause(!ended);
        std::unique_lock lock(mutex_);
        ++seen_.rounds;
        seen_.last_round = parts_.clock.now();
        seen_.code = ended ? std::string_view() : ended.error().code;
        changed_.wait_for(lock, wait, [this, failed = !ended] { return stopping() || (awake_ && !failed); });
    }
}

std::chrono::milliseconds ReceivedExport::pause(bool failed) {
    if (!failed) return idle_pause;
    auto const cap = std::min<std::chrono::milliseconds>(parts_.config.retry_cap, longest_pause);
    return backoff(failures_ - 1, random_word(), parts_.config.retry_base, cap) + std::chrono::milliseconds(1);
}

Status ReceivedExport::round() {
    RETURN_IF_ERROR(catch_up());
    if (!checked_) {
        RETURN_IF_ERROR(on_server([](ReceivedWriter& writer) { return writer.check(); }));
        checked_ = true;
        parts_.telemetry.log(LogLevel::info, "received_export.ready");
    }
    while (!stopping()) {
        ASSIGN_OR_RETURN(bool const removed, remove_some());
        if (removed) continue;
        ASSIGN_OR_RETURN(bool const written, write_some());
        if (!written) return Done{};
    }
    return Done{};
}

/// What was received before the table was asked for, and what was refused before this start.
Status ReceivedExport::catch_up() {
    for (bool more = !caught_up_; more && !stopping();) {
        ASSIGN_OR_RETURN(more, parts_.engine.call<bool>([this](Store& store) -> Result<bool> {
            auto const now = parts_.clock.now();
            RETURN_IF_ERROR(store.received().retry_refused(place_, now));
            return store.received().add_older(place_, older_at_once, now);
        }));
        caught_up_ = !more;
    }
    return Done{};
}

Status ReceivedExport::on_server(std::function<Status(ReceivedWriter&)> call) {
    auto const outcome = std::make_shared<std::optional<Status>>();  // owners: this call, and the thread
    bool const back =
        server_.run_until(stop_.get_token(), stop_grace,
                          [outcome, writer = writer_, call = std::move(call)] { outcome->emplace(call(*writer)); });
    if (back) return **outcome;
    return Error{ErrorKind::unavailable, "received.unavailable", "stopped while the server did not answer"};
}

Result<bool> ReceivedExport::remove_some() {
    ASSIGN_OR_RETURN(auto const due, parts_.engine.call<std::vector<ReceivedList::Entry>>([this](Store& store) {
        return store.received().to_remove(place_, rows_at_once);
    }));
    std::vector<ReceivedList::Entry> done;
    Status failed = Done{};
    for (auto const& entry : due) {
        failed = on_server([key = ReceivedKey{entry.from.text(), entry.message.text()}](ReceivedWriter& writer) {
            return writer.remove(key);
        });
        if (!failed) break;
        done.push_back(entry);
    }
    RETURN_IF_ERROR(settle_removed(done));
    RETURN_IF_ERROR(failed);
    return !due.empty();
}

Result<bool> ReceivedExport::write_some() {
    ASSIGN_OR_RETURN(auto const taken, parts_.engine.call<std::vector<Writing>>(
                                           [this](Store& store) { return take(store, place_, parts_.clock.now()); }));
    std::vector<Outcome> done;
    Status failed = Done{};
    for (auto const& each : taken) {
        auto const written =
            on_server([summary = each.summary](ReceivedWriter& writer) { return writer.write(summary); });
        if (!written && !is_of_one_row(written.error())) {
            failed = written;
            break;
        }
        done.push_back({each.entry, written ? std::string_view() : written.error().code});
        if (!written)
            parts_.telemetry.log(
                LogLevel::error, "received_export.refused",
                {{"message", each.entry.message}, {"peer", each.entry.from}, {"why", written.error()}});
    }
    RETURN_IF_ERROR(settle_written(done));
    RETURN_IF_ERROR(failed);
    return !taken.empty();
}

Status ReceivedExport::settle_removed(std::vector<ReceivedList::Entry> const& entries) {
    if (entries.empty()) return Done{};
    auto const settled = parts_.engine.call<Done>([&entries, now = parts_.clock.now()](Store& store) -> Status {
        for (auto const& entry : entries) {
            RETURN_IF_ERROR(store.received().removed(entry.number));
            RETURN_IF_ERROR(log_leaf(store, "staging.remove", entry, now));
        }
        return Done{};
    });
    if (settled) {
        parts_.telemetry.count("casebridge_received_export_total", "removed",
                               static_cast<std::int64_t>(entries.size()));
        for (auto const& entry : entries)
            parts_.telemetry.log(LogLevel::info, "received_export.removed",
                                 {{"message", entry.message}, {"peer", entry.from}});
        on_removed_();
    }
    return settled;
}

Status ReceivedExport::settle_written(std::vector<Outcome> const& outcomes) {
    if (outcomes.empty()) return Done{};
    auto const settled = parts_.engine.call<Done>([&outcomes, now = parts_.clock.now()](Store& store) -> Status {
        for (auto const& [entry, refused] : outcomes) {
            if (!refused.empty()) {
                RETURN_IF_ERROR(store.received().refused(entry.number, refused, now));
                continue;
            }
            RETURN_IF_ERROR(store.received().written(entry.number, now));
            RETURN_IF_ERROR(log_leaf(store, "staging.write", entry, now));
        }
        return Done{};
    });
    if (!settled) return settled;
    for (auto const& outcome : outcomes) {
        parts_.telemetry.count("casebridge_received_export_total", outcome.refused.empty() ? "written" : "refused");
        if (!outcome.refused.empty()) {
            parts_.telemetry.count("casebridge_alarms_total", "received_refused");
        } else {
            parts_.telemetry.log(LogLevel::info, "received_export.written",
                                 {{"message", outcome.entry.message}, {"peer", outcome.entry.from}});
        }
    }
    return settled;
}

}  // namespace casebridge
