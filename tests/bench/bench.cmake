# The figures; built only when asked for (tests/bench/run.sh).
find_package(benchmark QUIET)
if(benchmark_FOUND)
  add_executable(casebridge-bench EXCLUDE_FROM_ALL
    ${CMAKE_CURRENT_LIST_DIR}/crypto_bench.cpp
    ${CMAKE_CURRENT_LIST_DIR}/daemon_process.cpp
    ${CMAKE_CURRENT_LIST_DIR}/docket_bench.cpp
    ${CMAKE_CURRENT_LIST_DIR}/fan_out_bench.cpp
    ${CMAKE_CURRENT_LIST_DIR}/figures.cpp
    ${CMAKE_CURRENT_LIST_DIR}/log_bench.cpp
    ${CMAKE_CURRENT_LIST_DIR}/main.cpp
    ${CMAKE_CURRENT_LIST_DIR}/ministries.cpp
    ${CMAKE_CURRENT_LIST_DIR}/procedure_bench.cpp
    ${CMAKE_CURRENT_LIST_DIR}/startup_bench.cpp
    ${CMAKE_CURRENT_LIST_DIR}/two_daemons.cpp
    ${CMAKE_CURRENT_LIST_DIR}/../support/ministry.cpp
    ${CMAKE_CURRENT_LIST_DIR}/../support/procedure_steps.cpp
  )
  target_compile_definitions(casebridge-bench PRIVATE CASEBRIDGE_SOURCE_DIR="${CMAKE_SOURCE_DIR}" BOOST_TEST_DYN_LINK)
  target_link_libraries(casebridge-bench PRIVATE casebridge_options casebridge_cli casebridge_demo
    benchmark::benchmark Boost::unit_test_framework CURL::libcurl OpenSSL::Crypto CLI11::CLI11)
endif()

# National databases of every kind, beside their own clients (sources.sh). The test only proves that it runs.
add_executable(casebridge-source-bench
  ${CMAKE_CURRENT_LIST_DIR}/figures.cpp
  ${CMAKE_CURRENT_LIST_DIR}/piped_program.cpp
  ${CMAKE_CURRENT_LIST_DIR}/source_bench.cpp
  ${CMAKE_CURRENT_LIST_DIR}/source_fixture.cpp
  ${CMAKE_CURRENT_LIST_DIR}/source_probe.cpp
)
target_link_libraries(casebridge-source-bench PRIVATE casebridge_options casebridge_test_servers CLI11::CLI11)
add_test(NAME source_bench COMMAND ${CMAKE_CURRENT_LIST_DIR}/sources.sh --no-build --programs ${CMAKE_BINARY_DIR}/bin
  --dir ${CMAKE_BINARY_DIR}/bench --rows 2000 --rounds 1 --lookups 20)
set_tests_properties(source_bench PROPERTIES TIMEOUT 600)
