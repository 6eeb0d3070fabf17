include(${CMAKE_CURRENT_LIST_DIR}/../../support/demo.cmake)

casebridge_test(adapters_tests LIBRARIES casebridge_adapters casebridge_demo PkgConfig::SQLCIPHER SOURCES
  ${CMAKE_CURRENT_LIST_DIR}/case_source_conformance.cpp
  ${CMAKE_CURRENT_LIST_DIR}/dates_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/demo_databases_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/field_map_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/hostile_content_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/primero_api_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/sql_case_source_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/sqlite_session_test.cpp
)

if(CASEBRIDGE_REST)
  include(${CMAKE_CURRENT_LIST_DIR}/../../support/primero.cmake)
  casebridge_test(adapters_rest_tests LIBRARIES casebridge_adapters casebridge_demo casebridge_primero_double
      PkgConfig::SQLCIPHER OpenSSL::SSL SOURCES
    ${CMAKE_CURRENT_LIST_DIR}/primero_case_source_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/primero_conformance_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/case_source_conformance.cpp
    ${CMAKE_CURRENT_LIST_DIR}/primero_map_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/rest_client_test.cpp
  )
else()
  target_sources(adapters_tests PRIVATE ${CMAKE_CURRENT_LIST_DIR}/rest_absent_test.cpp)
endif()
