# A hostile peer against a real daemon; see HOSTILE.md.
set(here ${CMAKE_CURRENT_LIST_DIR})
casebridge_test_library(casebridge_real_daemon
  LIBRARIES casebridge_officer_session casebridge_daemon OpenSSL::SSL OpenSSL::Crypto
  SOURCES
    ${here}/adversary.cpp
    ${here}/fake_clock.cpp
    ${here}/forged_message.cpp
    ${here}/real_daemon.cpp
    ${here}/wire.cpp
)
casebridge_test(faults_hostile_peer
  LIBRARIES casebridge_real_daemon
  TIMEOUT 600
  SOURCES
    ${here}/hostile_clock_test.cpp
    ${here}/hostile_flood_test.cpp
    ${here}/hostile_http_test.cpp
    ${here}/hostile_message_test.cpp
)
add_dependencies(faults_hostile_peer casebridged casebridge casebridge_adversary)
set_tests_properties(faults_hostile_peer PROPERTIES RUN_SERIAL TRUE)  # judges how long an honest peer waits

find_package(CLI11 REQUIRED)
add_executable(casebridge_adversary
  ${here}/adversary/corpus.cpp
  ${here}/adversary/http_items.cpp
  ${here}/adversary/inner_items.cpp
  ${here}/adversary/main.cpp
  ${here}/adversary/message_items.cpp
  ${here}/adversary/outer_items.cpp
  ${here}/adversary/player.cpp
)
target_link_libraries(casebridge_adversary PRIVATE casebridge_crypto_test_support casebridge_real_daemon CLI11::CLI11)
casebridge_quick_to_compile(casebridge_adversary)

add_test(NAME faults_testssl COMMAND ${here}/testssl.sh ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
set_tests_properties(faults_testssl PROPERTIES TIMEOUT 400)
