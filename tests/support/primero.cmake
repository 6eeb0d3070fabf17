# A Primero to read from, over real HTTPS on loopback.
add_library(casebridge_primero_double STATIC
  ${CMAKE_CURRENT_LIST_DIR}/https_server.cpp
  ${CMAKE_CURRENT_LIST_DIR}/primero_double.cpp
)
target_link_libraries(casebridge_primero_double PUBLIC casebridge_policies PRIVATE OpenSSL::SSL OpenSSL::Crypto)
