set(here ${CMAKE_CURRENT_LIST_DIR})
casebridge_test(daemon_store
  LIBRARIES casebridge_daemon PkgConfig::SQLCIPHER OpenSSL::Crypto ${CMAKE_DL_LIBS}
  SOURCES
    ${here}/audit_log_test.cpp
    ${here}/case_table_test.cpp
    ${here}/clock_guard_test.cpp
    ${here}/content_table_test.cpp
    ${here}/database_test.cpp
    ${here}/disclosure_table_test.cpp
    ${here}/duty_table_test.cpp
    ${here}/engine_test.cpp
    ${here}/failing_disk.cpp
    ${here}/health_survey_test.cpp
    ${here}/inbox_table_test.cpp
    ${here}/log_patrol_test.cpp
    ${here}/meeting_table_test.cpp
    ${here}/migrations_test.cpp
    ${here}/outbox_table_test.cpp
    ${here}/peer_table_test.cpp
    ${here}/procedure_table_test.cpp
    ${here}/raw_store.cpp
    ${here}/received_list_test.cpp
    ${here}/told_office_test.cpp
    ${here}/store_fixture.cpp
    ${here}/watch_table_test.cpp
    ${CMAKE_CURRENT_SOURCE_DIR}/support/ministry.cpp
)
target_compile_definitions(daemon_store PRIVATE SQLITE_HAS_CODEC)
