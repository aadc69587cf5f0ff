# cmake -DOUTPUT=embedded.c -DHEADER=header.h -DTYPE=type -DTABLE=table -DROOT=dir -DFILES=a;b -P embed.cmake
# Writes `const type table[]`: the path below ROOT and the bytes of each file, then NULLs. HEADER declares both.
set(arrays "")
set(table "")
set(number 0)
foreach(path IN LISTS FILES)
  file(RELATIVE_PATH name ${ROOT} ${path})
  file(READ ${path} hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  string(APPEND arrays "static const unsigned char text${number}[] = {${bytes}0};\n")
  string(APPEND table "    {\"${name}\", (const char *)text${number}},\n")
  math(EXPR number "${number} + 1")
endforeach()
file(WRITE ${OUTPUT} "#include \"${HEADER}\"\n#include <stddef.h>\n\n${arrays}\nconst ${TYPE} ${TABLE}[] = {\n${table}    {NULL, NULL}};\n")
