// Result<T>: a value or an Error, for everything a caller can act on.
//
// Guarantees: ignoring a Result does not compile (with -Werror); reading the side that is not there throws
// std::bad_variant_access, also in release builds. A broken promise of our own code throws; bad input never does.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace casebridge {

/// What a caller does about it: reject the input (`invalid`), reject the peer (`unauthentic`), tell the officer
/// (`not_found`, `conflict`), try again later (`unavailable`), stop (`internal`). A refusal by policy is not an
/// error: it is a `Decision`.
enum class ErrorKind { invalid, unauthentic, not_found, conflict, unavailable, internal };

struct Error {
    ErrorKind kind;
    std::string_view code;  ///< a literal such as "envelope.bad_signature": stable, testable, safe to send to a peer
    std::string detail{};   ///< for the operator's log; never secrets, never personal data
};

template <typename T>
class [[nodiscard]] Result {
public:
    using value_type = T;

    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

    explicit operator bool() const noexcept { return state_.index() == 0; }

    T& operator*() & { return std::get<0>(state_); }
    T const& operator*() const& { return std::get<0>(state_); }
    T&& operator*() && { return std::get<0>(std::move(state_)); }
    T* operator->() { return &std::get<0>(state_); }
    T const* operator->() const { return &std::get<0>(state_); }

    Error const& error() const& { return std::get<1>(state_); }
    Error&& error() && { return std::get<1>(std::move(state_)); }

private:
    std::variant<T, Error> state_;
};

struct Done {};
using Status = Result<Done>;

}  // namespace casebridge

#define CASEBRIDGE_JOIN_INNER(a, b) a##b
#define CASEBRIDGE_JOIN(a, b) CASEBRIDGE_JOIN_INNER(a, b)

/// RETURN_IF_ERROR(store.commit());
#define RETURN_IF_ERROR(expression)                                                                                 \
    do {                                                                                                            \
        if (auto casebridge_status = (expression); !casebridge_status) return std::move(casebridge_status).error(); \
    } while (false)

/// ASSIGN_OR_RETURN(auto signer, identity.load(path));
#define ASSIGN_OR_RETURN(declaration, expression) \
    ASSIGN_OR_RETURN_INNER(CASEBRIDGE_JOIN(casebridge_result_, __LINE__), declaration, expression)
#define ASSIGN_OR_RETURN_INNER(result, declaration, expression) \
    auto result = (expression);                                 \
    if (!result) return std::move(result).error();              \
    declaration = *std::move(result)
