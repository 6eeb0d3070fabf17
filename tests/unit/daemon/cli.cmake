casebridge_test(daemon_identity LIBRARIES casebridge_daemon SOURCES
  ${CMAKE_CURRENT_LIST_DIR}/files_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/identity_authority_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/identity_directory_test.cpp
)
casebridge_test(daemon_cli LIBRARIES casebridge_cli casebridge_test_servers SOURCES
  ${CMAKE_CURRENT_LIST_DIR}/cli_adapter_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/cli_doctor_database_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/cli_new_node_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/cli_papers_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/cli_root_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/cli_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/command_run.cpp
  ${CMAKE_CURRENT_LIST_DIR}/render_test.cpp
)
target_compile_definitions(daemon_cli PRIVATE CASEBRIDGE_COMMAND="$<TARGET_FILE:casebridge>"
  CASEBRIDGE_DAEMON="$<TARGET_FILE:casebridged>")
add_dependencies(daemon_cli casebridge casebridged)
