casebridge_test(policies_procedures
  LIBRARIES casebridge_policies_test_support
  SOURCES
    support/procedure_diagram.cpp
    ${CMAKE_CURRENT_LIST_DIR}/procedure_mutation_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/procedure_readme_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/procedure_step_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/procedure_story_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/procedure_table_test.cpp
)

casebridge_test(policies_procedure_order
  LIBRARIES casebridge_policies_test_support
  TIMEOUT 900
  SOURCES
    ${CMAKE_CURRENT_LIST_DIR}/procedure_order_test.cpp
)

casebridge_test(policies_deadlines
  LIBRARIES casebridge_policies_test_support
  SOURCES
    ${CMAKE_CURRENT_LIST_DIR}/calendar_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/deadline_test.cpp
)
