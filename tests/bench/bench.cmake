# The figures; built only when asked for (tests/bench/run.sh).
find_package(benchmark QUIET)
if(benchmark_FOUND)
  add_executable(casebridge-bench EXCLUDE_FROM_ALL
    ${CMAKE_CURRENT_LIST_DIR}/crypto_bench.cpp
    ${CMAKE_CURRENT_LIST_DIR}/daemon_process.cpp
    ${CMAKE_CURRENT_LIST_DIR}/figures.cpp
    ${CMAKE_CURRENT_LIST_DIR}/main.cpp
    ${CMAKE_CURRENT_LIST_DIR}/procedure_bench.cpp
    ${CMAKE_CURRENT_LIST_DIR}/startup_bench.cpp
    ${CMAKE_CURRENT_LIST_DIR}/two_daemons.cpp
    ${CMAKE_CURRENT_LIST_DIR}/../support/ministry.cpp
    ${CMAKE_CURRENT_LIST_DIR}/../support/procedure_steps.cpp
  )
  target_compile_definitions(casebridge-bench PRIVATE CASEBRIDGE_SOURCE_DIR="${CMAKE_SOURCE_DIR}" BOOST_TEST_DYN_LINK)
  target_link_libraries(casebridge-bench PRIVATE casebridge_options casebridge_daemon casebridge_demo
    benchmark::benchmark Boost::unit_test_framework CURL::libcurl OpenSSL::Crypto CLI11::CLI11)
endif()
