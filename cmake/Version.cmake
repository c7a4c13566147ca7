# What `-V` says: the version, which project() in CMakeLists.txt holds, and the commit. Sources made
# by `git archive` carry their commit in commit.txt; in a clone git is asked.
file(STRINGS ${CMAKE_CURRENT_LIST_DIR}/commit.txt postern_commit LIMIT_COUNT 1)
if(postern_commit MATCHES "Format")
  set(postern_commit "")
  find_package(Git QUIET)
  if(GIT_FOUND)
    execute_process(COMMAND ${GIT_EXECUTABLE} -C ${PROJECT_SOURCE_DIR} describe --always --dirty --exclude=*
      OUTPUT_VARIABLE postern_commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    execute_process(COMMAND ${GIT_EXECUTABLE} -C ${PROJECT_SOURCE_DIR} rev-parse --absolute-git-dir
      OUTPUT_VARIABLE postern_git OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    # Asked again after each commit; in debug builds nobody would wait for it.
    if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug" AND EXISTS "${postern_git}/logs/HEAD")
      set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${postern_git}/logs/HEAD")
    endif()
  endif()
endif()
set(POSTERN_VERSION_TEXT "${PROJECT_VERSION}")
if(postern_commit)
  string(APPEND POSTERN_VERSION_TEXT " (commit ${postern_commit})")
endif()
