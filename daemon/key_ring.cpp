#include "daemon/key_ring.h"

#include "daemon/identity_renewal.h"

#include <algorithm>

namespace casebridge {

namespace {

using identity_files::certificate_path;
using identity_files::is_in_token;
using identity_files::read_chain;

constexpr std::string_view in_use_setting = "keys.in_use", told_setting = "keys.told_on",
                           left_setting = "keys.left_in_token:";

/// One line that changes whenever one of them does.
std::string names_of(OwnCertificates const& own) {
    std::string names;
    for (auto const* chain : {&own.tls, &own.signing, &own.encryption}) names += chain->front().fingerprint().hex();
    return names + own.tls.back().fingerprint().hex();
}

Json facts_of(OwnCertificates const& own) {
    return Json::object()
        .set("tls", own.tls.front().fingerprint().hex())
        .set("signing", own.signing.front().fingerprint().hex())
        .set("encryption", own.encryption.front().fingerprint().hex())
        .set("issuing", own.tls.back().fingerprint().hex());
}

bool is_in_use(OwnCertificates const& own, std::string const& retired_name) {
    for (auto const* certificate : {&own.encryption.front(), &own.tls.back(), &own.tls.front(), &own.signing.front()})
        if (retired_name.ends_with(certificate->fingerprint().hex())) return true;
    return false;
}

/// "encryption.<fingerprint>"
Json facts_of(RetiredKeyTable::Row const& row) {
    auto const dot = row.name.find('.');
    return Json::object()
        .set("key", row.name.substr(0, dot))
        .set("certificate", row.name.substr(dot + 1))
        .set("retired_at", to_rfc3339(row.retired_at));
}

}  // namespace

KeyRing::KeyRing(KeyRingParts parts, PrivateKey tls_key) : parts_(std::move(parts)), tls_key_(std::move(tls_key)) {}

TlsClientIdentity KeyRing::tls_identity() const {
    std::lock_guard const lock(tls_mutex_);
    return {tls_key_.duplicate(), parts_.own.get()->tls};
}

void KeyRing::start() {
    std::lock_guard const lock(changing_);
    record();
    destroy_due();
    // One whose token was away at the start is loaded at the next look.
    auto const names = retired();
    stale_ = std::ranges::any_of(names, [this](auto const& name) { return is_in_token(parts_.directory, name); });
}

Status KeyRing::take_up() {
    std::lock_guard const lock(changing_);
    return take_up_renewed();
}

void KeyRing::look() {
    if (looking_.exchange(true)) return;
    parts_.pool.submit_always([this] {
        look_now();
        looking_ = false;
    });
}

void KeyRing::look_now() {
    std::lock_guard const lock(changing_);
    tell_failure(take_up_renewed());
    if (!recorded_) record();
    destroy_due();
    tell_ends();
}

Result<bool> KeyRing::is_renewed() const {
    auto const own = parts_.own.get();
    for (auto const& [role, used] : {std::pair(Role::tls, &own->tls), std::pair(Role::signing, &own->signing),
                                     std::pair(Role::encryption, &own->encryption)}) {
        ASSIGN_OR_RETURN(auto const chain, read_chain(certificate_path(parts_.directory, to_text(role))));
        if (chain != *used) return true;
    }
    return false;
}

Status KeyRing::take_up_renewed() {
    ASSIGN_OR_RETURN(bool const renewed, is_renewed());
    if (!renewed && !stale_) return Done{};
    RETURN_IF_ERROR(load());
    if (!renewed) return Done{};
    parts_.client.replace_identity(tls_identity());
    parts_.query_client.replace_identity(tls_identity());
    changed_();
    parts_.telemetry.log(LogLevel::info, "keys.taken_up");
    parts_.telemetry.count("casebridge_keys_total", "taken_up");
    recorded_ = false;
    record();
    return Done{};
}

/// Into memory: signing and opening with them begins here.
Status KeyRing::load() {
    ASSIGN_OR_RETURN(auto identity, load_identity(parts_.directory, parts_.node, parts_.clock.now()));
    if (identity.root != parts_.own.get()->root)
        return Error{ErrorKind::conflict, "identity.other_root", "root.pem is another; restart the daemon to use it"};
    OwnCertificates own{identity.root, identity.tls_chain, identity.signer.chain, identity.encryption_chain};
    parts_.crypto.replace_keys(std::move(identity.signer), std::move(identity.encryption_keys));
    std::lock_guard const lock(tls_mutex_);
    tls_key_ = std::move(identity.tls_key);
    parts_.own.set(std::move(own));
    stale_ = identity.keys_out_of_reach > 0;
    return Done{};
}

/// A failure is tried again at the next look: a frozen log takes no leaf.
void KeyRing::record() {
    auto const own = parts_.own.get();
    auto const recorded = parts_.engine.call<Done>([this, &own](Store& store) -> Status {
        auto const names = names_of(*own);
        ASSIGN_OR_RETURN(auto const before, store.setting(in_use_setting));
        if (before == names) return Done{};
        RETURN_IF_ERROR(store.put_setting(in_use_setting, names));
        ASSIGN_OR_RETURN(auto const leaf, store.log().append("keys.taken_up", parts_.clock.now(), service_actor("keys"),
                                                             facts_of(*own), Json::object()));
        static_cast<void>(leaf);
        return Done{};
    });
    recorded_ = static_cast<bool>(recorded);
}

/// A key that was put aside and whose time is over.
struct KeyRing::Over {
    RetiredKeyTable::Row row;
    bool in_token;
    bool certified_again = false;  ///< only its certificate ends
};

std::vector<std::string> KeyRing::retired() const {
    auto names = retired_names(parts_.directory);
    if (!names) return {};
    // A renewal that was cut off has put aside what is still in use.
    std::erase_if(*names, [own = parts_.own.get()](auto const& name) { return is_in_use(*own, name); });
    return *std::move(names);
}

void KeyRing::destroy_due() {
    auto const names = retired();
    if (names.empty()) return parts_.telemetry.gauge("casebridge_retired_keys", 0);
    auto keys = over(names);
    if (!keys) return;
    std::erase_if(*keys, [this](Over& key) { return key.in_token && !end(key); });
    if (!keys->empty() && !record_destroyed(*keys)) return;
    parts_.telemetry.gauge("casebridge_retired_keys", static_cast<double>(names.size() - keys->size()));
    destroy_files(*keys);
    if (stale_) tell_failure(load());
}

Result<std::vector<KeyRing::Over>> KeyRing::over(std::vector<std::string> const& names) {
    auto const may_destroy = parts_.clock.require_retention_time();
    return parts_.engine.call<std::vector<Over>>([&](Store& store) -> Result<std::vector<Over>> {
        std::vector<Over> keys;
        auto const now = parts_.clock.now();
        for (auto const& name : names) {
            RETURN_IF_ERROR(store.retired_keys().add(name, now));
            ASSIGN_OR_RETURN(auto const row, store.retired_keys().find(name));
            bool const due = may_destroy && now - row->retired_at >= kept_after(name);
            if (row->destroyed_at || due) keys.push_back({*row, is_in_token(parts_.directory, name)});
        }
        return keys;
    });
}

/// Whether it is over in its token.
bool KeyRing::end(Over& key) {
    auto const ended = end_in_token(parts_.directory, key.row.name);
    if (!ended) {
        tell_left(key, ended.error());
        return false;
    }
    key.certified_again = *ended == EndInToken::certified_again;
    return true;
}

/// INVARIANT: of a file the leaf is committed before the first byte is overwritten; a crash in between is made good at
/// the start. Of a key in a token the leaf says what has happened.
Status KeyRing::record_destroyed(std::vector<Over> const& keys) {
    return parts_.engine.call<Done>([&](Store& store) -> Status {
        auto const now = parts_.clock.now();
        for (auto const& [row, in_token, certified_again] : keys) {
            if (row.destroyed_at || certified_again) continue;
            RETURN_IF_ERROR(store.retired_keys().mark_destroyed(row.name, now));
            auto facts = facts_of(row);
            if (in_token) facts.set("place", "token");
            ASSIGN_OR_RETURN(auto const leaf,
                             store.log().append("keys.destroyed", now, service_actor("keys"), facts, Json::object()));
            static_cast<void>(leaf);
        }
        return Done{};
    });
}

void KeyRing::destroy_files(std::vector<Over> const& keys) {
    for (auto const& key : keys) {
        stale_ = true;
        if (auto const destroyed = destroy_retired(parts_.directory, key.row.name); !destroyed) {
            parts_.telemetry.count("casebridge_alarms_total", "key_not_destroyed");
            parts_.telemetry.log(LogLevel::error, "keys.not_destroyed", {{"why", destroyed.error()}});
            continue;
        }
        if (key.certified_again) continue;
        parts_.telemetry.count("casebridge_keys_total", "destroyed");
        parts_.telemetry.log(LogLevel::info, "keys.destroyed", {{"key", std::string_view(key.row.name)}});
    }
}

/// Once a cause, until the daemon is started again.
void KeyRing::tell_left(Over const& key, Error const& why) {
    if (!told_left_.insert(key.row.name + std::string(why.code)).second) return;
    parts_.telemetry.count("casebridge_alarms_total", "key_not_destroyed");
    parts_.telemetry.log(LogLevel::error, "keys.not_destroyed",
                         {{"key", std::string_view(key.row.name)}, {"why", why}});
    if (why.code != "token.officer_destroys") return;
    auto const recorded = parts_.engine.call<Done>([&](Store& store) -> Status {
        auto const setting = std::string(left_setting) + key.row.name;
        ASSIGN_OR_RETURN(auto const before, store.setting(setting));
        if (before) return Done{};
        RETURN_IF_ERROR(store.put_setting(setting, "told"));
        ASSIGN_OR_RETURN(auto const leaf, store.log().append("keys.left_in_token", parts_.clock.now(),
                                                             service_actor("keys"), facts_of(key.row), Json::object()));
        static_cast<void>(leaf);
        return Done{};
    });
    if (!recorded) told_left_.erase(key.row.name + std::string(why.code));
}

/// Not the first time: a look may fall into the middle of a renewal.
void KeyRing::tell_failure(Status const& taken) {
    auto const before = std::exchange(failure_, taken ? std::string_view() : taken.error().code);
    if (taken || before != taken.error().code) return;
    parts_.telemetry.log(LogLevel::warning, "keys.not_taken_up", {{"why", taken.error()}});
}

void KeyRing::tell_ends() {
    auto const own = parts_.own.get();
    auto const now = parts_.clock.now();
    std::string_view worst;
    auto worst_urgency = CertificateUrgency::none;
    std::int64_t worst_days = 0;
    int warned = 0;
    for (auto const& [name, certificate] :
         {std::pair("tls", &own->tls.front()), std::pair("signing", &own->signing.front()),
          std::pair("encryption", &own->encryption.front()), std::pair("issuing", &own->tls.back()),
          std::pair("root", &own->root)}) {
        auto const left = std::chrono::floor<std::chrono::days>(certificate->not_after() - now).count();
        parts_.telemetry.gauge("casebridge_certificate_days_left", static_cast<double>(left), name);
        auto const urgency = urgency_of(validity_of(*certificate), now, parts_.first_warning);
        if (urgency == CertificateUrgency::none) continue;
        ++warned;
        if (urgency < worst_urgency || (urgency == worst_urgency && left >= worst_days)) continue;
        worst = name;
        worst_urgency = urgency;
        worst_days = left;
    }
    if (warned > 0) tell_daily(worst, worst_urgency, worst_days, warned - 1);
}

void KeyRing::tell_daily(std::string_view worst, CertificateUrgency urgency, std::int64_t days, int others) {
    auto const today = to_iso8601(Date(std::chrono::floor<std::chrono::days>(parts_.clock.now())));
    if (std::exchange(told_on_, today) == today) return;
    auto const first = parts_.engine.call<bool>([&today](Store& store) -> Result<bool> {
        ASSIGN_OR_RETURN(auto const told, store.setting(told_setting));
        if (told == today) return false;
        RETURN_IF_ERROR(store.put_setting(told_setting, today));
        return true;
    });
    if (first && !*first) return;  // before a restart
    auto const level = urgency >= CertificateUrgency::about_to_expire ? LogLevel::error
                       : urgency == CertificateUrgency::expires_soon  ? LogLevel::warning
                                                                      : LogLevel::info;
    parts_.telemetry.log(level, "certificate.ends",
                         {{"certificate", worst}, {"code", code_of(urgency)}, {"days", days}, {"others", others}});
}

}  // namespace casebridge
