include(${CMAKE_CURRENT_LIST_DIR}/../../support/demo.cmake)

casebridge_test(adapters_tests LIBRARIES casebridge_adapters casebridge_demo PkgConfig::SQLCIPHER SOURCES
  ${CMAKE_CURRENT_LIST_DIR}/case_source_conformance.cpp
  ${CMAKE_CURRENT_LIST_DIR}/csv_parser_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/csv_session_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/dates_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/demo_databases_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/field_map_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/hostile_content_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/inspection_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/name_reading_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/reader_session_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/sql_case_source_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/sqlite_session_test.cpp
)
