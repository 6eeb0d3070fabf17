#include "daemon/tls_groups.h"

#include "crypto/openssl.h"

#include <array>
#include <string>

namespace casebridge {
namespace {

constexpr std::string_view hybrid = "X25519MLKEM768";

/// The best first. A star (OpenSSL 3.5) has the client send a share for this group at once: one for each side that may
/// be older, so that nobody needs a second round.
/// SECURITY: what stands before the slash is preferred whatever share has come: a client that knows the hybrid but sent
/// a curve is asked again. Within one tuple OpenSSL would take the curve, to spare the round.
constexpr std::array lists{"*X25519MLKEM768/*X25519:P-256:P-384", "X25519MLKEM768:X25519:P-256:P-384",
                           "X25519:P-256:P-384"};

/// A list with one group OpenSSL does not know is refused as a whole.
char const* first_known() {
    openssl::ErrorScope const errors;
    openssl::Handle<SSL_CTX, SSL_CTX_free> const context(openssl::require(SSL_CTX_new(TLS_method()), "SSL_CTX_new"));
    for (auto const* const list : lists)
        if (SSL_CTX_set1_groups_list(context.get(), list) == 1) return list;
    openssl::require(false, "TLS groups");
    return nullptr;
}

char const* chosen() {
    static char const* const list = first_known();
    return list;
}

}  // namespace

std::string_view tls_groups() {
    return chosen();
}

bool has_hybrid_group() {
    return tls_groups().find(hybrid) != std::string_view::npos;
}

bool set_tls_groups(SSL_CTX* context) {
    return SSL_CTX_set1_groups_list(context, chosen()) == 1;
}

}  // namespace casebridge
