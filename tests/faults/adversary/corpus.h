// The bad corpus: everything a pinned peer can send that a daemon must refuse, as requests, each with the answer it
// must get. All classes of the gate, of envelopes, of messages and questions, of HTTP, and of connections.
#pragma once

#include "daemon/identity_directory.h"
#include "policies/message.h"

namespace casebridge::test {

/// Who attacks, with what, and whom.
struct Attacker {
    NodeIdentity identity;
    KeyAndCertificate issuing;  ///< the authority of its own ministry, which it may abuse
    Address from, to;
    Digest agreement;
    Certificate recipient;  ///< the victim's encryption certificate
};

struct Item {
    std::string kind;  ///< its class: what the report sums up
    std::string name;
    std::string request;  ///< all bytes that are sent
    /// Answers that are right, such as "400 gate.outer_tag"; with a `*` at the end: all that begin so.
    std::vector<std::string> expected;
    enum class Connection {
        pinned,        ///< with the attacker's certificate; stays open for the next
        pinned_once,   ///< as before, but the daemon closes it
        half_closed,   ///< as before; nothing more is sent after it
        no_tls,        ///< bytes instead of a handshake
        stranger,      ///< no client certificate
        older_version  ///< TLS 1.2
    } connection = Connection::pinned;

    [[nodiscard]] bool is_answered_rightly(std::string const& answer) const;
};

/// What must happen once before the corpus is played: one good message, whose answer is a receipt.
struct Prelude {
    std::string request;
};

struct Corpus {
    Prelude prelude;
    std::vector<Item> items;
};

Corpus bad_corpus(Attacker const& attacker);

// One part each.
std::vector<Item> outer_items(Attacker const& attacker);
std::vector<Item> inner_items(Attacker const& attacker);
std::vector<Item> http_items(Attacker const& attacker);
/// `known`: the message of the prelude.
std::vector<Item> message_items(Attacker const& attacker, Json const& known);

/// The request that posts these bytes as a message.
Item posted(std::string kind, std::string name, ByteView sealed, std::vector<std::string> expected);

}  // namespace casebridge::test
