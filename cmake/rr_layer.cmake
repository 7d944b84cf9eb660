# rr_add_layer(NAME SOURCES ... DEPENDS layer... LIBRARIES target...)
#
# One static library per layer: rr_NAME with the alias rr::NAME. A layer may include only the layers that it DEPENDS on;
# tests/layers checks the includes themselves. rr_options carries what holds for all code of ours.
add_library(rr_options INTERFACE)
target_include_directories(rr_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(rr_options INTERFACE -Wall -Wextra -Wpedantic -Werror -Wnon-virtual-dtor
                                            $<$<CXX_COMPILER_ID:GNU>:-Wshadow>
                                            # A false alarm of g++ 12 about std::variant once it inlines.
                                            $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>
                                            $<$<CXX_COMPILER_ID:Clang>:-Wno-unused-command-line-argument>)
# Beast and Asio are compiled once, in actors/asio_impl.cpp; no deprecated Asio interfaces.
target_compile_definitions(
  rr_options INTERFACE BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED
                       BOOST_ASIO_DISABLE_BOOST_COROUTINE)

if(RR_SANITIZE)
  # null: CAF's init_fun_factory trips over it for argument-less spawns.
  target_compile_options(rr_options INTERFACE -fsanitize=address,undefined -fno-sanitize=null,vptr
                                              -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  target_link_options(rr_options INTERFACE -fsanitize=address,undefined)
endif()
if(RR_FUZZ)
  target_compile_options(rr_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

find_program(RR_LINKER NAMES mold)
if(RR_LINKER)
  target_link_options(rr_options INTERFACE -fuse-ld=mold)
endif()

# One precompiled header per set of flags: product code and tests differ in their optimisation.
function(rr_make_pch name)
  add_library(${name} OBJECT ${CMAKE_SOURCE_DIR}/cmake/pch.cpp)
  target_link_libraries(${name} PRIVATE rr_options rr_caf spdlog::spdlog)
  target_precompile_headers(${name} PRIVATE ${CMAKE_SOURCE_DIR}/cmake/pch.hpp)
endfunction()

function(rr_use_pch target)
  if(RR_PCH)
    target_precompile_headers(${target} REUSE_FROM rr_pch)
  endif()
endfunction()

if(RR_PCH)
  # ccache sees through a precompiled header only with this (and sloppiness pch_defines,time_macros).
  add_compile_options($<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
  rr_make_pch(rr_pch)
endif()

function(rr_add_layer name)
  cmake_parse_arguments(LAYER "NO_PCH" "" "SOURCES;DEPENDS;LIBRARIES" ${ARGN})
  add_library(rr_${name} STATIC ${LAYER_SOURCES})
  add_library(rr::${name} ALIAS rr_${name})
  target_link_libraries(rr_${name} PUBLIC rr_options)
  foreach(layer ${LAYER_DEPENDS})
    target_link_libraries(rr_${name} PUBLIC rr::${layer})
  endforeach()
  target_link_libraries(rr_${name} PUBLIC ${LAYER_LIBRARIES})
  if(NOT LAYER_NO_PCH)
    target_link_libraries(rr_${name} PUBLIC rr_caf spdlog::spdlog)
    rr_use_pch(rr_${name})
  endif()
endfunction()
