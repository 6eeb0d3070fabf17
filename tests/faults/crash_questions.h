// Questions: what officers of the receiver ask the sender about a person both know, through crashes of either side, and
// the check that each was answered once and that nothing was told but what the sender's register says.
#pragma once

#include "daemon/identity_directory.h"
#include "daemon/peer_client.h"
#include "tests/faults/crash_pair.h"

namespace casebridge::test {

class Questions {
public:
    /// Sends a summary of the person, so that there is a reference to ask by.
    explicit Questions(CrashPair& pair);

    /// What an officer does who wants an answer: asks; if nobody answers, looks whether the question was kept; asks
    /// that one again until it is answered. The question's id; throws BrokenPromise if it tells anything else than
    /// the officer of the sender would see beforehand.
    std::string ask();
    /// The officer asks about an answered question again.
    void ask_again(std::string const& query);

    /// A question that the receiver's client posts without its daemon, to see the very bytes of the answer.
    struct Posted {
        std::string query;
        Bytes sealed;
    };
    [[nodiscard]] Posted make_question();
    /// Posts it until there is an answer; the same bytes each time, or BrokenPromise.
    void post(Posted const& question);

    /// Calms. One answer, one leaf for it and one row of the register; on the asking side what was told, or nothing
    /// (`posted`).
    void check(std::string const& query);
    /// That the register and both logs agree about all that was ever asked.
    void check_all();

private:
    [[nodiscard]] Json try_once(std::string const& query) const;
    [[nodiscard]] std::string newest_unknown() const;
    [[nodiscard]] std::multiset<std::string> register_of_questions();
    void check_told(Json const& answered) const;

    CrashPair& pair_;
    NodeIdentity identity_;  ///< the receiver's
    PeerTarget target_;
    Certificate encryption_;  ///< the sender's
    Digest agreement_;
    PeerClient client_;
    std::string subject_, body_;
    std::set<std::string> asked_;
    std::map<std::string, Digest> posted_;  ///< answers by question
    Ledger asking_, answering_;
};

}  // namespace casebridge::test
