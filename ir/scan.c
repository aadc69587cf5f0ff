#include "ir/scan.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* ---- places ---- */

static char byte_at(const scanner *s, size_t at) { return at < s->source.size ? s->source.text[at] : '\0'; }

static bool ends(const scanner *s) { return s->at >= s->source.size; }

size_t scan_place(scanner *s) {
    while (!ends(s)) {
        char c = s->source.text[s->at];
        if (c == '#')
            while (!ends(s) && s->source.text[s->at] != '\n') s->at++;
        else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') s->at++;
        else break;
    }
    return s->at;
}

char scan_peek(scanner *s) { return byte_at(s, scan_place(s)); }

bool scan_error(scanner *s, const char *hint, const char *format, ...) {
    char message[400];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    return diag_error_at(s->diags, &s->source, scan_place(s), hint, "%s", message);
}

/* ---- words and marks ---- */

static bool in_word(char c) { return isalnum((unsigned char)c) || c == '_' || c == '.'; }

bool scan_accept(scanner *s, const char *token) {
    size_t n = strlen(token), at = scan_place(s);
    if (n > s->source.size - at || memcmp(s->source.text + at, token, n) != 0) return false;
    if (isalnum((unsigned char)token[n - 1]) && in_word(byte_at(s, at + n))) return false;
    s->at += n;
    return true;
}

bool scan_expect(scanner *s, const char *token) {
    return scan_accept(s, token) || scan_error(s, NULL, ends(s) ? "'%s' is missing: the text ends here" : "'%s' is expected here", token);
}

const char *scan_word(scanner *s) {
    size_t from = scan_place(s);
    while (!ends(s) && in_word(s->source.text[s->at])) s->at++;
    return s->at == from ? NULL : arena_strndup(s->arena, s->source.text + from, s->at - from);
}

/* ---- numbers ---- */

bool scan_int(scanner *s, int bits, bool is_signed, int64_t *x) {
    size_t from = scan_place(s);
    bool negative = byte_at(s, s->at) == '-', fits = true;
    s->at += negative;
    size_t digits = s->at;
    uint64_t magnitude = 0, most = is_signed ? ((uint64_t)1 << (bits - 1)) - !negative : negative ? 0 : UINT64_MAX >> (64 - bits);
    for (; isdigit((unsigned char)byte_at(s, s->at)); s->at++) {
        uint64_t digit = (uint64_t)(s->source.text[s->at] - '0');
        fits = fits && !__builtin_mul_overflow(magnitude, 10, &magnitude) && !__builtin_add_overflow(magnitude, digit, &magnitude);
    }
    bool any = s->at > digits;
    if (!any) s->at = from;
    if (!any) return scan_error(s, NULL, "a whole number is expected here");
    *x = (int64_t)(negative ? -magnitude : magnitude);
    if (fits && magnitude <= most) return true;
    s->at = from;
    return scan_error(s, NULL, "the number does not fit %d bits%s", bits, is_signed ? " with a sign" : "");
}

bool scan_int_between(scanner *s, int64_t min, int64_t max, int64_t *x) {
    size_t from = scan_place(s);
    if (!scan_int(s, 64, true, x)) return false;
    if (*x >= min && *x <= max) return true;
    s->at = from;
    return scan_error(s, NULL, "the number is not between %lld and %lld", (long long)min, (long long)max);
}

bool scan_float(scanner *s, double *x) {
    char text[64], *end;
    size_t n = 0, from = scan_place(s);
    while (n + 1 < sizeof text && (in_word(byte_at(s, from + n)) || strchr("+-", byte_at(s, from + n))) && byte_at(s, from + n))
        text[n] = byte_at(s, from + n), n++;
    text[n] = '\0';
    *x = strtod(text, &end);
    if (!n || *end) return scan_error(s, NULL, "a number is expected here");
    s->at += n;
    return true;
}

/* ---- strings ---- */

static int hex_digit(char c) { return isdigit((unsigned char)c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; }

/* The byte of an escape, s->at behind its backslash; -1 if it is none. */
static int escaped(scanner *s) {
    char c = byte_at(s, s->at++);
    if (c == '"' || c == '\\') return c;
    if (c == 'n') return '\n';
    if (c == 't') return '\t';
    int high = hex_digit(byte_at(s, s->at)), low = hex_digit(byte_at(s, s->at + 1));
    if (c != 'x' || high < 0 || low < 0) return -1;
    s->at += 2;
    return high * 16 + low;
}

bool scan_string(scanner *s, ir_string *bytes) {
    if (!scan_accept(s, "\"")) return scan_error(s, NULL, "a name or text in quotes is expected here");
    size_t from = s->at, end = from, n = 0;
    while (end < s->source.size && s->source.text[end] != '"' && s->source.text[end] != '\n') end += s->source.text[end] == '\\' ? 2 : 1;
    if (byte_at(s, end) != '"')
        return diag_error_at(s->diags, &s->source, from - 1, NULL, "the quote is not closed on its line");
    char *out = arena_alloc(s->arena, end - from + 1);
    while (s->at < end) {
        size_t at = s->at;
        int c = (unsigned char)s->source.text[s->at++];
        if (c == '\\') c = escaped(s);
        if (c < 0) return diag_error_at(s->diags, &s->source, at, "escapes are \\xNN (two digits 0-9a-f), \\n, \\t, \\\" and \\\\", "no escape of this kind");
        out[n++] = (char)c;
    }
    s->at = end + 1;
    *bytes = (ir_string){out, n};
    return true;
}

bool scan_name(scanner *s, const char **name) {
    size_t from = scan_place(s);
    ir_string bytes;
    if (!scan_string(s, &bytes)) return false;
    *name = bytes.bytes;
    return !memchr(bytes.bytes, '\0', bytes.size) || diag_error_at(s->diags, &s->source, from, NULL, "a name cannot hold \\x00");
}
