#include "daemon/cli/token_options.h"

namespace casebridge::cli {

Result<KeySource> key_source(Invocation const& in) {
    bool const files = in.has("--files");
    if (!in.has("--token")) return files ? KeySource::in_files() : KeySource{};
    if (files) return Error{ErrorKind::invalid, "usage.two_places", "--token or --files"};
    ASSIGN_OR_RETURN(auto uri, TokenUri::parse(in.text("--token")));
    if (uri.names_key())
        return Error{ErrorKind::invalid, "token.bad_uri",
                     "a key is named, too: casebridge identity use-token binds one"};
    return KeySource::in_token(std::move(uri));
}

}  // namespace casebridge::cli
