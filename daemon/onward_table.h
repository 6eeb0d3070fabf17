// Onward transfer in the store: permissions given and received, and copies passed on with them.
#pragma once

#include "daemon/database.h"
#include "policies/onward.h"

#include <optional>

namespace casebridge {

struct PermissionRow {
    bool given = false;  ///< by us to `peer`, else by `peer` to us
    MessageId id;        ///< of the message that carried it
    NodeId peer;
    MessageId message;  ///< the originator's, about whose body it is
    Address recipient;
    Purpose purpose;
    Timestamp granted_at, until;
    Bytes document;  ///< SignedData
};

struct CopyRow {
    MessageId message;  ///< ours
    NodeId originator;
    MessageId original;
    SubjectReference origin_subject;  ///< as the originator and we know the person
    SubjectReference subject;         ///< as the recipient and we do
    Address recipient;
    Purpose purpose;
    Digest agreement;
    Timestamp sent_at;
    std::optional<Timestamp> recalled_at{};
};

class OnwardTable {
public:
    explicit OnwardTable(Database& database) : database_(database) {}

    /// Errors: `store.constraint` if it is there.
    Status insert(PermissionRow const& row);
    /// Of the originator's message for this recipient, the one that ends last.
    Result<std::optional<PermissionRow>> permission(NodeId const& originator, MessageId const& message,
                                                    Address const& recipient) const;
    /// Those we have given for a message of ours, oldest first.
    Result<std::vector<PermissionRow>> given_for(MessageId const& message) const;
    /// Newest first.
    Result<std::vector<PermissionRow>> permissions(std::size_t limit) const;

    Status insert(CopyRow const& row);
    Result<std::optional<CopyRow>> copy(MessageId const& message) const;
    /// Of one message of an originator, those that were not recalled, oldest first.
    Result<std::vector<CopyRow>> standing_copies(NodeId const& originator, MessageId const& original) const;
    /// How this recipient knows the person already; none if nothing about them was passed on to it.
    Result<std::optional<SubjectReference>> subject_for(NodeId const& originator,
                                                        SubjectReference const& origin_subject,
                                                        NodeId const& recipient) const;
    Status mark_recalled(MessageId const& message, Timestamp at);
    /// Newest first.
    Result<std::vector<CopyRow>> copies(std::size_t limit) const;

private:
    Database& database_;
};

}  // namespace casebridge
