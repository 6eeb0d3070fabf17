#include "adapters/odbc_writing_session.h"

#include "adapters/mariadb_privileges.h"
#include "adapters/odbc_link.h"
#include "adapters/postgres_privileges.h"
#include "adapters/received_error.h"
#include "adapters/received_summary.h"

namespace casebridge {
namespace {

using Ending = OdbcConnection::Ending;
constexpr std::size_t most_rows = 16;

OdbcSettings for_writing(OdbcSettings settings) {
    settings.access = OdbcSettings::Access::read_write;
    settings.maximum_value_bytes = 2 * longest_received_summary;
    return settings;
}

class OdbcWritingSession final : public WritingSession {
public:
    OdbcWritingSession(OdbcSettings settings, Secret password)
        : settings_(std::move(settings)),
          password_(std::move(password)),
          link_(for_writing(settings_), password_.duplicate()) {}

    Status begin() override {
        if (link_.connected()) {
            auto started = start();
            if (started) started = link_.ask_server();  // the driver's own calls do not, and it may be gone
            if (started) return Done{};
        }
        if (auto const connected = link_.connect(); !connected) return received_error(connected.error());
        if (auto const started = start(); !started) return received_error(started.error());
        return Done{};
    }

    Status commit() override { return end(Ending::commit); }

    void rollback() override {
        if (!link_.lost()) static_cast<void>(end(Ending::rollback));
    }

    Status change(std::string_view doing, std::string const& sql, std::vector<SqlValue> const& parameters) override {
        return judged(doing, link_.on_thread<Done>(settings_.query_time_limit,
                                                   [doing = std::string(doing), sql, parameters](auto& c) {
                                                       return c.change(doing, sql, parameters);
                                                   }));
    }

    Result<std::vector<SqlRow>> select(std::string const& sql, std::vector<SqlValue> const& parameters) override {
        auto batch = link_.on_thread<OdbcConnection::Batch>(
            settings_.query_time_limit, [sql, parameters](OdbcConnection& c) -> Result<OdbcConnection::Batch> {
                RETURN_IF_ERROR(c.open_cursor(sql, parameters, OdbcConnection::Keep::no));
                auto rows = c.fetch(most_rows);
                c.close_cursor();
                return rows;
            });
        if (!batch) return judged("reading", batch.error()).error();
        return std::move(batch->rows);
    }

    [[nodiscard]] std::string quote_identifier(std::string_view name) const override { return link_.quoted(name); }

    Result<std::unique_ptr<SqlSession>> reading() const override {
        auto opened = open_odbc_session(settings_, password_);
        if (!opened) return received_error(opened.error());
        return opened;
    }

    Result<std::vector<Excess>> privileges(std::string const& table) const override {
        ASSIGN_OR_RETURN(auto const session, reading());
        return received_excess(link_.connected() ? link_.dialect().privileges(*session, {table}, {table})
                                                 : session->privileges({table}));
    }

private:
    Status start() {
        return link_.on_thread<Done>(settings_.query_time_limit, [](auto& c) { return c.begin(); });
    }

    Status end(Ending ending) {
        return judged("ending a transaction",
                      link_.on_thread<Done>(settings_.query_time_limit, [ending](auto& c) { return c.end(ending); }));
    }

    Status judged(std::string_view doing, Status const& outcome) const {
        if (outcome) return outcome;
        if (link_.lost()) return received_error(outcome.error());
        auto const& failure = link_.last_failure();
        return received_failure(outcome.error(), doing, failure.sqlstate, failure.native);
    }

    OdbcSettings settings_;
    Secret password_;
    OdbcLink link_;
};

}  // namespace

std::unique_ptr<WritingSession> make_odbc_writing_session(OdbcSettings settings, Secret password) {
    return std::make_unique<OdbcWritingSession>(std::move(settings), std::move(password));
}

}  // namespace casebridge
