// SoftToken: a real PKCS #11 token, SoftHSM's, in a directory of its own, behind a driver by which it can be taken out
// (removable_token.cpp). One for the process: the driver reads its configuration once.
#pragma once

#include "crypto/token_uri.h"
#include "tests/support/temporary_directory.h"

namespace casebridge::test {

class SoftToken {
public:
    static SoftToken const& the();
    static constexpr char const* right_pin = "482913";

    /// The token, with the PIN in `pin_file`, which is written with the right one if it is not there.
    [[nodiscard]] static TokenUri uri(std::filesystem::path const& pin_file);
    /// The same, and a key in it.
    [[nodiscard]] static TokenUri key(std::string const& object, std::filesystem::path const& pin_file);
    static void write_pin(std::filesystem::path const& pin_file, std::string_view pin);
    /// As an officer does, with pkcs11-tool: "--label tls --id 01 --usage-sign".
    void make_key(std::string const& arguments) const;
    void delete_key(std::string const& label) const;
    /// Labels of the private keys, as pkcs11-tool lists them.
    [[nodiscard]] std::string listed() const;

    void take_out() const;
    void put_back() const;
    /// How often anybody has logged in through the driver, with any PIN.
    [[nodiscard]] int logins() const;

private:
    SoftToken();
    std::string run(std::string const& command) const;
    TemporaryDirectory directory_;
};

}  // namespace casebridge::test
