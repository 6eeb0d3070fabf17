set(here ${CMAKE_CURRENT_LIST_DIR})
set(support ${here}/../support)
casebridge_test(integration_two_nodes
  LIBRARIES casebridge_daemon casebridge_demo CURL::libcurl OpenSSL::Crypto
  TIMEOUT 1200
  SOURCES
    ${support}/demo_ministry.cpp
    ${support}/officer_session.cpp
    ${here}/../unit/daemon/raw_store.cpp
    ${here}/clock_test.cpp
    ${here}/delivery_test.cpp
    ${here}/disk_reserve_test.cpp
    ${here}/exchange_test.cpp
    ${here}/health_test.cpp
    ${here}/officers_test.cpp
    ${here}/peers_test.cpp
    ${here}/queries_officer_test.cpp
    ${here}/queries_test.cpp
    ${here}/two_nodes.cpp
    ${here}/withdrawal_test.cpp
)
casebridge_test(integration_updates
  LIBRARIES casebridge_daemon casebridge_demo CURL::libcurl OpenSSL::Crypto
  TIMEOUT 1200
  SOURCES
    ${support}/demo_ministry.cpp
    ${support}/officer_session.cpp
    ${here}/../unit/daemon/raw_store.cpp
    ${here}/case_watch_test.cpp
    ${here}/papers_test.cpp
    ${here}/two_nodes.cpp
    ${here}/update_test.cpp
)
casebridge_test(integration_procedures
  LIBRARIES casebridge_daemon casebridge_demo CURL::libcurl OpenSSL::Crypto
  TIMEOUT 1200
  SOURCES
    ${support}/demo_ministry.cpp
    ${support}/officer_session.cpp
    ${here}/../unit/daemon/raw_store.cpp
    ${here}/procedures_test.cpp
    ${here}/threads_test.cpp
    ${here}/two_nodes.cpp
)
casebridge_test(integration_staging
  LIBRARIES casebridge_daemon casebridge_demo casebridge_test_servers CURL::libcurl OpenSSL::Crypto
  TIMEOUT 1200
  SOURCES
    ${support}/demo_ministry.cpp
    ${support}/officer_session.cpp
    ${here}/staging_test.cpp
    ${here}/two_nodes.cpp
)
casebridge_test(integration_query_pairs
  LIBRARIES casebridge_daemon casebridge_demo CURL::libcurl OpenSSL::Crypto
  TIMEOUT 1200
  SOURCES
    ${support}/demo_ministry.cpp
    ${support}/officer_session.cpp
    ${here}/query_pairs_test.cpp
    ${here}/two_nodes.cpp
)
casebridge_test(integration_notifications
  LIBRARIES casebridge_daemon casebridge_demo casebridge_test_servers CURL::libcurl OpenSSL::Crypto
  TIMEOUT 1200
  SOURCES
    ${support}/demo_ministry.cpp
    ${support}/officer_session.cpp
    ${here}/notification_test.cpp
    ${here}/two_nodes.cpp
)
set_tests_properties(integration_query_pairs PROPERTIES RUN_SERIAL TRUE)  # compares times
set_tests_properties(integration_two_nodes PROPERTIES COST 200)           # the longest first
