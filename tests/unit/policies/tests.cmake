include(${CMAKE_CURRENT_LIST_DIR}/foundation.cmake OPTIONAL)
include(${CMAKE_CURRENT_LIST_DIR}/decisions.cmake OPTIONAL)
include(${CMAKE_CURRENT_LIST_DIR}/procedures.cmake OPTIONAL)
