#include "backend/emit/emit.h"

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

static bool is_taken(const char *name, char *const *taken, int n) {
    for (int i = 0; i < n; i++)
        if (!strcmp(taken[i], name)) return true;
    return false;
}

char *identifier_unique(arena *a, const char *name, char *const *taken, int n_taken) {
    char *base = identifier_from(a, name), *s = base;
    for (int k = 2; is_taken(s, taken, n_taken); k++) s = arena_printf(a, "%s_%d", base, k);
    return s;
}
