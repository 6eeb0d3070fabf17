// Which group a handshake ends in: the hybrid one exactly where the OpenSSL that runs here has it (3.5).
#include "daemon/tls_groups.h"

#include "daemon/tls_context.h"
#include "tests/unit/daemon/network_fixture.h"

#include <openssl/crypto.h>

using namespace casebridge;
using namespace casebridge::test;

BOOST_AUTO_TEST_SUITE(tls_groups_of_a_connection)

namespace {

bool openssl_has_mlkem() {
    return OPENSSL_version_major() > 3 || (OPENSSL_version_major() == 3 && OPENSSL_version_minor() >= 5);
}

/// The group that our server and a client of ours agree on, in memory.
std::string agreed(std::string const& client_groups) {
    auto const server_context = must(make_server_context(server_identity(thailand(), {cambodia().root.certificate})));
    TlsContext const client_context(SSL_CTX_new(TLS_client_method()));
    BOOST_REQUIRE(client_groups.empty() ? set_tls_groups(client_context.get())
                                        : SSL_CTX_set1_groups_list(client_context.get(), client_groups.c_str()) == 1);
    using Connection = openssl::Handle<SSL, SSL_free>;
    Connection const server(SSL_new(server_context.get())), client(SSL_new(client_context.get()));
    SSL_use_certificate(client.get(), cambodia().tls.certificate.raw());
    SSL_use_PrivateKey(client.get(), cambodia().tls.key.raw());
    SSL_add1_chain_cert(client.get(), cambodia().issuing.certificate.raw());
    BIO* to_server = nullptr;
    BIO* to_client = nullptr;
    BOOST_REQUIRE_EQUAL(BIO_new_bio_pair(&to_server, 0, &to_client, 0), 1);
    SSL_set_bio(client.get(), to_server, to_server);
    SSL_set_bio(server.get(), to_client, to_client);
    SSL_set_connect_state(client.get());
    SSL_set_accept_state(server.get());
    openssl::ErrorScope const errors;
    for (int round = 0; round < 20 && !(SSL_is_init_finished(client.get()) && SSL_is_init_finished(server.get()));
         ++round) {
        SSL_do_handshake(client.get());
        SSL_do_handshake(server.get());
    }
    if (!SSL_is_init_finished(server.get())) return "none";
    auto const group = SSL_get_negotiated_group(server.get());
    auto const* const name = SSL_group_to_name(server.get(), static_cast<int>(group));
    return name == nullptr ? std::to_string(group) : name;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_hybrid_group_is_chosen_exactly_where_openssl_has_it) {
    BOOST_CHECK_EQUAL(has_hybrid_group(), openssl_has_mlkem());
    BOOST_CHECK(tls_groups().ends_with("X25519:P-256:P-384"));
    BOOST_CHECK_EQUAL(agreed(""), openssl_has_mlkem() ? "X25519MLKEM768" : "x25519");
}

BOOST_AUTO_TEST_CASE(a_client_that_knows_the_hybrid_but_sent_a_curve_is_asked_again) {
    std::string const hybrid = openssl_has_mlkem() ? "X25519MLKEM768" : "";
    auto const also = hybrid.empty() ? "" : ':' + hybrid;
    BOOST_CHECK_EQUAL(agreed("X25519" + also), hybrid.empty() ? "x25519" : hybrid);
    BOOST_CHECK_EQUAL(agreed("P-256" + also), hybrid.empty() ? "secp256r1" : hybrid);
}

BOOST_AUTO_TEST_CASE(a_client_that_knows_curves_alone_is_served_and_one_with_other_groups_is_not) {
    BOOST_CHECK_EQUAL(agreed("P-256"), "secp256r1");
    BOOST_CHECK_EQUAL(agreed("P-384:X25519"), "secp384r1");
    BOOST_CHECK_EQUAL(agreed("P-521"), "none");
}

BOOST_AUTO_TEST_SUITE_END()
