#include "adapters/odbc_link.h"

#include "adapters/odbc_connection_string.h"

namespace casebridge {
namespace {

constexpr int maximum_stuck_threads = 4;
/// On top of what the driver was told: if it keeps its own limit, the connection stays.
constexpr std::chrono::seconds grace{1};

Error unavailable(std::string const& detail) {
    return {ErrorKind::unavailable, "source.unavailable", "ODBC: " + detail};
}

bool says_yes(SqlValue const& value) {
    auto const* const text = std::get_if<std::string>(&value);
    auto const* const number = std::get_if<std::int64_t>(&value);
    return (text != nullptr && !text->empty() && *text != "0") || (number != nullptr && *number != 0);
}

}  // namespace

Status OdbcLink::connect() {
    drop();
    if (DriverThread::stuck() >= maximum_stuck_threads) return unavailable("earlier calls of the driver still hang");
    ASSIGN_OR_RETURN(auto text, odbc_connection_string(settings_, password_));
    auto const string = std::make_shared<Secret>(std::move(text));  // owners: this call and the driver's thread
    thread_ = std::make_unique<DriverThread>();
    connection_ = std::make_shared<OdbcConnection>();
    auto const connected = on_thread<Done>(
        settings_.connect_time_limit, [settings = settings_, string](auto& c) { return c.connect(settings, *string); });
    if (!connected) {
        drop();
        return connected;
    }
    dialect_ = &dialect_of(connection_->product());
    quote_ = connection_->identifier_quote();
    if (dialect_->text_is_utf8) connection_->read_text_as_utf8();
    auto const ready = set_up();
    if (!ready) drop();
    return ready;
}

Status OdbcLink::run(std::chrono::milliseconds limit, std::function<void(OdbcConnection&)> work) {
    if (connection_ == nullptr) return unavailable("not connected");
    bool const back =
        thread_->run(limit + grace, [work = std::move(work), connection = connection_] { work(*connection); });
    if (back) return Done{};
    drop();
    return unavailable("no answer within the time limit");
}

void OdbcLink::drop() {
    if (connection_ != nullptr && thread_ != nullptr) {
        auto last = std::make_shared<std::shared_ptr<OdbcConnection>>(std::move(connection_));
        static_cast<void>(thread_->run(grace, [last] { last->reset(); }));
    }
    connection_.reset();
    thread_.reset();
}

Status OdbcLink::execute(std::string_view doing, std::string_view sql) {
    return on_thread<Done>(settings_.query_time_limit, [doing = std::string(doing), sql = std::string(sql)](auto& c) {
        return c.execute(doing, sql);
    });
}

Status OdbcLink::ask_server() {
    return dialect_->product.empty() ? Status(Done{}) : execute("asking the server", "SELECT 1");
}

Status OdbcLink::set_up() {
    for (auto const& statement : dialect_->set_up(settings_)) {
        RETURN_IF_ERROR(execute("setting up the connection (is `time_zone` one the server knows?)", statement));
    }
    if (settings_.encryption == OdbcSettings::Encryption::unchecked) return Done{};
    bool encrypted = false;
    if (!dialect_->encrypted.empty()) {
        auto const asked = on_thread<OdbcConnection::Batch>(
            settings_.query_time_limit,
            [sql = std::string(dialect_->encrypted)](OdbcConnection& c) -> Result<OdbcConnection::Batch> {
                RETURN_IF_ERROR(c.open_cursor(sql, {}, OdbcConnection::Keep::no));
                auto batch = c.fetch(1);
                c.close_cursor();
                return batch;
            });
        if (!asked) return asked.error();
        encrypted = !asked->rows.empty() && says_yes(asked->rows.front().front());
    }
    if (encrypted) return Done{};
    return Error{ErrorKind::unavailable, "source.tls_failed",
                 "ODBC: the connection is not encrypted, or this server cannot tell (TLS attributes of the driver; "
                 "`encryption: unchecked` where you vouch for it)"};
}

std::string OdbcLink::quoted(std::string_view name) const {
    std::string text = quote_;
    for (char const character : name) {
        text += character;
        if (quote_[0] == character) text += character;
    }
    return text + quote_;
}

}  // namespace casebridge
