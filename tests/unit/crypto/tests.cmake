casebridge_test_library(casebridge_crypto_test_support
  LIBRARIES casebridge_test_support casebridge_crypto OpenSSL::Crypto
  SOURCES
    support/der_edit.cpp
    support/forged_cms.cpp
    support/inner_attributes_manipulations.cpp
    support/inner_signed_data_manipulations.cpp
    support/inner_signer_manipulations.cpp
    support/ministry.cpp
    support/openssl_command.cpp
    support/outer_manipulations.cpp
)

casebridge_test(crypto_values_test LIBRARIES casebridge_crypto_test_support SOURCES
  unit/crypto/bytes_test.cpp
  unit/crypto/certificate_test.cpp
  unit/crypto/chain_memory_test.cpp
  unit/crypto/content_cipher_test.cpp
  unit/crypto/der_reader_test.cpp
  unit/crypto/error_codes_test.cpp
  unit/crypto/merkle_test.cpp
  unit/crypto/node_id_test.cpp
  unit/crypto/openssl_version_test.cpp
  unit/crypto/private_key_test.cpp
  unit/crypto/secret_test.cpp
  unit/crypto/time_test.cpp
  unit/crypto/token_uri_test.cpp
)
casebridge_test(crypto_log_test LIBRARIES casebridge_crypto_test_support SOURCES
  unit/crypto/checkpoint_test.cpp
  unit/crypto/key_chain_test.cpp
  unit/crypto/merkle_proof_test.cpp
  unit/crypto/signed_note_test.cpp
)
casebridge_test(crypto_trust_test LIBRARIES casebridge_crypto_test_support SOURCES
  unit/crypto/authority_test.cpp
  unit/crypto/revocation_test.cpp
  unit/crypto/root_rollover_test.cpp
  unit/crypto/succession_test.cpp
  unit/crypto/trust_test.cpp
)
casebridge_test(crypto_gate_test LIBRARIES casebridge_crypto_test_support SOURCES
  unit/crypto/bare_signature_test.cpp
  unit/crypto/bit_flip_test.cpp
  unit/crypto/envelope_test.cpp
  unit/crypto/inner_attributes_test.cpp
  unit/crypto/inner_gate_test.cpp
  unit/crypto/inner_signed_data_test.cpp
  unit/crypto/inner_signer_test.cpp
  unit/crypto/meeting_layer_test.cpp
  unit/crypto/outer_envelope_test.cpp
  unit/crypto/outer_gate_test.cpp
  unit/crypto/outer_recipient_test.cpp
)
casebridge_test(crypto_interop_test LIBRARIES casebridge_crypto_test_support SOURCES
  unit/crypto/openssl_interop_test.cpp
  unit/crypto/vectors_test.cpp
)
