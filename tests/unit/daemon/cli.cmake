# Stands before SoftHSM's driver, so that a token can be taken out.
add_library(casebridge_removable_token MODULE ${CMAKE_SOURCE_DIR}/tests/support/removable_token.cpp)
set_target_properties(casebridge_removable_token PROPERTIES POSITION_INDEPENDENT_CODE ON)
target_link_libraries(casebridge_removable_token PRIVATE casebridge_options ${CMAKE_DL_LIBS})
target_include_directories(casebridge_removable_token SYSTEM PRIVATE ${P11_KIT_INCLUDE_DIRS})
casebridge_test_library(casebridge_soft_token
  LIBRARIES casebridge_test_support casebridge_daemon
  SOURCES ${CMAKE_SOURCE_DIR}/tests/support/soft_token.cpp
)
target_compile_definitions(casebridge_soft_token PRIVATE
  CASEBRIDGE_REMOVABLE_TOKEN="$<TARGET_FILE:casebridge_removable_token>")
add_dependencies(casebridge_soft_token casebridge_removable_token)

casebridge_test(daemon_identity LIBRARIES casebridge_daemon casebridge_soft_token SOURCES
  ${CMAKE_CURRENT_LIST_DIR}/files_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/identity_authority_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/identity_directory_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/token_keys_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/token_pin_test.cpp
)
casebridge_test(daemon_cli LIBRARIES casebridge_cli casebridge_test_servers casebridge_soft_token SOURCES
  ${CMAKE_CURRENT_LIST_DIR}/cli_adapter_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/cli_doctor_database_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/cli_new_node_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/cli_papers_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/cli_root_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/cli_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/cli_token_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/command_run.cpp
  ${CMAKE_CURRENT_LIST_DIR}/render_test.cpp
)
target_compile_definitions(daemon_cli PRIVATE CASEBRIDGE_COMMAND="$<TARGET_FILE:casebridge>"
  CASEBRIDGE_DAEMON="$<TARGET_FILE:casebridged>")
add_dependencies(daemon_cli casebridge casebridged)
