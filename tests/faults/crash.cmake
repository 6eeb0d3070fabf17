# Crashes, power cuts and failing storage in two real daemons; see CRASH.md.
set(here ${CMAKE_CURRENT_LIST_DIR})
add_library(casebridge_fault_shim MODULE ${here}/shim/fault_shim.cpp ${here}/shim/unsynced.cpp)
target_include_directories(casebridge_fault_shim PRIVATE ${CMAKE_SOURCE_DIR})
target_compile_features(casebridge_fault_shim PRIVATE cxx_std_20)
target_compile_options(casebridge_fault_shim PRIVATE -Wall -Wextra -Werror -fno-exceptions)

add_executable(faults_crash
  ${here}/../bench/daemon_process.cpp
  ${here}/../bench/ministries.cpp
  ${here}/../bench/two_daemons.cpp
  ${here}/ack_order_test.cpp
  ${here}/clock_step_test.cpp
  ${here}/crash_pair.cpp
  ${here}/crash_procedure_test.cpp
  ${here}/crash_procedures.cpp
  ${here}/crash_question_test.cpp
  ${here}/crash_questions.cpp
  ${here}/crash_staging_test.cpp
  ${here}/crash_sweep.cpp
  ${here}/crash_test.cpp
  ${here}/crash_witness_test.cpp
  ${here}/faulty_daemon.cpp
  ${here}/kill_loop_test.cpp
  ${here}/kill_staging_test.cpp
  ${here}/ledger.cpp
)
target_link_libraries(faults_crash PRIVATE casebridge_real_daemon casebridge_test_servers casebridge_demo)
casebridge_quick_to_compile(faults_crash)
set_target_properties(faults_crash PROPERTIES UNITY_BUILD OFF)  # its suites are of several files each
# What a daemon is started with: the sanitizer's runtime insists on being the first.
set(fault_preload "$<TARGET_FILE:casebridge_fault_shim>")
if(CASEBRIDGE_SANITIZE)
  execute_process(COMMAND ${CMAKE_CXX_COMPILER} -print-file-name=libasan.so OUTPUT_VARIABLE asan_runtime
    OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  string(PREPEND fault_preload "${asan_runtime}:")
endif()
target_compile_definitions(faults_crash PRIVATE CASEBRIDGE_FAULT_SHIM="${fault_preload}")
add_dependencies(faults_crash casebridged casebridge casebridge_fault_shim)
set(fault_suites order crash storage kill_loop kill_staging)
if(NOT CASEBRIDGE_SANITIZE)  # libfaketime must be loaded first, and so must the sanitizers
  list(APPEND fault_suites clock_step)
endif()
foreach(suite ${fault_suites})
  add_test(NAME faults_${suite} COMMAND faults_crash --log_level=warning --run_test=${suite})
  set_tests_properties(faults_${suite} PROPERTIES TIMEOUT 1200 COST 100)
endforeach()
