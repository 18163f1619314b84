# Warnings travel by this interface library, sanitizers go to everything.
add_library(jkproxy_warnings INTERFACE)
target_compile_options(jkproxy_warnings INTERFACE
    -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wold-style-cast
    -Wnon-virtual-dtor -Woverloaded-virtual $<$<BOOL:${JKPROXY_WERROR}>:-Werror>)

if(JKPROXY_SANITIZE)
  add_compile_options(-fsanitize=${JKPROXY_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${JKPROXY_SANITIZE})
  if(JKPROXY_SANITIZE MATCHES undefined)
    add_compile_options(-fno-sanitize-recover=all)
    if(CMAKE_CXX_COMPILER_ID STREQUAL Clang)
      add_compile_options(-fno-sanitize=function)  # clang 14 cannot compile coroutines with it
    endif()
  endif()
  if(JKPROXY_SANITIZE STREQUAL thread AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    add_compile_options(-Wno-tsan)  # Asio's fences, which TSan does not model
  endif()
endif()

find_program(LLD ld.lld NAMES ld.lld-14)
if(LLD AND CMAKE_CXX_COMPILER_ID STREQUAL Clang)
  add_link_options(-fuse-ld=lld)
endif()
