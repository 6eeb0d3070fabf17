set(here ${CMAKE_CURRENT_LIST_DIR})
casebridge_test(daemon_exchange
  LIBRARIES casebridge_crypto_test_support casebridge_policies_test_support casebridge_daemon OpenSSL::Crypto
  SOURCES
    ${here}/exchange_answer_test.cpp
    ${here}/exchange_test.cpp
    ${here}/instruments_test.cpp
    ${here}/peer_registry_test.cpp
    ${here}/release_memo_test.cpp
    ${here}/token_bucket_test.cpp
    ${here}/worker_pool_test.cpp
)
