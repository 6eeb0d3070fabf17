# Real PostgreSQL and MariaDB servers, started by the tests that need them.
add_library(casebridge_test_servers STATIC
  ${CMAKE_CURRENT_LIST_DIR}/servers/mariadb_server.cpp
  ${CMAKE_CURRENT_LIST_DIR}/servers/postgres_server.cpp
  ${CMAKE_CURRENT_LIST_DIR}/servers/server_certificates.cpp
  ${CMAKE_CURRENT_LIST_DIR}/servers/server_process.cpp
  ${CMAKE_CURRENT_LIST_DIR}/servers/staging_database.cpp
)
target_link_libraries(casebridge_test_servers PUBLIC casebridge_adapters casebridge_demo casebridge_test_support
  PRIVATE PkgConfig::LIBPQ PkgConfig::ODBC)
