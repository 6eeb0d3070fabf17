casebridge_test(policies_decisions
  LIBRARIES casebridge_policies_test_support
  SOURCES
    unit/policies/agreement_test.cpp
    unit/policies/consent_test.cpp
    unit/policies/decision_table.cpp
    unit/policies/decision_table_test.cpp
    unit/policies/directory_test.cpp
    unit/policies/library_test.cpp
    unit/policies/minimisation_test.cpp
    unit/policies/release_test.cpp
    unit/policies/sharing_policy_test.cpp
    unit/policies/wording_test.cpp
)

casebridge_test(policies_properties
  LIBRARIES casebridge_policies_test_support
  TIMEOUT 600
  SOURCES
    unit/policies/random_release.cpp
    unit/policies/release_oracle.cpp
    unit/policies/release_properties_test.cpp
)
# Draws a hundred thousand situations: optimised, it takes half the time.
set_target_properties(policies_properties PROPERTIES CASEBRIDGE_UNOPTIMISED OFF DISABLE_PRECOMPILE_HEADERS ON)
