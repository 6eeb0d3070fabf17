# A real daemon as a service: on a small disk, and watched over.
set(here ${CMAKE_CURRENT_LIST_DIR})
add_executable(faults_small_disk
  ${here}/small_disk_test.cpp
)
target_link_libraries(faults_small_disk PRIVATE casebridge_real_daemon)
casebridge_quick_to_compile(faults_small_disk)
add_dependencies(faults_small_disk casebridged casebridge)
add_test(NAME faults_small_disk COMMAND ${here}/small_disk.sh $<TARGET_FILE:faults_small_disk> --log_level=warning)
set_tests_properties(faults_small_disk PROPERTIES TIMEOUT 400 SKIP_RETURN_CODE 77)

casebridge_test(faults_watchdog
  LIBRARIES casebridge_real_daemon casebridge_raw_store
  TIMEOUT 400
  SOURCES
    ${here}/watchdog_test.cpp
)
target_compile_definitions(faults_watchdog PRIVATE SQLITE_HAS_CODEC)
add_dependencies(faults_watchdog casebridged casebridge)

add_test(NAME mutants_apply COMMAND ${CMAKE_CURRENT_LIST_DIR}/mutants/run.sh --check)
set_tests_properties(mutants_apply PROPERTIES TIMEOUT 120)
