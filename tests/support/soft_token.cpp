#include "tests/support/soft_token.h"

#include "daemon/files.h"
#include "tests/support/check_code.h"

#include <algorithm>
#include <cstdlib>

#include <boost/test/unit_test.hpp>

namespace casebridge::test {
namespace {

namespace fs = std::filesystem;

constexpr char const* soft_hsm = "/usr/lib/softhsm/libsofthsm2.so";

std::string tool() {
    return std::string("pkcs11-tool --module ") + soft_hsm + " --token-label casebridge --login --pin " +
           SoftToken::right_pin + " ";
}

}  // namespace

SoftToken const& SoftToken::the() {
    static SoftToken const token;
    return token;
}

SoftToken::SoftToken() {
    auto const tokens = directory_.path() / "tokens", configuration = directory_.path() / "softhsm2.conf";
    fs::create_directory(tokens);
    must(write_file_atomically(configuration, as_bytes("directories.tokendir = " + tokens.string() + "\n"), 0600));
    ::setenv("SOFTHSM2_CONF", configuration.c_str(), 1);
    ::setenv("CASEBRIDGE_TEST_TOKEN", directory_.path().c_str(), 1);
    run(std::string("softhsm2-util --init-token --free --label casebridge --so-pin 99999999 --pin ") + right_pin);
}

std::string SoftToken::run(std::string const& command) const {
    auto const log = directory_.path() / "log";
    bool const done = std::system((command + " > " + log.string() + " 2>&1").c_str()) == 0;
    auto said = to_text(must(read_file(log, 1 << 16)));
    BOOST_REQUIRE_MESSAGE(done, said);
    return said;
}

TokenUri SoftToken::uri(fs::path const& pin_file) {
    the();
    if (!fs::exists(pin_file)) write_pin(pin_file, right_pin);
    TokenUri uri;
    uri.token = "casebridge";
    uri.module_path = CASEBRIDGE_REMOVABLE_TOKEN;
    uri.pin_source = pin_file.string();
    return uri;
}

TokenUri SoftToken::key(std::string const& object, fs::path const& pin_file) {
    auto named = uri(pin_file);
    named.object = object;
    return named;
}

void SoftToken::write_pin(fs::path const& pin_file, std::string_view pin) {
    must(write_file_atomically(pin_file, as_bytes(std::string(pin) + "\n"), 0600));
}

void SoftToken::make_key(std::string const& arguments) const {
    run(tool() + "--keypairgen --key-type EC:prime256v1 " + arguments);
}

void SoftToken::delete_key(std::string const& label) const {
    run(tool() + "--delete-object --type privkey --label " + label);
}

std::string SoftToken::listed() const {
    return run(tool() + "--list-objects --type privkey");
}

void SoftToken::take_out() const {
    must(write_file_atomically(directory_.path() / "away", as_bytes("away"), 0600));
}

void SoftToken::put_back() const {
    fs::remove(directory_.path() / "away");
}

int SoftToken::logins() const {
    auto const file = read_file(directory_.path() / "logins", 1 << 20);
    return file ? static_cast<int>(std::ranges::count(*file, std::uint8_t{'\n'})) : 0;
}

}  // namespace casebridge::test
