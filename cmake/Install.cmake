# Where things go on the machine: cmake --install build/release --prefix /usr
include(GNUInstallDirs)

install(TARGETS postern-milter RUNTIME DESTINATION ${CMAKE_INSTALL_SBINDIR})
install(TARGETS postern RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})

# Programs of 2 MB, and 80 MB of symbols for whoever reads a core file. A packager, who has ways of
# his own to keep them apart, turns it off.
option(POSTERN_SPLIT_SYMBOLS "Install programs stripped, and their symbols in lib/debug" ON)
if(POSTERN_SPLIT_SYMBOLS)
  set(POSTERN_PROGRAMS ${CMAKE_INSTALL_SBINDIR}/postern-milter ${CMAKE_INSTALL_BINDIR}/postern)
  configure_file(${CMAKE_CURRENT_LIST_DIR}/split_symbols.cmake.in
    ${PROJECT_BINARY_DIR}/split_symbols.cmake @ONLY)
  install(SCRIPT ${PROJECT_BINARY_DIR}/split_symbols.cmake)
endif()

# At install time, because --prefix is known only then: the unit starts the program that was
# installed, and an administrator's configuration is never overwritten (the new defaults go beside
# it). systemd and Postern look in fixed places, whatever the prefix.
set(POSTERN_SOURCE ${PROJECT_SOURCE_DIR})
configure_file(${CMAKE_CURRENT_LIST_DIR}/install_files.cmake.in
  ${PROJECT_BINARY_DIR}/install_files.cmake @ONLY)
install(SCRIPT ${PROJECT_BINARY_DIR}/install_files.cmake)

# What an operator reads, and what that links to; not how it is built and tested.
foreach(page operating policy attacks licenses)
  install(FILES ${PROJECT_SOURCE_DIR}/docs/${page}.md DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/postern)
endforeach()
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs/decisions ${PROJECT_SOURCE_DIR}/docs/formats DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/postern)

file(GLOB pages_1 CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/man/*.1)
install(FILES ${pages_1} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${PROJECT_SOURCE_DIR}/man/postern.toml.5 DESTINATION ${CMAKE_INSTALL_MANDIR}/man5)
install(FILES ${PROJECT_SOURCE_DIR}/man/postern-milter.8 DESTINATION ${CMAKE_INSTALL_MANDIR}/man8)
install(FILES ${PROJECT_SOURCE_DIR}/completion/postern
  DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
