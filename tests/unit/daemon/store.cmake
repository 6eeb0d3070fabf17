set(here ${CMAKE_CURRENT_LIST_DIR})
casebridge_test_library(casebridge_raw_store
  LIBRARIES casebridge_test_support casebridge_crypto PkgConfig::SQLCIPHER
  SOURCES ${here}/raw_store.cpp
)
target_compile_definitions(casebridge_raw_store PRIVATE SQLITE_HAS_CODEC)
casebridge_test(daemon_store
  LIBRARIES casebridge_crypto_test_support casebridge_raw_store casebridge_daemon PkgConfig::SQLCIPHER OpenSSL::Crypto ${CMAKE_DL_LIBS}
  SOURCES
    ${here}/audit_log_test.cpp
    ${here}/case_table_test.cpp
    ${here}/clock_guard_test.cpp
    ${here}/content_table_test.cpp
    ${here}/database_test.cpp
    ${here}/disclosure_table_test.cpp
    ${here}/duty_table_test.cpp
    ${here}/succession_table_test.cpp
    ${here}/engine_test.cpp
    ${here}/evidence_table_test.cpp
    ${here}/failing_disk.cpp
    ${here}/health_survey_test.cpp
    ${here}/inbox_table_test.cpp
    ${here}/log_mirror_test.cpp
    ${here}/log_patrol_test.cpp
    ${here}/meeting_key_test.cpp
    ${here}/meeting_table_test.cpp
    ${here}/migrations_test.cpp
    ${here}/outbox_table_test.cpp
    ${here}/peer_revocation_table_test.cpp
    ${here}/peer_table_test.cpp
    ${here}/procedure_table_test.cpp
    ${here}/received_list_test.cpp
    ${here}/told_office_test.cpp
    ${here}/store_fixture.cpp
    ${here}/watch_table_test.cpp
    ${here}/witness_rotation_test.cpp
    ${here}/witness_test.cpp
)
target_compile_definitions(daemon_store PRIVATE SQLITE_HAS_CODEC)
