set(here ${CMAKE_CURRENT_LIST_DIR})
casebridge_test(daemon_network
  LIBRARIES casebridge_crypto_test_support casebridge_daemon OpenSSL::SSL OpenSSL::Crypto
  SOURCES
    ${here}/config_test.cpp
    ${here}/disk_reserve_test.cpp
    ${here}/health_test.cpp
    ${here}/http_requests_test.cpp
    ${here}/http_server_test.cpp
    ${here}/network_fixture.cpp
    ${here}/peer_client_test.cpp
    ${here}/store_key_test.cpp
    ${here}/telemetry_test.cpp
    ${here}/tls_groups_test.cpp
    ${here}/watchdog_test.cpp
)
