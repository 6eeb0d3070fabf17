#include "daemon/cli/passphrase.h"

#include "daemon/cli/terminal.h"
#include "daemon/files.h"

namespace casebridge::cli {

Result<Secret> passphrase_of(Invocation const& in, Passphrase which, std::string const& question) {
    constexpr std::size_t most_bytes = 4096;
    if (!in.has("--passphrase-file"))
        return which == Passphrase::made_now ? ask_new_passphrase(question) : ask_passphrase(question);
    ASSIGN_OR_RETURN(auto const secret, read_secret_file(in.text("--passphrase-file"), most_bytes));
    auto bytes = secret.reveal();
    while (!bytes.empty() && (bytes.back() == '\n' || bytes.back() == '\r')) bytes = bytes.first(bytes.size() - 1);
    return Secret(Bytes(bytes.begin(), bytes.end()));
}

}  // namespace casebridge::cli
