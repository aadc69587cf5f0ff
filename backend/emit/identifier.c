#include "backend/emit/emit.h"
#include "ir/names.h"

#include <ctype.h>
#include <string.h>

static const char *const reserved[] = {
    "auto",     "break",   "case",     "char",    "const",   "continue", "default", "do",       "double", "else",     "enum",
    "extern",   "float",   "for",      "goto",    "if",      "inline",   "int",     "long",     "register", "restrict", "return",
    "short",    "signed",  "sizeof",   "static",  "struct",  "switch",   "typedef", "union",    "unsigned", "void",     "volatile",
    "while",    "asm",     "typeof",   "main",    "bool",    "true",     "false",   "nullptr",  "class",  "new",      "delete",
    "this",     "template", "typename", "public", "private", "protected", "virtual", "namespace", "using", "operator", "friend",
    "try",      "catch",   "throw",    "export",  "constexpr", "thread_local", "alignas", "alignof", "static_assert", "linux",
    "unix",     "and",     "or",       "not",     "xor",     "explicit", "mutable", "concept",  "requires",
    "typeid",   "wchar_t", "char8_t",  "char16_t", "char32_t", "const_cast", "static_cast", "dynamic_cast", "reinterpret_cast",
    "decltype", "noexcept", "bitand",  "bitor",   "compl",   "and_eq",   "or_eq",   "xor_eq",   "not_eq",
    "consteval", "constinit", "co_await", "co_return", "co_yield"};

char *identifier_from(arena *a, const char *name) {
    enum { LONGEST = 60 };
    char *s = arena_alloc(a, LONGEST + 3);
    size_t n = 0;
    if (!isalpha((unsigned char)*name)) s[n++] = 'x'; /* also: no leading underscore, which C reserves */
    for (; *name && n < LONGEST; name++) {
        char c = isalnum((unsigned char)*name) && (unsigned char)*name < 0x80 ? *name : '_';
        if (c == '_' && n && s[n - 1] == '_') continue; /* C++ reserves double underscores */
        s[n++] = c;
    }
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
        if (!strcmp(s, reserved[i])) {
            s[n++] = '_';
            break;
        }
    return s;
}

char *identifier_unique(struct names *taken, const char *name) {
    char *base = identifier_from(taken->arena, name), *s = base;
    void *found = NULL, *other;
    if (names_find(taken, base, &found)) {
        int *last = found; /* that was put behind it */
        do s = arena_printf(taken->arena, "%s_%d", base, ++*last);
        while (names_find(taken, s, &other));
    }
    int *first = ARENA_NEW(taken->arena, int);
    *first = 1;
    names_add(taken, s, first);
    return s;
}
