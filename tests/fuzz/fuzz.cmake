# casebridge_fuzz_target(<name> <libraries>): tests/fuzz/<name>.cpp over its corpus, in every build.
function(casebridge_fuzz_target name)
  add_executable(fuzz_replay_${name} fuzz/${name}.cpp fuzz/replay.cpp)
  target_link_libraries(fuzz_replay_${name} PRIVATE casebridge_options ${ARGN})
  add_test(NAME fuzz_replay_${name} COMMAND fuzz_replay_${name} ${CMAKE_SOURCE_DIR}/tests/fuzz/corpus/${name})
  set_tests_properties(fuzz_replay_${name} PROPERTIES TIMEOUT 60)
endfunction()

casebridge_fuzz_target(der_gate casebridge_crypto)
casebridge_fuzz_target(json casebridge_policies)
