# cmake -DOUTPUT=embedded.c -DTABLE=embedded_texts -DROOT=dir -DFILES=a;b -P embed.cmake
# Writes `const embedded_text embedded_texts[]`: the path below ROOT and the bytes of each file.
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
file(WRITE ${OUTPUT} "#include \"backend/emit/embedded.h\"\n#include <stddef.h>\n\n${arrays}\nextern const embedded_text ${TABLE}[];\nconst embedded_text ${TABLE}[] = {\n${table}    {NULL, NULL}};\n")
