// The log's face to partners, below /exchange/v1/log/ (daemon/peer-api.yaml): our own log as C2SP tlog-tiles has it,
// and what this node witnesses of theirs as C2SP tlog-witness has it. And the two heads that travel with every message
// and receipt:
//
//   casebridge-checkpoint   the sender's own newest head, with its cosignatures
//   casebridge-witnessed    the newest head of the *receiver's* log that the sender has cosigned: whoever restored an
//                           older store learns it with the next message, before it does anything
//
// Both are base64 of a signed note, and prove themselves. Cosignatures that do not fit are left out: partners fetch
// heads in each round anyway.
#pragma once

#include "daemon/log_standing.h"

namespace casebridge {

inline constexpr std::string_view checkpoint_header = "casebridge-checkpoint";
inline constexpr std::string_view witnessed_header = "casebridge-witnessed";

/// Of each note that travels so; base64 makes a third more of it.
inline constexpr std::size_t most_note_bytes = 600;
/// The note with as many of its signatures, from the first, as fit; empty if none does, or it is no note.
std::string fitting_note(std::string const& note, std::size_t most_bytes);

using HttpHeaders = std::map<std::string, std::string, std::less<>>;

class LogEndpoint {
public:
    LogEndpoint(Engine& engine, NoteKeys const& keys, LogDesk& log, LogStanding& standing, Witness& witness,
                WorkerPool& pool);

    [[nodiscard]] static bool is_below(std::string_view path) { return path.starts_with("/exchange/v1/log/"); }
    /// Only for paths below.
    void handle(HttpRequest const& request, NodeId const& caller, HttpResponder respond);

    /// The heads that go with a request or answer to this node.
    [[nodiscard]] HttpHeaders heads_for(NodeId const& node) const;
    /// What came with one from it. Errors (of our own log): `log.behind`, `log.forked`.
    void take_heads(NodeId const& from, HttpHeaders const& headers, LogStanding::OnDone done);

private:
    void answer_checkpoint(HttpResponder respond);
    void answer_tile(std::string_view path, HttpResponder respond);

    Engine& engine_;
    NoteKeys const& keys_;
    LogDesk& log_;
    LogStanding& standing_;
    Witness& witness_;
    WorkerPool& pool_;
};

}  // namespace casebridge
