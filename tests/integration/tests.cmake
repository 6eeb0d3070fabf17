set(here ${CMAKE_CURRENT_LIST_DIR})
casebridge_test_library(casebridge_officer_session
  LIBRARIES casebridge_test_support casebridge_policies CURL::libcurl
  SOURCES support/officer_session.cpp
)
casebridge_test_library(casebridge_two_nodes
  LIBRARIES casebridge_officer_session casebridge_raw_store casebridge_daemon casebridge_demo OpenSSL::Crypto
  SOURCES
    support/demo_ministry.cpp
    ${here}/two_nodes.cpp
)

casebridge_test(integration_two_nodes
  LIBRARIES casebridge_two_nodes
  TIMEOUT 1200
  SOURCES
    ${here}/clock_test.cpp
    ${here}/delivery_test.cpp
    ${here}/disk_reserve_test.cpp
    ${here}/exchange_test.cpp
    ${here}/health_test.cpp
    ${here}/log_test.cpp
    ${here}/officers_test.cpp
    ${here}/peers_test.cpp
    ${here}/queries_officer_test.cpp
    ${here}/queries_test.cpp
    ${here}/withdrawal_test.cpp
)
casebridge_test(integration_updates
  LIBRARIES casebridge_two_nodes
  TIMEOUT 1200
  SOURCES
    ${here}/case_watch_test.cpp
    ${here}/papers_test.cpp
    ${here}/update_test.cpp
)
casebridge_test(integration_evidence
  LIBRARIES casebridge_two_nodes
  TIMEOUT 1200
  SOURCES
    ${here}/evidence_test.cpp
)
add_dependencies(integration_evidence casebridge-verify)
casebridge_test(integration_revocation
  LIBRARIES casebridge_two_nodes casebridge_crypto_test_support casebridge_soft_token
  SOURCES
    ${here}/keys_test.cpp
    ${here}/meeting_key_test.cpp
    ${here}/revocation_test.cpp
    ${here}/root_rollover_test.cpp
    ${here}/succession_test.cpp
    ${here}/token_test.cpp
)
casebridge_test(integration_onward
  LIBRARIES casebridge_two_nodes
  TIMEOUT 1200
  SOURCES
    ${here}/onward_test.cpp
)
casebridge_test(integration_procedures
  LIBRARIES casebridge_two_nodes
  TIMEOUT 1200
  SOURCES
    ${here}/procedures_disk_test.cpp
    ${here}/procedures_test.cpp
    ${here}/threads_test.cpp
)
casebridge_test(integration_staging
  LIBRARIES casebridge_two_nodes casebridge_test_servers
  TIMEOUT 1200
  SOURCES
    ${here}/staging_test.cpp
)
casebridge_test(integration_witness
  LIBRARIES casebridge_two_nodes
  TIMEOUT 1200
  SOURCES
    ${here}/backup_test.cpp
    ${here}/rotation_test.cpp
    ${here}/witness_test.cpp
)
casebridge_test(integration_query_pairs
  LIBRARIES casebridge_two_nodes
  TIMEOUT 1200
  SOURCES
    ${here}/query_pairs_test.cpp
)
casebridge_test(integration_notifications
  LIBRARIES casebridge_two_nodes casebridge_test_servers
  TIMEOUT 1200
  SOURCES
    ${here}/notification_test.cpp
)
set_tests_properties(integration_query_pairs PROPERTIES RUN_SERIAL TRUE)  # compares times
set_tests_properties(integration_two_nodes PROPERTIES COST 200)           # the longest first
