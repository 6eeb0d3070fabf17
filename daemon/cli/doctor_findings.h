// Findings: what `casebridge doctor` has found, in the order in which it looked.
#pragma once

#include "daemon/cli/command.h"
#include "daemon/config.h"

namespace casebridge::cli {

/// A later look that needs an earlier one is left out if that failed.
class Findings {
public:
    void good(std::string_view what, std::string detail = "") { add(what, "ok", "", std::move(detail), ""); }
    void note(std::string_view what, std::string detail, std::string remedy) {
        add(what, "note", "", std::move(detail), std::move(remedy));
    }
    void bad(std::string_view what, std::string_view code, std::string detail, std::string remedy) {
        add(what, "problem", code, std::move(detail), std::move(remedy));
        ++problems_;
    }
    void bad(std::string_view what, Error const& error, std::string_view remedy) {
        bad(what, error.code, error.detail, std::string(remedy));
    }
    [[nodiscard]] int problems() const { return problems_; }
    [[nodiscard]] Json to_json() const { return Json::object().set("problems", problems_).set("findings", list_); }

private:
    void add(std::string_view what, std::string_view state, std::string_view code, std::string detail,
             std::string remedy) {
        list_.push(Json::object()
                       .set("what", what)
                       .set("state", state)
                       .set("code", code)
                       .set("detail", std::move(detail))
                       .set("remedy", std::move(remedy)));
    }
    Json list_ = Json::array();
    int problems_ = 0;
};

/// Keys of the identity that are in PKCS #11 tokens: whether they can be reached, and what an officer still has to do.
/// Nothing is said where there is none. False: they cannot be used, so that the identity cannot be read.
bool look_at_tokens(std::filesystem::path const& identity, Findings& findings);

}  // namespace casebridge::cli
