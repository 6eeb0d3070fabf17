#include "daemon/token_keys.h"

#include "daemon/files.h"

#include <cstdlib>

namespace casebridge {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t longest_uri = 2000;
constexpr std::size_t longest_pin = 256;
constexpr std::string_view refused_mark = "token.pin-refused";

ByteView without_line_end(ByteView bytes) {
    while (!bytes.empty() && (bytes.back() == '\n' || bytes.back() == '\r')) bytes = bytes.first(bytes.size() - 1);
    return bytes;
}

class PinFile final : public PinSource {
public:
    PinFile(fs::path directory, fs::path named) : directory_(std::move(directory)), named_(std::move(named)) {}

    Result<Secret> pin() override {
        if (pin_was_refused(directory_))
            return Error{ErrorKind::unavailable, "token.pin_refused_before",
                         "put the PIN right, then remove " + (directory_ / refused_mark).string()};
        fs::path source = named_;
        char const* const credentials = std::getenv("CREDENTIALS_DIRECTORY");
        if (source.empty() && credentials != nullptr) source = fs::path(credentials) / "token-pin";
        if (source.empty())
            return Error{ErrorKind::invalid, "token.no_pin",
                         "name a file in the URI, pin-source=/…, or give the credential `token-pin`"};
        ASSIGN_OR_RETURN(auto const text, read_secret_file(source, longest_pin));
        auto const pin = without_line_end(text.reveal());
        if (pin.empty()) return Error{ErrorKind::invalid, "token.no_pin", source.string() + " is empty"};
        return Secret(Bytes(pin.begin(), pin.end()));
    }
    Status refused(Error const& why) override {
        return write_file_atomically(directory_ / refused_mark, as_bytes(why.code), 0600);
    }

private:
    fs::path const directory_, named_;
};

}  // namespace

std::shared_ptr<PinSource> pins_of(fs::path const& directory, TokenUri const& uri) {
    return std::make_shared<PinFile>(directory, uri.pin_source);
}

bool pin_was_refused(fs::path const& directory) {
    std::error_code failure;
    return fs::exists(fs::symlink_status(directory / refused_mark, failure));
}

Result<TokenUri> read_uri(fs::path const& uri_file) {
    ASSIGN_OR_RETURN(auto const text, read_file(uri_file, longest_uri));
    auto uri = TokenUri::parse(to_text(without_line_end(text)));
    if (!uri) return Error{uri.error().kind, uri.error().code, uri_file.string()};
    return uri;
}

Result<PrivateKey> read_token_key(fs::path const& uri_file) {
    ASSIGN_OR_RETURN(auto const uri, read_uri(uri_file));
    return load_token_key(uri, pins_of(uri_file.parent_path(), uri));
}

}  // namespace casebridge
