# Synthetic national databases: for tests, and as a program for the quickstart.
add_library(casebridge_demo STATIC
  ${CMAKE_CURRENT_LIST_DIR}/demo/cambodia.cpp
  ${CMAKE_CURRENT_LIST_DIR}/demo/database_writer.cpp
  ${CMAKE_CURRENT_LIST_DIR}/demo/laos.cpp
  ${CMAKE_CURRENT_LIST_DIR}/demo/names.cpp
  ${CMAKE_CURRENT_LIST_DIR}/demo/people.cpp
  ${CMAKE_CURRENT_LIST_DIR}/demo/thailand.cpp
)
target_link_libraries(casebridge_demo PUBLIC casebridge_crypto PRIVATE PkgConfig::SQLCIPHER)
set_source_files_properties(${CMAKE_CURRENT_LIST_DIR}/demo/database_writer.cpp PROPERTIES COMPILE_DEFINITIONS SQLITE_HAS_CODEC)

add_executable(casebridge-demo-databases ${CMAKE_CURRENT_LIST_DIR}/demo/main.cpp)
target_link_libraries(casebridge-demo-databases PRIVATE casebridge_demo)
