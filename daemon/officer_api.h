// The officer API: what the command line (later the console) may ask, over the officer socket.
// daemon/officer-api.yaml describes it (OpenAPI 3.1).
//
// Every handler runs on a worker thread and may block on the engine or the national database.
#pragma once

#include "daemon/backup.h"
#include "daemon/case_updates.h"
#include "daemon/case_watch.h"
#include "daemon/duty_desk.h"
#include "daemon/health_survey.h"
#include "daemon/meeting_key_desk.h"
#include "daemon/onward_desk.h"
#include "daemon/outbox.h"
#include "daemon/peer_contact.h"
#include "daemon/procedure_clock.h"
#include "daemon/query_asker.h"
#include "daemon/query_desk.h"
#include "daemon/received_export.h"
#include "daemon/sharing.h"
#include "daemon/thread_desk.h"
#include "daemon/witness_rounds.h"

namespace casebridge {

struct OfficerApiParts {
    Self const& self;
    Config const& config;
    PinnedRoot const& own_root;
    Engine& engine;
    Sharing& sharing;
    Outbox& outbox;
    DutyDesk& duties;
    ProcedureDesk& procedures;
    ThreadDesk& threads;
    OnwardDesk& onward;
    CalendarsHolder& calendars;
    QueryDesk& desk;
    QueryAsker& asker;
    PeerContact& contact;
    MeetingKeyDesk& meeting_keys;
    PeerRegistry& peers;
    InstrumentsHolder& instruments;
    CryptoService& crypto;
    HealthSurvey& health;
    NoteKeys& note_keys;
    LogDesk& log;
    LogStanding& standing;
    Witness& witness;
    WitnessRounds& rounds;
    Recovery& recovery;
    Backups& backups;
    CaseWatch& watch;
    CaseUpdates& updates;
    ReceivedExport* staging;  ///< null: not configured
    WorkerPool& pool;
    Telemetry& telemetry;
    ClockGuard& clock;
    std::function<Status()> reload;                 ///< of agreements and policies
    std::function<std::size_t()> open_connections;  ///< of the peer endpoint, now
    std::function<Json()> identity_status;          ///< certificates and when they end
};

class OfficerApi {
public:
    explicit OfficerApi(OfficerApiParts parts) : parts_(std::move(parts)) {}

    void handle(HttpRequest request, HttpResponder respond);

private:
    OfficerApiParts parts_;
};

}  // namespace casebridge
