#include "adapters/csv_session.h"

#include "adapters/csv_loading.h"
#include "adapters/file_privileges.h"
#include "adapters/sqlite_query.h"

#include <algorithm>
#include <optional>
#include <thread>
#include <utility>

#include <sqlite3.h>

namespace casebridge {
namespace {

using Clock = std::chrono::steady_clock;

class CsvSession final : public SqlSession {
public:
    explicit CsvSession(CsvSettings settings) : settings_(std::move(settings)) {}

    /// The first export: there is none to fall back upon, and nothing to do before it is loaded.
    Status connect() {
        auto const until = Clock::now() + settings_.patience;
        for (;;) {
            auto const status = refresh();
            if (status || status.error().code != "source.unavailable") return status;
            if (!loading_ && Clock::now() >= until) return status;
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
    }

    Result<std::vector<std::string>> tables() override {
        RETURN_IF_ERROR(refresh());
        restart_clock();
        return table_names(database());
    }

    Result<std::vector<Column>> columns(std::string const& table) override {
        RETURN_IF_ERROR(refresh());
        restart_clock();
        return table_columns(database(), table);
    }

    Status query(std::string const& sql, std::vector<SqlValue> const& parameters,
                 std::function<bool(SqlRow const&)> const& on_row) override {
        RETURN_IF_ERROR(refresh());
        restart_clock();
        return run_select(database(), sql, parameters, settings_.maximum_value_bytes, on_row);
    }

    Status scan(std::string const& sql, std::function<bool(SqlRow const&)> const& on_row) override {
        RETURN_IF_ERROR(refresh());
        restart_clock();
        return run_select(database(), sql, {}, settings_.maximum_value_bytes, [&](SqlRow const& row) {
            bool const more = on_row(row);
            restart_clock();
            return more;
        });
    }

    /// One export is one state: nothing can change below the queries but the export itself.
    Status read_consistently(std::function<Status()> const& body) override {
        RETURN_IF_ERROR(refresh());
        struct Snapshot {
            bool& open;
            explicit Snapshot(bool& flag) : open(flag) { open = true; }
            ~Snapshot() { open = false; }
            Snapshot(Snapshot const&) = delete;
            Snapshot& operator=(Snapshot const&) = delete;
        } const snapshot{in_snapshot_};
        return body();
    }

    [[nodiscard]] std::string quote_identifier(std::string_view name) const override { return quoted_identifier(name); }

    Result<std::vector<Excess>> privileges(std::vector<std::string> const&) override {
        std::vector<std::filesystem::path> read{settings_.folder};
        for (auto const& table : loaded_.tables) read.push_back(settings_.folder / table.file);
        if (!settings_.marker.empty()) read.push_back(settings_.folder / settings_.marker);
        return file_privileges(read, "adapters/README.md, \"CSV\"");
    }

private:
    static int past_deadline(void* session) { return Clock::now() > static_cast<CsvSession*>(session)->deadline_; }
    void restart_clock() { deadline_ = Clock::now() + settings_.query_time_limit; }
    [[nodiscard]] sqlite3* database() const { return scratch_->connection(); }

    /// What is queried is the newest whole export, or the one before for as long as the grace period lasts.
    Status refresh() {
        if (in_snapshot_) return Done{};
        auto found = look_at_export(settings_);
        if (!found && found.error().code == "source.unavailable") return not_whole(found.error().detail);
        if (!found) return found.error();
        if (scratch_ && found->same_as(loaded_)) {
            loading_.reset();
            incomplete_since_.reset();
            refused_.reset();
            return Done{};
        }
        if (refused_ && found->same_as(loaded_)) return *refused_;
        if (!found->incomplete.empty()) return not_whole(found->incomplete);
        if (unloaded_ && unloaded_->keeps(*found, settings_.now())) return unloaded_->why;
        return load(*std::move(found));
    }

    /// Does not wait for long. INVARIANT: once an export is whole nothing older is answered from, also while it is
    /// being loaded: consents may have been withdrawn in it.
    Status load(CsvExport found) {
        if (!loading_ || !found.same_as(loading_->what())) {
            loading_.reset();  // first, so that there are never two
            loading_ = std::make_unique<CsvLoading>(settings_, std::move(found));
        }
        if (!loading_->ended_within(settings_.load_patience)) {
            return Error{ErrorKind::unavailable, "source.unavailable", "a new export is being loaded; try again soon"};
        }
        return take_loaded();
    }

    Status take_loaded() {
        auto [what, scratch] = loading_->take();
        loading_.reset();
        if (!scratch && scratch.error().code == "csv.changed") return not_whole(scratch.error().detail);
        // The folder may have become another one while its files were read.
        auto const again = look_at_export(settings_);
        if (!again || !again->same_as(what)) return not_whole("a file changed while the export was read");
        incomplete_since_.reset();
        if (!scratch && scratch.error().code == "source.unavailable") {
            return give_up_for_now(std::move(what), scratch.error());
        }
        unloaded_.reset();
        loaded_ = std::move(what);
        scratch_.reset();
        refused_.reset();
        if (!scratch) {
            refused_ = scratch.error();
            return *refused_;
        }
        scratch_ = *std::move(scratch);
        sqlite3_progress_handler(database(), 1000, &CsvSession::past_deadline, this);
        return Done{};
    }

    /// An export that could not be loaded (a full disk, no memory), and when that is tried again.
    struct Unloaded {
        CsvExport what;
        Error why;
        std::chrono::system_clock::time_point since;
        std::chrono::seconds pause;

        [[nodiscard]] bool keeps(CsvExport const& found, std::chrono::system_clock::time_point now) const {
            return found.same_as(what) && now >= since && now - since < pause;
        }
    };

    /// Each query would else fill the disk again. Another export is tried at once.
    Error give_up_for_now(CsvExport what, Error const& why) {
        constexpr std::chrono::seconds first_pause{10};
        constexpr std::chrono::seconds longest_pause{600};
        auto const pause =
            unloaded_ && what.same_as(unloaded_->what) ? std::min(2 * unloaded_->pause, longest_pause) : first_pause;
        unloaded_ = Unloaded{std::move(what), why, settings_.now(), pause};
        return why;
    }

    /// A new export is on its way. The last one is as true as the ministry's own files were until now.
    Status not_whole(std::string const& why) {
        loading_.reset();
        auto const now = settings_.now();
        if (!incomplete_since_) incomplete_since_ = now;
        if (scratch_ && now - *incomplete_since_ < settings_.grace) return Done{};
        return Error{ErrorKind::unavailable, "source.unavailable", "the export is not whole: " + why};
    }

    CsvSettings settings_;
    CsvExport loaded_;  ///< the one in `scratch_`, or the one that was refused
    std::optional<Error> refused_;
    std::optional<Unloaded> unloaded_;
    std::optional<ScratchDatabase> scratch_;
    std::unique_ptr<CsvLoading> loading_;  ///< none: nothing is being loaded
    std::optional<std::chrono::system_clock::time_point> incomplete_since_;
    Clock::time_point deadline_;
    bool in_snapshot_ = false;
};

}  // namespace

Result<std::unique_ptr<SqlSession>> open_csv_session(CsvSettings const& settings) {
    auto session = std::make_unique<CsvSession>(settings);
    RETURN_IF_ERROR(session->connect());
    return std::unique_ptr<SqlSession>(std::move(session));
}

}  // namespace casebridge
