#include "adapters/odbc_connection_string.h"

#include "policies/yaml.h"

#include <algorithm>
#include <array>

namespace casebridge {
namespace {

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return out;
}

struct Addition {
    std::string_view key, value;
    bool for_encryption;
};
constexpr std::array mariadb_additions = {
    Addition{"FORWARDONLY", "1", false},
    Addition{"CHARSET", "utf8mb4", false},
    Addition{"FORCETLS", "1", true},
    Addition{"SSLVERIFY", "1", true},
};
constexpr std::array postgresql_additions = {
    Addition{"UseDeclareFetch", "1", false},  Addition{"Fetch", "64", false},
    Addition{"BoolsAsChar", "0", false},      Addition{"UseServerSidePrepare", "1", false},
    Addition{"SSLmode", "verify-full", true},
};

/// What is known of a driver, found by a part of its name or path.
struct KnownDriver {
    std::string_view part;
    std::span<Addition const> additions;
};
constexpr std::array known_drivers = {
    KnownDriver{"mariadb", mariadb_additions},
    KnownDriver{"maodbc", mariadb_additions},
    KnownDriver{"postgresql", postgresql_additions},
    KnownDriver{"psqlodbc", postgresql_additions},
};

KnownDriver const* known_driver(std::string const& name) {
    auto const small = lower(name);
    auto const* const found = std::ranges::find_if(
        known_drivers, [&](KnownDriver const& each) { return small.find(each.part) != std::string::npos; });
    return found == known_drivers.end() ? nullptr : found;
}

/// Collects the string in one buffer that never grows, so that no copy of the password stays behind.
class Builder {
public:
    explicit Builder(bool reads_doubled_braces) : reads_doubled_braces_(reads_doubled_braces) {
        bytes_.reserve(capacity);
    }

    void add(std::string_view key, ByteView value) {
        bool const odd =
            std::ranges::any_of(value, [&](auto byte) { return byte == 0 || (byte == '}' && !reads_doubled_braces_); });
        if (odd || bytes_.size() + key.size() + 2 * value.size() + 4 > capacity) {
            failed_ = true;
            return;
        }
        bytes_.insert(bytes_.end(), key.begin(), key.end());
        bytes_.push_back('=');
        bool const braces = key == "DRIVER" || !std::ranges::all_of(value, is_plain);  // drivers misread needless ones
        if (braces) bytes_.push_back('{');
        for (auto const byte : value) {
            bytes_.push_back(byte);
            if (byte == '}') bytes_.push_back(byte);
        }
        if (braces) bytes_.push_back('}');
        bytes_.push_back(';');
    }
    [[nodiscard]] bool failed() const { return failed_; }
    [[nodiscard]] Secret take() { return Secret(std::move(bytes_)); }

private:
    static bool is_plain(std::uint8_t byte) {
        constexpr std::string_view others = "._-:/";
        return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
               others.find(static_cast<char>(byte)) != std::string_view::npos;
    }
    static constexpr std::size_t capacity = 16384;
    Bytes bytes_;
    bool reads_doubled_braces_;
    bool failed_ = false;
};

}  // namespace

bool is_plain_attribute(std::string_view key) {
    constexpr std::array<std::string_view, 13> elsewhere = {"driver",    "dsn",      "filedsn", "savefile", "uid",
                                                            "user",      "username", "pwd",     "password", "passwd",
                                                            "tlskeypwd", "user id",  "pass"};
    bool const word = !key.empty() && key.size() <= 64 && std::ranges::all_of(key, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    });
    if (!word || std::ranges::find(elsewhere, lower(key)) != elsewhere.end()) return false;
    return nearest_word(lower(key), {"password", "passwd"}).empty();  // mistyped, it would stay in the file unnoticed
}

Result<Secret> odbc_connection_string(OdbcSettings const& settings, Secret const& password) {
    auto const* const known = known_driver(settings.driver);
    Builder builder(known != nullptr);
    builder.add("DRIVER", as_bytes(settings.driver));
    for (auto const& [key, value] : settings.attributes) {
        if (!is_plain_attribute(key)) {
            return Error{ErrorKind::invalid, "source.login_refused",
                         "ODBC: attribute " + key + " does not belong here"};
        }
        builder.add(key, as_bytes(value));
    }
    for (auto const& addition : known == nullptr ? std::span<Addition const>() : known->additions) {
        bool const given = std::ranges::any_of(
            settings.attributes, [&](auto const& each) { return lower(each.first) == lower(addition.key); });
        bool const wanted = !addition.for_encryption || settings.encryption == OdbcSettings::Encryption::required;
        if (!given && wanted) builder.add(addition.key, as_bytes(addition.value));
    }
    if (!settings.user.empty()) builder.add("UID", as_bytes(settings.user));
    if (!password.empty()) builder.add("PWD", password.reveal());
    auto text = builder.take();
    if (builder.failed()) {
        return Error{
            ErrorKind::invalid, "source.login_refused",
            "ODBC: an attribute or the password holds a zero byte, a closing brace that this driver may not read "
            "as one, or is too long"};
    }
    return text;
}

}  // namespace casebridge
