#include "daemon/cli/root_files.h"

#include "daemon/cli/passphrase.h"
#include "daemon/files.h"

#include <charconv>

namespace casebridge::cli {

Result<Certificate> certificate_at(std::string const& path) {
    ASSIGN_OR_RETURN(auto const bytes, read_file(path, most_root_bytes));
    return Certificate::from_pem(casebridge::to_text(bytes));
}

Result<KeyAndCertificate> root_by_options(Invocation const& in) {
    ASSIGN_OR_RETURN(auto root, certificate_at(in.text("--root")));
    ASSIGN_OR_RETURN(auto const sealed, read_secret_file(in.text("--root-key"), most_root_bytes));
    ASSIGN_OR_RETURN(auto const passphrase, passphrase_of(in, Passphrase::existing, "Passphrase of the root key"));
    auto const bytes = sealed.reveal();
    ASSIGN_OR_RETURN(auto key, PrivateKey::from_encrypted_pem(
                                   {reinterpret_cast<char const*>(bytes.data()), bytes.size()}, passphrase));
    if (!key.matches(root))
        return Error{ErrorKind::invalid, "identity.key_mismatch", "--root-key is not the key of --root"};
    return KeyAndCertificate{std::move(key), std::move(root)};
}

Result<std::chrono::hours> days_by_option(Invocation const& in, Days const& days) {
    if (!in.has(days.option)) return days.otherwise;
    auto const text = in.text(days.option);
    int count = 0;
    auto const [end, failure] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (failure == std::errc() && end == text.data() + text.size() && count >= days.fewest && count <= days.most)
        return std::chrono::hours(24 * count);
    return Error{
        ErrorKind::invalid, "usage.bad_lifetime",
        std::string(days.option) + " takes days, " + std::to_string(days.fewest) + " to " + std::to_string(days.most)};
}

}  // namespace casebridge::cli
