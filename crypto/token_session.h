// TokenSession: the one session this process has with a token, logged in. Include from the .cpp files of tokens only.
#pragma once

#include "crypto/token_key.h"

#include <functional>
#include <mutex>
#include <optional>

#include <p11-kit/pkcs11.h>

namespace casebridge {

/// Of the driver's code; `what` was asked for.
Error token_error(CK_RV code, std::string const& what);

/// Thread-safe: one call into the token at a time. Lives until the process ends, as the driver does.
class TokenSession {
public:
    /// What is done in the token; what it returns is OK or a driver's code.
    using Work = std::function<CK_RV(CK_FUNCTION_LIST& driver, CK_SESSION_HANDLE session)>;

    static TokenSession& of(TokenUri const& uri);

    /// Logged in. Where the token says that it was away, once more after logging in again: `work` may run twice.
    Status use(PinSource& pins, Work const& work);
    /// The same in a session that may change what is in the token.
    Status use_to_write(PinSource& pins, Work const& work);
    /// Of the token that is in. Empty before the first use.
    [[nodiscard]] std::string serial() const;

private:
    explicit TokenSession(TokenUri token) : token_(std::move(token)) {}
    // Under `mutex_`.
    Status use_as(CK_FLAGS flags, PinSource& pins, Work const& work);
    CK_RV run_as(CK_FLAGS flags, Work const& work);
    [[nodiscard]] bool is_logged_in() const;
    Status connect(PinSource& pins);
    Status find_slot();
    Status log_in(PinSource& pins);
    void disconnect();

    TokenUri const token_;
    mutable std::mutex mutex_;
    CK_FUNCTION_LIST* driver_ = nullptr;
    CK_SLOT_ID slot_ = 0;
    CK_FLAGS token_flags_ = 0;
    CK_SESSION_HANDLE session_ = 0;  ///< 0: none
    std::string serial_;
    std::optional<Error> never_again_;  ///< a refusal that could not be remembered
};

}  // namespace casebridge
