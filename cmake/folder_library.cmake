# One library per folder: every .cpp in it, and the libraries that its includes may name.
function(add_folder_library name)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  add_library(jkproxy_${name} STATIC ${sources})
  target_include_directories(jkproxy_${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(jkproxy_${name} PUBLIC ${ARGN} PRIVATE jkproxy_warnings)
endfunction()
