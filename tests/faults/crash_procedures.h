// Procedures: officers of both sides who propose the return of a person, answer, and write notes about it, through
// crashes of either side, and the check that each step and each note stands once at both.
#pragma once

#include "tests/faults/crash_pair.h"

namespace casebridge::test {

class Procedures {
public:
    /// Records a consent that covers notes, too. Both run from now on.
    explicit Procedures(CrashPair& pair);

    struct Step {
        std::string procedure, message;
        std::string summary{};  ///< that went with it, if one did
    };
    /// What an officer of the sender does who wants the return to be proposed: proposes; if there is no answer, looks
    /// whether it was kept; if not, proposes again.
    Step propose();
    /// The same of an officer of the receiver, who says that more is needed.
    Step answer(std::string const& procedure);
    /// The same of an officer of the sender with a note and an attachment. The message's id.
    std::string write(std::string const& procedure);

    /// Until receipts are in for the step and what went with it. Does not disturb a fault that has not happened yet.
    void wait_settled(Step const& step);
    void wait_settled(std::string const& note);

    /// Calms. Both sides show these steps of one procedure and no other, at `stage`; each has one leaf and one receipt
    /// here, and one leaf there.
    void check(std::vector<Step> const& steps, std::string const& stage);
    /// Calms. Both sides show it once, with the same words and the same attachment; leaves as of a step.
    void check_note(std::string const& procedure, std::string const& note);
    /// That both sides and their logs agree about every procedure, step and note there ever was, and that the register
    /// names once what the sender said of the person.
    void check_all();

private:
    Json keep(FaultyDaemon& daemon, std::string const& path, Json const& body, std::function<Json()> const& find);
    [[nodiscard]] Json previewed(FaultyDaemon const& daemon, std::string const& path, Json body) const;
    [[nodiscard]] std::map<std::string, Json> listed(FaultyDaemon const& daemon) const;
    void read_on();
    void check_leaves(FaultyDaemon const& author, std::string const& kind, std::string const& message) const;
    void check_register() const;
    void check_agreed(Ledger const& authors, Ledger const& others) const;

    CrashPair& pair_;
    Json proposal_, answer_, note_;
    std::map<std::string, FaultyDaemon*> authors_;  ///< by message
    std::set<std::string> procedures_;
    Ledger sender_, receiver_;
};

}  // namespace casebridge::test
