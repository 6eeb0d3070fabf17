#include "daemon/cli/failure.h"

#include "policies/yaml_values.h"

#include <algorithm>
#include <array>

namespace casebridge::cli {
namespace {

struct Advice {
    std::string_view code, text;
};

template <std::size_t size>
std::string_view look_up(std::array<Advice, size> const& table, std::string_view code) {
    auto const found = std::ranges::find(table, code, &Advice::code);
    return found == table.end() ? std::string_view{} : found->text;
}

constexpr std::array kMeanings = {
    Advice{"peer.unknown", "no such partner"},
    Advice{"peer.exists", "the partner is pinned already"},
    Advice{"message_id.malformed", "this is no message id"},
    Advice{"node_id.malformed", "a node id is <country>-<agency>, such as th-msdhs, or org-<name>"},
    Advice{"outbox.not_found", "no such message"},
    Advice{"outbox.no_receipt", "no receipt has come yet"},
    Advice{"inbox.not_found", "no such message"},
    Advice{"query.not_found", "no such question was asked"},
    Advice{"query.not_waiting", "no such question waits: it is answered, or its time is over"},
    Advice{"query.no_agreement", "no agreement that both have signed covers the purpose today"},
    Advice{"procedure.not_found", "no such procedure"},
    Advice{"procedure.erased", "what was said in it has been erased; nothing more can be said"},
    Advice{"procedure.case_needed", "the step says something of a person, and no case of ours is named"},
    Advice{"procedure.not_your_turn", "the partner is awaited"},
    Advice{"procedure.illegal_step", "the step does not follow from where the procedure stands"},
    Advice{"procedure.closed", "the procedure has ended"},
    Advice{"procedure.withdrawn", "the procedure was withdrawn"},
    Advice{"procedure.expired", "the procedure has expired; it can be asked again"},
    Advice{"procedure.changed_meanwhile", "the procedure, the case, a consent or a rule has changed meanwhile"},
    Advice{"procedure.agreement_not_in_force", "the agreement it was opened under is not in force any more"},
    Advice{"thread.not_in_agreement", "the agreement has no thread for this purpose"},
    Advice{"thread.not_opened", "the partner has not written yet, and no case of ours is named"},
    Advice{"thread.consent_without_narrative", "the person has not agreed to notes about the case"},
    Advice{"thread.unknown_type", "an attachment is a JPEG, a PNG or a PDF"},
    Advice{"thread.malformed_image", "the picture is damaged, or something follows its end"},
    Advice{"onward.unknown_message", "no such summary"},
    Advice{"onward.not_delivered", "the partner does not have it"},
    Advice{"onward.not_standing", "it was withdrawn, replaced or destroyed"},
    Advice{"onward.not_in_agreement", "the agreement does not let anything be passed on"},
    Advice{"onward.consent_does_not_name", "no consent that covers what was told names this office until then"},
    Advice{"onward.until_out_of_range", "the permission must end later than now, and while the partner may keep it"},
    Advice{"onward.not_permitted", "whose words they are has not permitted that this office be told"},
    Advice{"onward.expired", "the permission has ended"},
    Advice{"onward.withdrawn", "what was told is no longer held"},
    Advice{"onward.no_agreement", "no agreement that both have signed covers the purpose and the office today"},
    Advice{"onward.beyond_agreement", "the agreement with them covers less than was told"},
    Advice{"onward.not_in_policy", "no sharing policy of ours names them for this purpose"},
    Advice{"onward.beyond_policy", "our sharing policy lets them know less than was told"},
    Advice{"evidence.not_found", "no leaf of this node's log releases or admits this message"},
    Advice{"evidence.detail_erased", "what the leaf commits to has been erased: nobody can open it any more"},
    Advice{"evidence.opening_not_allowed", "only a data officer may open a commitment: it names the case"},
    Advice{"log.no_key", "this node has no key to sign its log with"},
    Advice{"log.no_such_leaf", "the log has no such leaf"},
    Advice{"log.no_such_size", "the log has never had so many leaves"},
    Advice{"log.sizes_reversed", "the older head comes first"},
    Advice{"log.behind", "a partner holds a later head of our log than we do: an older store is in its place"},
    Advice{"log.forked", "a partner holds a head of our log that it does not fit: the log was rewritten"},
    Advice{"log.key_retired",
           "a partner has the statement that gave this log key up: an older identity is in its place"},
    Advice{"identity.retired_key", "this key was given up for another: an older identity is in its place"},
    Advice{"succession.not_a_statement", "this certificate is no word of a root about another node"},
    Advice{"succession.other_node", "the statement names another node as the successor, or is of another one's root"},
    Advice{"succession.other_key", "the statement is about another root than this one"},
    Advice{"succession.same_node", "a node does not succeed itself: for another root, roll over"},
    Advice{"succession.same_root", "the successor needs a root of its own"},
    Advice{"succession.evidence_stands", "there is evidence that this partner rewrote its log"},
    Advice{"succession.no_store", "there is no store to go on with"},
    Advice{"succession.store_there", "this node has records of its own; two stores are not made one"},
    Advice{"succession.not_closed", "the old store was not closed cleanly"},
    Advice{"succession.other_disk", "the two state directories are on different file systems"},
    Advice{"identity.succeeded", "another node goes on for this one; it must not run any more"},
    Advice{"peer.succeeded", "another node goes on for this partner"},
    Advice{"store.other_node", "this store is another node's"},
    Advice{"evidence.former_name", "it was exchanged when this node had another name"},
    Advice{"rollover.not_a_statement", "this certificate is no word of an old root about the next one"},
    Advice{"rollover.other_key", "the statement is about another root than this one"},
    Advice{"rollover.same_root", "this is the root itself; the next one needs a key of its own"},
    Advice{"rollover.loop", "this root was given up before; none comes back"},
    Advice{"rollover.not_from_pinned", "the roots the partner shows do not begin with the one that is pinned"},
    Advice{"rotation.too_many", "this key has been rotated as often as partners follow"},
    Advice{"rotation.shrinks", "the clock is behind the last rotation"},
    Advice{"checkpoint.retired_key", "it is signed with a key that was given up before"},
    Advice{"log.not_witnessed", "no partner has cosigned our log lately"},
    Advice{"log.recovering", "a partner was not asked yet what it knows that this store has forgotten"},
    Advice{"log.withdrawals_unknown", "partners told of withdrawals for persons this store has forgotten"},
    Advice{"log.leaf_lost", "this leaf was lost with a store; its hash alone came back"},
    Advice{"backup.running", "another backup is being made"},
    Advice{"backup.exists", "there is a backup of this second already"},
    Advice{"backup.no_keys", "the part of the backup with the keys is not there"},
    Advice{"backup.damaged", "a file of the backup is not as it was written"},
    Advice{"backup.other_parts", "casebridge.db and keys.db are not of one backup"},
    Advice{"restore.not_empty", "there is a store or an identity in the state directory"},
    Advice{"recover.not_needed", "no partner holds more of our log than this store"},
    Advice{"recover.no_partner", "no partner that holds more of our log was reached"},
    Advice{"recover.no_mirror", "no partner that holds the last head has the leaf hashes below it any more"},
    Advice{"recover.not_waiting", "this partner is not waited for"},
    Advice{"witness.no_evidence", "there is no such evidence"},
    Advice{"witness.peer_log_forked", "there is evidence that the partner's log was rewritten: it gets no case data"},
    Advice{"fork.consistent", "the two heads fit each other: it proves nothing"},
    Advice{"fork.unproven", "the log could not prove that it grew, but nothing proves that it was rewritten"},
    Advice{"peer.wrong_log_key", "this is not the key of that partner's log"},
    Advice{"peer.wrong_witness_key", "this is not the key that partner cosigns with"},
    Advice{"note.no_known_key", "it is not signed with this key"},
    Advice{"note.bad_signature", "the signature under this key's name is not of this key: the file was altered"},
    Advice{"merkle.wrong_root", "the proof does not lead to the signed head"},
    Advice{"merkle.wrong_old_root", "the older head is not a beginning of the newer log: it was rewritten"},
    Advice{"meeting_key.bad_file", "these are no meeting keys, or the file is damaged"},
    Advice{"meeting_key.wrong_pair", "these keys are of another pair of ministries"},
    Advice{"meeting_key.id_reused", "another key has this id already"},
    Advice{"meeting_key.bad_count", "so many keys are not made at once"},
    Advice{"meeting_key.same_node", "a ministry shares no keys with itself"},
    Advice{"meeting_key.none_current", "keys are required with this partner, and there is none for today"},
    Advice{"meeting_key.required", "the partner takes nothing without a meeting key"},
    Advice{"meeting_key.unknown", "the partner does not have the key of today"},
    Advice{"meeting_layer.not_opened", "under the same id the partner has another key"},
    Advice{"meeting.in_the_future", "this day has not come yet"},
    Advice{"wording.unknown_language", "there is no wording in this language"},
    Advice{"file.unreadable", "the file cannot be read"},
    Advice{"certificate.malformed", "this is not one certificate in PEM form"},
    Advice{"suite.unknown", "a suite is p256-sha256 or p384-sha384"},
    Advice{"content.erased", "what it said has been erased"},
};

constexpr std::array kRemedies = {
    Advice{
        "daemon.unreachable",
        "Is casebridged running (`systemctl status casebridged`)? Is it this socket (--socket, $CASEBRIDGE_SOCKET)?"},
    Advice{"daemon.no_permission", "Only users of the socket's group may call the daemon; ask its operator."},
    Advice{"daemon.timeout", "The daemon is there but did not answer in time; `casebridge status`, then its log."},
    Advice{"officer.unknown", "Ask the operator to list your user under `officers` in the configuration."},
    Advice{"officer.not_allowed", "Your role may not do this; ask an officer of the role that may."},
    Advice{"peer.unknown", "`casebridge peer list` shows the partners; `casebridge peer add` pins a new one."},
    Advice{"peer.exists", "To replace its root, `casebridge peer remove` it first, then compare the new fingerprint."},
    Advice{"trust.fingerprint_mismatch",
           "Do not go on. Ask the partner, in person or by a number you know, to read out the fingerprint again."},
    Advice{"source.case_not_found", "`casebridge case list` shows the case numbers the national database has."},
    Advice{"source.unavailable",
           "The line above says what is missing; then try again. `casebridge adapter check` tries the map."},
    Advice{"source.bad_export",
           "Have the export made again; file, line and column are named. Nothing older is served in its place."},
    Advice{"source.wrong_key",
           "`source_key_file` or --key-file holds what the database asks for, and nothing where it asks nothing."},
    Advice{"source.no_such_column", "Name columns as `casebridge adapter inspect` lists them: --codes table.column."},
    Advice{"source.no_tables",
           "Give the login the right to read the views (packaging/sql/), or look at folder, extension and schemas."},
    Advice{"field_map.invalid", "Correct the lines named; `casebridge adapter check` reads the map again."},
    Advice{"message_id.malformed", "`casebridge outbox` and `casebridge inbox list` show the ids."},
    Advice{"outbox.not_found", "`casebridge outbox` lists the messages."},
    Advice{"procedure.not_found", "`casebridge procedure list --all` lists them."},
    Advice{"procedure.unknown_kind", "`casebridge procedure kinds` lists the kinds."},
    Advice{"procedure.unknown_step", "`casebridge procedure kinds KIND` lists the steps and what each says."},
    Advice{"procedure.case_needed", "Name it with --case."},
    Advice{"thread.not_opened", "Name the case with --case, or wait for the partner's first note."},
    Advice{"thread.consent_without_narrative", "A consent covers notes if its categories name narrative."},
    Advice{"procedure.not_your_turn", "`casebridge procedure show` says what we may do."},
    Advice{"procedure.illegal_step", "`casebridge procedure show` says what we may do."},
    Advice{"procedure.changed_meanwhile", "Look at it again (`casebridge procedure show`), and send again."},
    Advice{"onward.not_permitted", "Ask them for it: they run `casebridge onward permit`."},
    Advice{"onward.unknown_message", "`casebridge outbox` shows ours, `casebridge inbox list` shows partners'."},
    Advice{"onward.not_in_agreement", "Both ministries sign an agreement with `onward_transfer: with_permission`."},
    Advice{"onward.consent_does_not_name", "Record a consent that names them: `casebridge consent record`."},
    Advice{"meeting_key.bad_file", "Take the file again as `casebridge meeting-key make` wrote it; it is not edited."},
    Advice{"meeting_key.wrong_pair", "Take the file made with this partner; its second line names the two."},
    Advice{"meeting_key.id_reused", "Do not go on: have new keys made with `casebridge meeting-key make`."},
    Advice{"meeting_key.none_current",
           "Hand over keys in person: `casebridge meeting-key make` on one side, `meeting-key add` on both."},
    Advice{"meeting_key.required",
           "`casebridge meeting-key list` says whether we have a key for today; else new ones have to be handed over."},
    Advice{"meeting_key.unknown", "Have the partner type `casebridge meeting-key add` with the file of the two."},
    Advice{"meeting_layer.not_opened", "Compare check numbers with the partner; then hand over new keys."},
    Advice{"inbox.not_found", "`casebridge inbox list` lists the messages."},
    Advice{"query.not_found", "`casebridge query list` lists the questions."},
    Advice{"query.not_waiting", "`casebridge query waiting` lists those that wait."},
    Advice{"query.no_agreement", "`casebridge agreement list` shows who signed what, and for which purposes."},
    Advice{"query.unknown_office", "`--from` is one of the offices in this node's configuration."},
    Advice{"consent.not_found", "`casebridge consent list --case CASE` lists the consents."},
    Advice{"consent.withdrawn", "A withdrawn consent stays withdrawn: a new consent needs a new id."},
    Advice{"send.preview_outdated", "Something has changed since: `casebridge case preview` again, then send."},
    Advice{"wording.unknown_language",
           "`--wording FILE` takes one of your own; policies/library/wording/en.yaml is to be translated."},
    Advice{"wording.invalid", "Correct the lines named; each text keeps the words in braces of its English one."},
    Advice{"update.outdated", "Something has changed since it was shown: `casebridge case update` again."},
    Advice{"agreement.is_template",
           "Copy the template, fill in what says TO BE FILLED IN, and remove the line `template: true`."},
    Advice{"trust.revoked",
           "The partner has revoked this certificate; `casebridge peer check` fetches its new one, once it has one."},
    Advice{
        "trust.no_current_crl",
        "The partner's revocation list was not seen for too long; `casebridge peer check` looks for it and says why."},
    Advice{"crl.none", "`casebridge identity crl` issues the first list."},
    Advice{"crl.busy", "Another command issues a list just now; try again."},
    Advice{"crl.malformed", "crl.pem holds every certificate that was ever revoked: put it back from a backup."},
    Advice{"crl.bad_signature", "crl.pem is not what this issuing authority has signed: put it back from a backup."},
    Advice{"crl.unknown_certificate", "`casebridge identity show` shows the certificates in use."},
    Advice{"crl.unknown_reason", "--reason key-compromise, where a key may be in other hands."},
    Advice{"identity.missing", "`casebridge init` makes an identity; --state names the directory it is in."},
    Advice{"identity.key_twice", "Remove the one that is over: the URI if the file is right, or the file."},
    Advice{"token.wrong_pin",
           "Put the right PIN into its file; then remove token.pin-refused from the identity directory."},
    Advice{"token.pin_refused_before",
           "A token locks after a few wrong PINs, so it is not tried again: put the PIN right, then remove the file "
           "named."},
    Advice{"token.pin_locked", "Have the token's security officer unlock it; then remove token.pin-refused."},
    Advice{"token.final_try",
           "One more wrong PIN would lock it. Log in by hand with the right one: pkcs11-tool --module DRIVER --login "
           "--list-objects."},
    Advice{"token.no_pin",
           "Write the PIN into a file of mode 0600 and name it in the URI, pin-source=/path/of/it; or give the service "
           "the credential `token-pin` (packaging/README.md)."},
    Advice{"token.not_there",
           "Put the token in. `pkcs11-tool --module DRIVER --list-token-slots` shows what there is."},
    Advice{"token.ambiguous", "Name the token by its serial number, serial=…, and the key by its id, id=%01."},
    Advice{"token.key_not_found", "`pkcs11-tool --module DRIVER --login --list-objects` shows the token's keys."},
    Advice{"token.no_module",
           "Install the token's driver and name it in the URI, module-path=/usr/lib/…; SoftHSM's is "
           "/usr/lib/softhsm/libsofthsm2.so."},
    Advice{"token.failed", "See what the driver's code means (CKR_… of PKCS #11), and look at the token."},
    Advice{
        "token.bad_uri",
        "pkcs11:token=NAME?module-path=/path/of/driver.so&pin-source=/path/of/pin names a token; a key in it also by "
        "object= or id=."},
    Advice{"token.pin_in_uri", "Take pin-value out, write the PIN into a file of mode 0600: pin-source=/path/of/it."},
    Advice{"token.halves_differ", "Give each key in the token an id of its own (pkcs11-tool --id)."},
    Advice{"token.wrong_kind",
           "Make a key on P-256 or P-384, with its public half: pkcs11-tool --keypairgen --key-type EC:prime256v1."},
    Advice{"token.cannot_derive", "Make the encryption key with the right to derive (pkcs11-tool --usage-derive)."},
    Advice{"token.cannot_sign", "Make the key with the right to sign (pkcs11-tool --usage-sign)."},
    Advice{"token.cannot_make",
           "Make the key with the token's own tool, then bind it: casebridge identity use-token --help."},
    Advice{"token.cannot_destroy", "Destroy the object with the token's own tool; the daemon looks again by itself."},
    Advice{"token.officer_destroys",
           "The officer who made the key destroys it with the command named; the daemon records it when it is gone."},
    Advice{"identity.exists", "Nothing was overwritten. `casebridge identity renew` renews certificates."},
    Advice{"identity.busy", "Another command changes the identity just now; try again."},
    Advice{"identity.no_request", "`casebridge identity request-authority` makes the key and the request."},
    Advice{"identity.other_root", "Restart the daemon: partners have to pin the other root first."},
    Advice{"authority.bad_request", "Take the file that `casebridge identity request-authority` wrote, of this node."},
    Advice{"private_key.wrong_passphrase", "Nothing was signed. Type the passphrase that `casebridge init` asked for."},
    Advice{"crl.not_of_this_authority",
           "The list has to be of this node's root: `casebridge identity revoke-authority`."},
    Advice{"crl.number_went_back", "A newer list of the root is installed; nothing was changed."},
    Advice{"file.exists", "Nothing was overwritten. Name another file, or move the old one away."},
    Advice{"identity.weak_passphrase", "Use at least 12 characters, better four or more random words."},
    Advice{"usage.reason_missing", "Every act is recorded with its reason: --reason \"…\"."},
    Advice{"request.reason_missing", "Every act is recorded with its reason: --reason \"…\"."},
    Advice{
        "store.reserve_reached",
        "Make room where the store is, or enlarge its disk; what is queued is still delivered, and nothing was lost. "
        "`casebridge health` shows how much is missing."},
    Advice{"evidence.not_found",
           "Take the id from `casebridge outbox list` or `inbox list`; only summaries have evidence "
           "at their sender."},
    Advice{"evidence.detail_erased", "Export without --open: everything else is still provable."},
    Advice{"evidence.opening_not_allowed", "Export without --open, or have a data officer export it."},
    Advice{"log.no_key", "Its operator types `casebridge identity add-log-key`, then restarts the daemon."},
    Advice{"log.behind", "Nothing is done until the store is brought forward: `casebridge recover --dry-run`."},
    Advice{"log.forked", "Keep a copy of the store, then bring it forward: `casebridge recover --dry-run`."},
    Advice{
        "log.key_retired",
        "Stop the daemon and put the newer log.key.pem and rotations.txt back. If they are lost: remove log.key.pem, "
        "`casebridge identity add-log-key`, and give partners the new key (`casebridge peer keys` there)."},
    Advice{"succession.evidence_stands",
           "Look at it with `casebridge witness evidence`, deal with it, then `casebridge witness settle`."},
    Advice{"succession.store_there",
           "Give the successor an identity and state directory of its own: casebridge init --help."},
    Advice{"succession.not_closed", "Start the old daemon once more and stop it (systemctl stop), then try again."},
    Advice{"succession.other_disk",
           "Move the old state directory to the new one's file system first, then name it there."},
    Advice{"peer.removed", "If its root is to be believed still, pin it again first: casebridge peer add."},
    Advice{"succession.same_node", "See casebridge identity sign-root --help."},
    Advice{"store.other_node",
           "Put this node's own store back, or go on with the other's: casebridge identity succeed --help."},
    Advice{"evidence.former_name", "The partner can export its evidence of it: casebridge evidence export."},
    Advice{"identity.retired_key",
           "Put the newer file and rotations.txt back. If they are lost: remove this one, `casebridge identity "
           "add-log-key`, and give partners the new key (`casebridge peer keys` there)."},
    Advice{"rollover.not_from_pinned",
           "Call the partner. If its root is another for a good reason: `casebridge peer remove`, compare the "
           "fingerprint, `casebridge peer add`."},
    Advice{"rollover.other_key", "Give the file that sign-root wrote for exactly this root: make-root says which."},
    Advice{"rotation.too_many",
           "Remove the key's file, `casebridge identity add-log-key`, and give partners the new key by hand."},
    Advice{"rotation.shrinks", "Set the clock right, then try again."},
    Advice{"log.recovering",
           "`casebridge witness show` says who; if a partner is gone, `casebridge recover --without`."},
    Advice{"log.withdrawals_unknown", "`casebridge recover --show` lists them and says what to do."},
    Advice{
        "backup.no_keys",
        "Put keys.db into the folder; without it contents stay closed and a new identity is needed: --without-keys."},
    Advice{"backup.damaged", "Take another copy of the same backup, or an older backup."},
    Advice{"backup.other_parts", "Take both files from the folder of one backup; its name is its time."},
    Advice{"restore.not_empty", "Nothing is overwritten: stop the daemon and move the state directory away first."},
    Advice{"recover.no_partner", "Call the partners: one that has witnessed the log must be reached."},
    Advice{"log.not_witnessed",
           "`casebridge witness show` says which partner cosigns and why another does not; withdrawals leave all the "
           "same."},
    Advice{"witness.peer_log_forked",
           "`casebridge witness evidence` shows it. Call the partner; when it is dealt with, `casebridge witness "
           "settle`."},
    Advice{"witness.no_evidence", "`casebridge witness evidence` lists it."},
    Advice{"peer.wrong_log_key", "`casebridge identity show` prints it at the partner's, as `log key`."},
    Advice{"peer.wrong_witness_key", "`casebridge identity show` prints it at the partner's, as `witness key`."},
    Advice{"note.bad_vkey", "A verifier key is one line, <name>+<id>+<key>; `casebridge identity show` prints it."},
    Advice{"merkle.wrong_old_root", "Keep both files: they are the evidence. Ask the ministry whose log it is."},
    Advice{"store.full", "Make room where the store is, or enlarge its disk; then try again."},
    Advice{"clock.jumped",
           "The machine's clock was set, so nothing is sent or taken. Compare it with another; set it right, or "
           "confirm it "
           "with `casebridge clock confirm`."},
    Advice{"clock.other_time", "The two clocks differ: find out which is right before anything is sent by it."},
    Advice{"sharing.no_case_source", "This node only receives: `field_map` is not set in the configuration."},
};

ExitCode exit_of(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::not_found:
            return ExitCode::not_found;
        case ErrorKind::conflict:
            return ExitCode::conflict;
        case ErrorKind::invalid:
        case ErrorKind::unauthentic:
        case ErrorKind::unavailable:
        case ErrorKind::internal:
            break;
    }
    return ExitCode::error;
}

}  // namespace

Failure to_failure(Error const& error) {
    auto exit = exit_of(error.kind);
    if (error.code == "daemon.unreachable" || error.code == "daemon.no_permission" || error.code == "daemon.timeout" ||
        error.code == "daemon.connection_lost")
        exit = ExitCode::unreachable;
    return {exit, std::string(error.code), error.detail};
}

Failure usage_failure(std::string_view code, std::string detail) {
    return {ExitCode::usage, std::string(code), std::move(detail)};
}

Failure unknown_purpose(std::string_view given) {
    return usage_failure("purpose.unknown", "--purpose: " + expected_one_of(purpose_words(), given));
}

Failure to_failure(int status, Json const& problem) {
    bool const readable = problem.as_object() != nullptr;
    Failure failure{ExitCode::error, readable ? problem.text_or("code") : std::string{},
                    readable ? problem.text_or("detail") : std::string{}};
    if (failure.code.empty()) failure.code = "daemon.bad_answer";
    if (auto const* denials = readable ? problem.find("denials") : nullptr; denials != nullptr)
        failure.denials = *denials;
    if (failure.code == "send.denied")
        failure.exit = ExitCode::refused;
    else if (status == 404)
        failure.exit = ExitCode::not_found;
    else if (status == 409)
        failure.exit = ExitCode::conflict;
    return failure;
}

std::string_view meaning(std::string_view code) {
    return look_up(kMeanings, code);
}

std::string_view remedy(std::string_view code) {
    return look_up(kRemedies, code);
}

}  // namespace casebridge::cli
