include(${CMAKE_CURRENT_LIST_DIR}/../../support/demo.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/../../support/servers.cmake)

# What every kind of database must pass, compiled once for both programs below.
casebridge_test_library(casebridge_adapter_suites
  LIBRARIES casebridge_adapters casebridge_demo casebridge_test_support
  SOURCES
    ${CMAKE_CURRENT_LIST_DIR}/case_source_conformance.cpp
    ${CMAKE_CURRENT_LIST_DIR}/hostile_content_conformance.cpp
    ${CMAKE_CURRENT_LIST_DIR}/session_conformance.cpp
)

casebridge_test(adapters_tests LIBRARIES casebridge_adapter_suites PkgConfig::SQLCIPHER SOURCES
  ${CMAKE_CURRENT_LIST_DIR}/csv_parser_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/csv_session_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/dates_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/demo_databases_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/field_map_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/hostile_content_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/inspection_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/name_reading_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/primero_api_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/reader_session_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/server_settings_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/sql_case_source_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/sqlite_session_test.cpp
)

# On real servers: each program starts its own and ends it.
casebridge_test(adapters_servers_tests LIBRARIES casebridge_adapter_suites casebridge_test_servers TIMEOUT 600 SOURCES
  ${CMAKE_CURRENT_LIST_DIR}/odbc_reading_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/odbc_session_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/postgres_certificate_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/postgres_notification_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/postgres_session_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/privileges_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/server_errors_test.cpp
)

# The staging table: one suite, on every kind of database.
casebridge_test(adapters_received_tests LIBRARIES casebridge_test_servers PkgConfig::SQLCIPHER TIMEOUT 600 SOURCES
  ${CMAKE_CURRENT_LIST_DIR}/received_settings_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/received_sqlite_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/received_writer_conformance.cpp
  ${CMAKE_CURRENT_LIST_DIR}/received_writer_test.cpp
)

if(CASEBRIDGE_REST)
  include(${CMAKE_CURRENT_LIST_DIR}/../../support/primero.cmake)
  casebridge_test(adapters_rest_tests LIBRARIES casebridge_adapter_suites casebridge_primero_double
      PkgConfig::SQLCIPHER OpenSSL::SSL SOURCES
    ${CMAKE_CURRENT_LIST_DIR}/primero_case_source_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/primero_conformance_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/primero_map_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/rest_client_test.cpp
  )
else()
  target_sources(adapters_tests PRIVATE ${CMAKE_CURRENT_LIST_DIR}/rest_absent_test.cpp)
endif()
