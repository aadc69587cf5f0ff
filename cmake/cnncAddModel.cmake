# The targets of emitted code (cnnc --target) where none are named: this CPU, or what any CPU of the machine built for can run.
function(_cnnc_default_targets result)
  if(NOT CMAKE_CROSSCOMPILING)
    set(${result} native PARENT_SCOPE)
  elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
    set(${result} aarch64 PARENT_SCOPE)
  elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
    set(${result} x86-64-v4 x86-64-v3 generic PARENT_SCOPE)
  else()
    set(${result} generic PARENT_SCOPE)
  endif()
endfunction()

# cnnc_add_model(NAME MODEL [TARGETS target...] [OPTIONS option...] [DEPENDS file...])
#
# Adds a static library NAME with the header NAME.h and the function NAME_run, compiled from MODEL: a file, relative to the current
# source folder, or zoo:NETWORK. TARGETS are those of cnnc --target, OPTIONS its other options. cnnc runs again when the model, a file
# that it read besides (weights, external data, includes), the options or cnnc itself has changed, and only then. DEPENDS are files
# of that kind that must be made first.
function(cnnc_add_model name model)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "" "TARGETS;OPTIONS;DEPENDS")
  if(DEFINED arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "cnnc_add_model(${name}): '${arg_UNPARSED_ARGUMENTS}' belongs after TARGETS, OPTIONS or DEPENDS")
  endif()
  if(NOT name MATCHES "^[A-Za-z_][A-Za-z0-9_]*$")
    message(FATAL_ERROR "cnnc_add_model(${name}): the name begins C identifiers; use letters, digits and underscores")
  endif()
  get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)
  if(NOT "C" IN_LIST languages)
    message(FATAL_ERROR "cnnc_add_model(${name}): emitted code is C; add C to the LANGUAGES of project()")
  endif()
  if(NOT arg_TARGETS)
    _cnnc_default_targets(arg_TARGETS)
  endif()
  list(JOIN arg_TARGETS "," targets)

  set(files ${arg_DEPENDS})
  if(NOT model MATCHES "^zoo:")
    cmake_path(ABSOLUTE_PATH model BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}")
    list(APPEND files "${model}")
  endif()
  set(folder "${CMAKE_CURRENT_BINARY_DIR}/${name}.cnnc")
  file(MAKE_DIRECTORY "${folder}")
  add_custom_command(
    OUTPUT "${folder}/${name}.c" "${folder}/${name}.h"
    COMMAND "${CNNC_EXECUTABLE}" "${model}" -o "${folder}/${name}.c" --depfile "${folder}/${name}.d" --target "${targets}"
      ${arg_OPTIONS}
    DEPENDS ${files} "${CNNC_EXECUTABLE}"
    DEPFILE "${folder}/${name}.d"
    WORKING_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}"
    COMMENT "Compiling ${name} from ${model}"
    VERBATIM)

  add_library(${name} STATIC "${folder}/${name}.c" "${folder}/${name}.h")
  target_include_directories(${name} PUBLIC "${folder}")
  set_target_properties(${name} PROPERTIES C_STANDARD 11 C_STANDARD_REQUIRED ON POSITION_INDEPENDENT_CODE ON)
  target_compile_options(${name} PRIVATE $<$<NOT:$<CONFIG:Debug>>:-O2>) # also where no build type is set
  target_link_libraries(${name} PUBLIC m)
  if(arg_OPTIONS MATCHES "--threads")
    find_package(Threads REQUIRED)
    target_link_libraries(${name} PUBLIC ${CMAKE_THREAD_LIBS_INIT}) # a name that users in other folders see, unlike Threads::Threads
  endif()
endfunction()
