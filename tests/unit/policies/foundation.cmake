casebridge_test(policies_foundation
  LIBRARIES casebridge_policies
  SOURCES
    ${CMAKE_CURRENT_LIST_DIR}/body_changes_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/case_record_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/form_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/ids_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/json_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/duty_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/message_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/outgoing_message_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/query_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/receipt_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/schema_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/vocabulary_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/yaml_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/yaml_reader_test.cpp
)
