# A hostile peer against a real daemon; see HOSTILE.md.
set(here ${CMAKE_CURRENT_LIST_DIR})
casebridge_test(faults_hostile_peer
  LIBRARIES casebridge_daemon CURL::libcurl OpenSSL::SSL OpenSSL::Crypto
  TIMEOUT 180
  SOURCES
    ${here}/../support/officer_session.cpp
    ${here}/adversary.cpp
    ${here}/fake_clock.cpp
    ${here}/hostile_clock_test.cpp
    ${here}/hostile_flood_test.cpp
    ${here}/hostile_http_test.cpp
    ${here}/hostile_message_test.cpp
    ${here}/real_daemon.cpp
)
add_dependencies(faults_hostile_peer casebridged casebridge)

add_test(NAME faults_testssl COMMAND ${here}/testssl.sh ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
set_tests_properties(faults_testssl PROPERTIES TIMEOUT 120)
