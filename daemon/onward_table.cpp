#include "daemon/onward_table.h"

#include "daemon/stored.h"

namespace casebridge {
namespace {

constexpr std::string_view select_permission =
    "SELECT given, id, peer, message, node, office, purpose, granted_at, until, document FROM onward_permissions ";
constexpr std::string_view select_copy =
    "SELECT message, originator, original, origin_subject, subject, node, office, purpose, agreement, sent_at, "
    "recalled_at FROM onward_copies ";

Result<PermissionRow> read_permission(Statement const& row) {
    ASSIGN_OR_RETURN(auto id, stored::parsed(MessageId::parse(row.text(1))));
    ASSIGN_OR_RETURN(auto peer, stored::parsed(NodeId::parse(row.text(2))));
    ASSIGN_OR_RETURN(auto message, stored::parsed(MessageId::parse(row.text(3))));
    ASSIGN_OR_RETURN(auto node, stored::parsed(NodeId::parse(row.text(4))));
    ASSIGN_OR_RETURN(auto const purpose, stored::parsed(parse_purpose(row.text(6))));
    return PermissionRow{.given = row.integer(0) != 0,
                         .id = std::move(id),
                         .peer = std::move(peer),
                         .message = std::move(message),
                         .recipient = {std::move(node), OfficeId(row.text(5))},
                         .purpose = purpose,
                         .granted_at = stored::time(row, 7),
                         .until = stored::time(row, 8),
                         .document = row.blob(9)};
}

Result<CopyRow> read_copy(Statement const& row) {
    ASSIGN_OR_RETURN(auto message, stored::parsed(MessageId::parse(row.text(0))));
    ASSIGN_OR_RETURN(auto originator, stored::parsed(NodeId::parse(row.text(1))));
    ASSIGN_OR_RETURN(auto original, stored::parsed(MessageId::parse(row.text(2))));
    ASSIGN_OR_RETURN(auto origin_subject, stored::parsed(SubjectReference::parse(row.text(3))));
    ASSIGN_OR_RETURN(auto subject, stored::parsed(SubjectReference::parse(row.text(4))));
    ASSIGN_OR_RETURN(auto node, stored::parsed(NodeId::parse(row.text(5))));
    ASSIGN_OR_RETURN(auto const purpose, stored::parsed(parse_purpose(row.text(7))));
    ASSIGN_OR_RETURN(auto const agreement, stored::digest(row, 8));
    return CopyRow{.message = std::move(message),
                   .originator = std::move(originator),
                   .original = std::move(original),
                   .origin_subject = std::move(origin_subject),
                   .subject = std::move(subject),
                   .recipient = {std::move(node), OfficeId(row.text(6))},
                   .purpose = purpose,
                   .agreement = agreement,
                   .sent_at = stored::time(row, 9),
                   .recalled_at = stored::optional_time(row, 10)};
}

template <typename Row>
Result<std::vector<Row>> read_all(Statement rows, Result<Row> (*read)(Statement const&)) {
    std::vector<Row> all;
    while (true) {
        ASSIGN_OR_RETURN(bool const more, rows.step());
        if (!more) return all;
        ASSIGN_OR_RETURN(auto row, read(rows));
        all.push_back(std::move(row));
    }
}

template <typename Row>
Result<std::optional<Row>> read_first(Statement rows, Result<Row> (*read)(Statement const&)) {
    ASSIGN_OR_RETURN(bool const found, rows.step());
    if (!found) return std::optional<Row>();
    ASSIGN_OR_RETURN(auto row, read(rows));
    return std::optional(std::move(row));
}

}  // namespace

Status OnwardTable::insert(PermissionRow const& row) {
    auto insert = database_.prepare(
        "INSERT INTO onward_permissions(given, id, peer, message, node, office, purpose, granted_at, until, document) "
        "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)");
    insert.bind(1, std::int64_t{row.given}).bind(2, row.id.text()).bind(3, row.peer.text());
    insert.bind(4, row.message.text()).bind(5, row.recipient.node.text()).bind(6, row.recipient.office.text());
    insert.bind(7, to_text(row.purpose));
    stored::bind_time(insert, 8, row.granted_at);
    return stored::bind_time(insert, 9, row.until).bind_blob(10, row.document).run();
}

Result<std::optional<PermissionRow>> OnwardTable::permission(NodeId const& originator, MessageId const& message,
                                                             Address const& recipient) const {
    auto rows = database_.prepare(std::string(select_permission) +
                                  "WHERE message = ?1 AND given = 0 AND peer = ?2 AND node = ?3 AND office = ?4 ORDER "
                                  "BY until DESC, number DESC LIMIT 1");
    rows.bind(1, message.text()).bind(2, originator.text());
    rows.bind(3, recipient.node.text()).bind(4, recipient.office.text());
    return read_first(std::move(rows), read_permission);
}

Result<std::vector<PermissionRow>> OnwardTable::given_for(MessageId const& message) const {
    auto rows = database_.prepare(std::string(select_permission) + "WHERE message = ?1 AND given = 1 ORDER BY number");
    rows.bind(1, message.text());
    return read_all(std::move(rows), read_permission);
}

Result<std::vector<PermissionRow>> OnwardTable::permissions(std::size_t limit) const {
    auto rows = database_.prepare(std::string(select_permission) + "ORDER BY number DESC LIMIT ?1");
    rows.bind(1, stored::integer(limit));
    return read_all(std::move(rows), read_permission);
}

Status OnwardTable::insert(CopyRow const& row) {
    auto insert = database_.prepare(
        "INSERT INTO onward_copies(message, originator, original, origin_subject, subject, node, office, purpose, "
        "agreement, sent_at) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)");
    insert.bind(1, row.message.text()).bind(2, row.originator.text()).bind(3, row.original.text());
    insert.bind(4, row.origin_subject.text()).bind(5, row.subject.text()).bind(6, row.recipient.node.text());
    insert.bind(7, row.recipient.office.text()).bind(8, to_text(row.purpose)).bind_blob(9, row.agreement.view());
    return stored::bind_time(insert, 10, row.sent_at).run();
}

Result<std::optional<CopyRow>> OnwardTable::copy(MessageId const& message) const {
    auto rows = database_.prepare(std::string(select_copy) + "WHERE message = ?1");
    rows.bind(1, message.text());
    return read_first(std::move(rows), read_copy);
}

Result<std::vector<CopyRow>> OnwardTable::standing_copies(NodeId const& originator, MessageId const& original) const {
    auto rows = database_.prepare(std::string(select_copy) +
                                  "WHERE originator = ?1 AND original = ?2 AND recalled_at IS NULL ORDER BY number");
    rows.bind(1, originator.text()).bind(2, original.text());
    return read_all(std::move(rows), read_copy);
}

Result<std::optional<SubjectReference>> OnwardTable::subject_for(NodeId const& originator,
                                                                 SubjectReference const& origin_subject,
                                                                 NodeId const& recipient) const {
    auto row = database_.prepare(
        "SELECT subject FROM onward_copies WHERE originator = ?1 AND origin_subject = ?2 AND node = ?3 LIMIT 1");
    row.bind(1, originator.text()).bind(2, origin_subject.text()).bind(3, recipient.text());
    ASSIGN_OR_RETURN(bool const found, row.step());
    if (!found) return std::optional<SubjectReference>();
    ASSIGN_OR_RETURN(auto subject, stored::parsed(SubjectReference::parse(row.text(0))));
    return std::optional(std::move(subject));
}

Status OnwardTable::mark_recalled(MessageId const& message, Timestamp at) {
    auto update =
        database_.prepare("UPDATE onward_copies SET recalled_at = ?2 WHERE message = ?1 AND recalled_at IS NULL");
    return stored::bind_time(update.bind(1, message.text()), 2, at).run();
}

Result<std::vector<CopyRow>> OnwardTable::copies(std::size_t limit) const {
    auto rows = database_.prepare(std::string(select_copy) + "ORDER BY number DESC LIMIT ?1");
    rows.bind(1, stored::integer(limit));
    return read_all(std::move(rows), read_copy);
}

}  // namespace casebridge
