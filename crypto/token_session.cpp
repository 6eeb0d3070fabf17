#include "crypto/token_session.h"

#include <algorithm>
#include <map>
#include <vector>

#include <dlfcn.h>

namespace casebridge {
namespace {

Error unavailable(std::string_view code, std::string detail = {}) {
    return {ErrorKind::unavailable, code, std::move(detail)};
}

/// What a token that was taken out, or whose session ended, answers before it is asked anew.
bool may_have_been_away(CK_RV code) {
    constexpr CK_RV signs[] = {CKR_DEVICE_REMOVED,         CKR_TOKEN_NOT_PRESENT,  CKR_TOKEN_NOT_RECOGNIZED,
                               CKR_SESSION_HANDLE_INVALID, CKR_SESSION_CLOSED,     CKR_USER_NOT_LOGGED_IN,
                               CKR_OBJECT_HANDLE_INVALID,  CKR_KEY_HANDLE_INVALID, CKR_DEVICE_ERROR,
                               CKR_GENERAL_ERROR,          CKR_SLOT_ID_INVALID};
    return std::ranges::find(signs, code) != std::end(signs);
}

/// Drivers are loaded once a process and stay: taking one out while another library uses it, too, ends badly.
Result<CK_FUNCTION_LIST*> load_driver(std::string const& path) {
    static std::mutex mutex;
    static std::map<std::string, CK_FUNCTION_LIST*> drivers;
    std::lock_guard const lock(mutex);
    if (auto const known = drivers.find(path); known != drivers.end()) return known->second;
    void* const library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) return unavailable("token.no_module", path);
    using GetFunctionList = CK_RV (*)(CK_FUNCTION_LIST**);
    auto const get = reinterpret_cast<GetFunctionList>(::dlsym(library, "C_GetFunctionList"));
    CK_FUNCTION_LIST* driver = nullptr;
    if (get == nullptr || get(&driver) != CKR_OK || driver == nullptr) return unavailable("token.no_module", path);
    CK_C_INITIALIZE_ARGS arguments{};
    arguments.flags = CKF_OS_LOCKING_OK;
    auto const started = driver->C_Initialize(&arguments);
    if (started != CKR_OK && started != CKR_CRYPTOKI_ALREADY_INITIALIZED)
        return unavailable("token.no_module", path + ": " + token_error(started, "").detail);
    drivers.emplace(path, driver);
    return driver;
}

/// Fields of fixed width, filled up with blanks.
template <std::size_t size>
std::string trimmed(unsigned char const (&field)[size]) {
    std::string text(reinterpret_cast<char const*>(field), size);
    text.erase(text.find_last_not_of(std::string_view(" \0", 2)) + 1);
    return text;
}

bool fits(TokenUri const& uri, CK_TOKEN_INFO const& info) {
    auto const is = [](std::string const& wanted, std::string const& has) { return wanted.empty() || wanted == has; };
    return is(uri.token, trimmed(info.label)) && is(uri.serial, trimmed(info.serialNumber)) &&
           is(uri.model, trimmed(info.model)) && is(uri.manufacturer, trimmed(info.manufacturerID));
}

}  // namespace

Error token_error(CK_RV code, std::string const& what) {
    switch (code) {
        case CKR_PIN_INCORRECT:
        case CKR_PIN_INVALID:
        case CKR_PIN_LEN_RANGE:
            return unavailable("token.wrong_pin");
        case CKR_PIN_LOCKED:
        case CKR_PIN_EXPIRED:
            return unavailable("token.pin_locked");
        case CKR_DEVICE_REMOVED:
        case CKR_TOKEN_NOT_PRESENT:
        case CKR_TOKEN_NOT_RECOGNIZED:
        case CKR_SLOT_ID_INVALID:
        case CKR_SESSION_HANDLE_INVALID:
        case CKR_SESSION_CLOSED:
            return unavailable("token.not_there", what);
        default:
            break;
    }
    auto const number = static_cast<std::uint32_t>(code);
    Bytes bytes;
    for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(number >> shift));
    return unavailable("token.failed", what + (what.empty() ? "" : ": ") + "the driver says 0x" + to_hex(bytes));
}

TokenSession& TokenSession::of(TokenUri const& uri) {
    static std::mutex mutex;
    static auto& sessions = *new std::map<std::string, TokenSession*>;  // never destroyed: a driver may be gone by then
    std::lock_guard const lock(mutex);
    auto const token = uri.token_alone();
    auto& session = sessions[token.name() + token.module_path];
    if (session == nullptr) session = new TokenSession(token);
    return *session;
}

Status TokenSession::use(PinSource& pins, Work const& work) {
    std::lock_guard const lock(mutex_);
    return use_as(0, pins, work);
}

Status TokenSession::use_to_write(PinSource& pins, Work const& work) {
    std::lock_guard const lock(mutex_);
    return use_as(CKF_RW_SESSION, pins, work);
}

std::string TokenSession::serial() const {
    std::lock_guard const lock(mutex_);
    return serial_;
}

Status TokenSession::use_as(CK_FLAGS flags, PinSource& pins, Work const& work) {
    if (session_ != 0 && !is_logged_in()) disconnect();
    bool const used_before = session_ != 0;
    RETURN_IF_ERROR(connect(pins));
    auto code = run_as(flags, work);
    if (code != CKR_OK && may_have_been_away(code)) {
        disconnect();
        if (used_before) {
            RETURN_IF_ERROR(connect(pins));
            code = run_as(flags, work);
        }
    }
    return code == CKR_OK ? Status(Done{}) : Status(token_error(code, token_.name()));
}

CK_RV TokenSession::run_as(CK_FLAGS flags, Work const& work) {
    if ((flags & CKF_RW_SESSION) == 0) return work(*driver_, session_);
    CK_SESSION_HANDLE writing = 0;
    auto const opened = driver_->C_OpenSession(slot_, CKF_SERIAL_SESSION | flags, nullptr, nullptr, &writing);
    if (opened != CKR_OK) return opened;
    auto const code = work(*driver_, writing);
    driver_->C_CloseSession(writing);
    return code;
}

bool TokenSession::is_logged_in() const {
    CK_SESSION_INFO info{};
    return driver_->C_GetSessionInfo(session_, &info) == CKR_OK &&
           (info.state == CKS_RO_USER_FUNCTIONS || info.state == CKS_RW_USER_FUNCTIONS);
}

Status TokenSession::connect(PinSource& pins) {
    if (session_ != 0) return Done{};
    ASSIGN_OR_RETURN(driver_, load_driver(token_.module_path));
    RETURN_IF_ERROR(find_slot());
    auto const opened = driver_->C_OpenSession(slot_, CKF_SERIAL_SESSION, nullptr, nullptr, &session_);
    if (opened != CKR_OK) {
        session_ = 0;
        return token_error(opened, token_.name());
    }
    auto const logged_in = log_in(pins);
    if (!logged_in) disconnect();
    return logged_in;
}

Status TokenSession::find_slot() {
    CK_ULONG count = 0;
    auto code = driver_->C_GetSlotList(CK_TRUE, nullptr, &count);
    std::vector<CK_SLOT_ID> slots(count);
    if (code == CKR_OK && count > 0) code = driver_->C_GetSlotList(CK_TRUE, slots.data(), &count);
    if (code != CKR_OK) return token_error(code, token_.name());
    slots.resize(std::min<std::size_t>(count, slots.size()));
    int found = 0;
    for (auto const slot : slots) {
        CK_TOKEN_INFO info{};
        if (driver_->C_GetTokenInfo(slot, &info) != CKR_OK || !fits(token_, info)) continue;
        ++found;
        slot_ = slot;
        token_flags_ = info.flags;
        serial_ = trimmed(info.serialNumber);
    }
    if (found == 0) return unavailable("token.not_there", token_.name());
    return found == 1 ? Status(Done{}) : Status(unavailable("token.ambiguous", token_.name()));
}

/// SECURITY: one try with what the source gives, and none where one more could lock the token.
Status TokenSession::log_in(PinSource& pins) {
    if (is_logged_in()) return Done{};  // by another session of this process
    if (never_again_) return *never_again_;
    if ((token_flags_ & CKF_USER_PIN_LOCKED) != 0) return unavailable("token.pin_locked", token_.name());
    if ((token_flags_ & CKF_USER_PIN_FINAL_TRY) != 0) return unavailable("token.final_try", token_.name());
    ASSIGN_OR_RETURN(auto const pin, pins.pin());
    Bytes text(pin.reveal().begin(), pin.reveal().end());
    Secret own(std::move(text));
    auto* const characters = const_cast<unsigned char*>(own.reveal().data());  // C: the driver only reads it
    auto const code = driver_->C_Login(session_, CKU_USER, characters, own.size());
    if (code == CKR_OK || code == CKR_USER_ALREADY_LOGGED_IN) return Done{};
    auto error = token_error(code, token_.name());
    if (error.code != "token.wrong_pin" && error.code != "token.pin_locked") return error;
    error.detail = token_.name();
    if (!pins.refused(error)) never_again_ = error;
    return error;
}

void TokenSession::disconnect() {
    if (session_ != 0) driver_->C_CloseSession(session_);
    session_ = 0;
}

}  // namespace casebridge
