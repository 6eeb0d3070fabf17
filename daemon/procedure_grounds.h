// Grounds: what every message of ours inside a procedure rests on; shared by steps and notes.
#pragma once

#include "daemon/sharing.h"

namespace casebridge {

/// The agreement the procedure was opened under is in force between the two, signed by both, and covers the purpose;
/// and its kind may run between nodes of their kinds. Errors: `procedure.agreement_not_in_force`, those of
/// check_parties.
Status check_procedure_agreement(Instruments const& instruments, Self const& self, ProcedureRow const& row,
                                 Timestamp now);

/// The consent a yes rests on, as the pair names it.
Result<StepConsent> cite_consent(Engine& engine, Deliberation const& deliberation, ProcedureRow const& row);

/// In a transaction: what is told under a yes was decided under the consents and rules of now.
/// Errors: `procedure.changed_meanwhile`.
Status check_unchanged(Store& store, Deliberation const& deliberation, ProcedureRow const& row,
                       InstrumentsHolder const& instruments);

/// In a transaction: enters a message of ours into the disclosure register, and gives what its delivery asks again.
Result<ContentId> record_disclosure(Store& store, Deliberation const& deliberation, ProcedureRow const& row,
                                    MessageId const& message, Digest const& body, std::string_view category,
                                    Timestamp now);

/// In a transaction: queues a sealed message of the procedure, in the procedure's stream.
Status queue_in_procedure(Store& store, Self const& self, ProcedureRow const& row, MessageId const& message,
                          MessageType type, SealedMessage const& sealed, ContentId memo, Timestamp now);

}  // namespace casebridge
