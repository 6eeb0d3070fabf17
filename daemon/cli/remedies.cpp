#include "daemon/cli/remedies.h"

#include "daemon/cli/failure.h"

#include <algorithm>
#include <array>
#include <string>

namespace casebridge::cli {
namespace {

struct Remedy {
    std::string_view code, sentence;
};

constexpr std::array remedies = {
    Remedy{"field_map.invalid", "Correct the field map at the lines named, then type: casebridge adapter check MAP."},
    Remedy{"file.unreadable", "Put the file where the configuration names it, readable by the daemon's user."},
    Remedy{"file.too_permissive", "Take the rights of all others away as its owner: chmod 600 FILE."},
    Remedy{"file.too_large", "Put the key or password alone into the file, without anything else."},
    Remedy{
        "source.unavailable",
        "See that server or file is there and can be reached from this machine (the unit's IPAddressAllow too), then "
        "type: casebridge doctor."},
    Remedy{"source.login_refused",
           "Set user and password (or client certificate) right together with the database's administrator; "
           "packaging/sql/ creates the login."},
    Remedy{"source.tls_failed",
           "Compare `host` and `root_certificate` with the server's certificate: openssl s_client -connect HOST:PORT "
           "-starttls postgres (or mysql)."},
    Remedy{"source.not_permitted",
           "Have the administrator run the script of packaging/sql/ that grants what is mapped."},
    Remedy{"source.driver_missing",
           "Install the driver (apt install odbc-mariadb odbc-postgresql), or name one that odbcinst -q -d lists."},
    Remedy{"source.query_failed", "Compare the map with the database: casebridge adapter check MAP."},
    Remedy{"source.bad_export", "Have the file repaired at the line named and the export written again."},
    Remedy{"source.wrong_key",
           "Give the key that belongs to this database, as `key_kind` and `cipher_compatibility` of the map say."},
    Remedy{"source.not_a_database", "Correct `path` or `kind` of the map: this file is no SQLite database."},
    Remedy{"source.cipher_unsupported", "Install an SQLCipher of the release that wrote the file."},
    Remedy{"source.value_too_large", "Map another column, or have the value shortened in the national database."},
    Remedy{"source.untrusted",
           "Put the certificate of the authority that issued the server's into `root_certificate`."},
    Remedy{"source.bad_root", "Put a certificate in PEM into the file that `root_certificate` names."},
    Remedy{"source.not_allowed", "Have the server's administrator give the user's role the right to read cases."},
    Remedy{"received.no_table", "Have the administrator make the table with the script of packaging/sql/."},
    Remedy{"received.table_unfit",
           "Have the administrator make the table again with the script of packaging/sql/, or add what is missing."},
    Remedy{"received.not_permitted",
           "Have the administrator grant SELECT, INSERT and DELETE on this one table, as packaging/sql/ does."},
    Remedy{"received.value_refused", "Have the constraint or trigger removed that refuses rows of received summaries."},
    Remedy{"identity.missing", "Make the identity, or copy it from the backup: casebridge init --help."},
};

constexpr std::string_view unknown = "Look the code up in adapters/README.md, then type: casebridge doctor.";

}  // namespace

std::string_view remedy_for(std::string_view code) {
    auto const find = [](std::string_view wanted) { return std::ranges::find(remedies, wanted, &Remedy::code); };
    auto const own = find(code);
    if (own != remedies.end()) return own->sentence;
    if (code.starts_with("token.")) return remedy(code);
    constexpr std::string_view of_staging = "received.";
    if (!code.starts_with(of_staging)) return unknown;
    auto const shared = find("source." + std::string(code.substr(of_staging.size())));
    return shared == remedies.end() ? unknown : shared->sentence;
}

}  // namespace casebridge::cli
