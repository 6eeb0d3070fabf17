// A driver that stands before SoftHSM's, so that a test can take the token out and put it back, and counts log-ins.
// In the directory CASEBRIDGE_TEST_TOKEN: as long as there is a file `away`, the token is out; each log-in adds a line
// to `logins`, with the driver's code and never the PIN.
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>

#include <dlfcn.h>
#include <p11-kit/pkcs11.h>

namespace {

CK_FUNCTION_LIST* real = nullptr;

std::filesystem::path place() {
    char const* const directory = std::getenv("CASEBRIDGE_TEST_TOKEN");
    return directory == nullptr ? "/nonexistent" : directory;
}

/// As a card that is pulled out: its sessions end, and whoever was logged in is not.
bool is_away() {
    static std::atomic<bool> was_away = false;
    std::error_code failure;
    bool const away = std::filesystem::exists(place() / "away", failure);
    if (away && !was_away.exchange(true)) {
        CK_SLOT_ID slots[8];
        CK_ULONG count = std::size(slots);
        if (real->C_GetSlotList(CK_TRUE, slots, &count) == CKR_OK)
            for (CK_ULONG i = 0; i < count; ++i) real->C_CloseAllSessions(slots[i]);
    }
    if (!away) was_away = false;
    return away;
}

CK_RV slot_list(CK_BBOOL present, CK_SLOT_ID* slots, CK_ULONG* count) {
    if (!is_away()) return real->C_GetSlotList(present, slots, count);
    *count = 0;
    return CKR_OK;
}
CK_RV token_info(CK_SLOT_ID slot, CK_TOKEN_INFO* info) {
    return is_away() ? CKR_TOKEN_NOT_PRESENT : real->C_GetTokenInfo(slot, info);
}
CK_RV open_session(CK_SLOT_ID slot, CK_FLAGS flags, void* application, CK_NOTIFY notify, CK_SESSION_HANDLE* session) {
    return is_away() ? CKR_TOKEN_NOT_PRESENT : real->C_OpenSession(slot, flags, application, notify, session);
}
CK_RV session_info(CK_SESSION_HANDLE session, CK_SESSION_INFO* info) {
    return is_away() ? CKR_DEVICE_REMOVED : real->C_GetSessionInfo(session, info);
}
CK_RV find_init(CK_SESSION_HANDLE session, CK_ATTRIBUTE* wanted, CK_ULONG count) {
    return is_away() ? CKR_DEVICE_REMOVED : real->C_FindObjectsInit(session, wanted, count);
}
CK_RV sign_init(CK_SESSION_HANDLE session, CK_MECHANISM* mechanism, CK_OBJECT_HANDLE key) {
    return is_away() ? CKR_DEVICE_REMOVED : real->C_SignInit(session, mechanism, key);
}
CK_RV log_in(CK_SESSION_HANDLE session, CK_USER_TYPE user, unsigned char* pin, CK_ULONG size) {
    if (is_away()) return CKR_DEVICE_REMOVED;
    auto const code = real->C_Login(session, user, pin, size);
    static std::mutex mutex;
    std::lock_guard const lock(mutex);
    std::ofstream(place() / "logins", std::ios::app) << code << '\n';
    return code;
}

}  // namespace

extern "C" __attribute__((visibility("default"))) CK_RV C_GetFunctionList(CK_FUNCTION_LIST** list) {
    static CK_FUNCTION_LIST own;
    void* const library = ::dlopen("/usr/lib/softhsm/libsofthsm2.so", RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) return CKR_GENERAL_ERROR;
    auto const get = reinterpret_cast<CK_RV (*)(CK_FUNCTION_LIST**)>(::dlsym(library, "C_GetFunctionList"));
    if (get == nullptr || get(&real) != CKR_OK) return CKR_GENERAL_ERROR;
    own = *real;
    own.C_GetSlotList = slot_list;
    own.C_GetTokenInfo = token_info;
    own.C_OpenSession = open_session;
    own.C_GetSessionInfo = session_info;
    own.C_FindObjectsInit = find_init;
    own.C_SignInit = sign_init;
    own.C_Login = log_in;
    *list = &own;
    return CKR_OK;
}
