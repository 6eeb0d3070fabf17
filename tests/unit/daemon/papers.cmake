# What is printed for people. The pages in tests/vectors/papers are also given to an XML parser.
casebridge_test(daemon_papers LIBRARIES casebridge_cli SOURCES
  ${CMAKE_CURRENT_LIST_DIR}/docket_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/markup_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/subject_register_test.cpp
)
find_program(XMLLINT xmllint REQUIRED)
file(GLOB papers ${CMAKE_SOURCE_DIR}/tests/vectors/papers/*.html)
add_test(NAME papers_xml COMMAND ${XMLLINT} --nonet --noout ${papers})
