/* The numbers of constants: {1, 2.5}, {1, 2, ...} (they repeat), {"text"}, {data 3} (base64 behind the graph). */
#include "ir/read.h"

#include <string.h>

enum { MOST_UNFOLDED = 1 << 30 };

/* What is a constant's part that has a number: complex ones have two. */
static dtype part_type(dtype t) { return t == DT_C64 ? DT_F32 : t == DT_C128 ? DT_F64 : t; }

static bool read_number(reader *r, dtype t, void *data, int64_t i) {
    if (dtype_of(t)->kind == CLASS_FLOAT) {
        double x;
        if (!scan_float(&r->scan, &x)) return false;
        dtype_store_float(t, data, i, x);
        return true;
    }
    int64_t x;
    dtype_class kind = dtype_of(t)->kind;
    if (!scan_int(&r->scan, kind == CLASS_BOOL ? 1 : dtype_of(t)->bits, kind == CLASS_INT, &x)) return false;
    dtype_store_int(t, data, i, x);
    return true;
}

static bool read_element(reader *r, dtype t, void *data, int64_t i) {
    return t == DT_STRING ? scan_string(&r->scan, (ir_string *)data + i) : read_number(r, t, data, i);
}

static void repeat(dtype t, void *data, int64_t period, int64_t count) {
    for (int64_t i = period; i < count; i++) {
        if (dtype_of(t)->bits >= 8) {
            size_t unit = dtype_bytes(t, 1);
            memcpy((char *)data + (size_t)i * unit, (char *)data + (size_t)(i - period) * unit, unit);
        } else {
            dtype_store_float(t, data, i, dtype_load_float(t, data, i - period));
        }
    }
}

/* Room for `count` elements; without "..." a text of n bytes holds no more than 16 n. */
static bool room_for(reader *r, dtype t, int64_t count, void **data) {
    size_t bytes = dtype_bytes(t, count);
    r->unfolded += bytes;
    if (r->unfolded > MOST_UNFOLDED + 16 * r->scan.source.size) return scan_error(&r->scan, NULL, "the constants are too large for this text");
    *data = arena_alloc(r->arena, bytes);
    return true;
}

static bool read_elements(reader *r, dtype t, int64_t count, void **data) {
    scanner *s = &r->scan;
    if (!room_for(r, t, count, data)) return false;
    int64_t n = 0;
    while (scan_peek(s) != '}') {
        if (n && !scan_expect(s, ",")) return false;
        if (n && scan_accept(s, "...")) {
            repeat(t, *data, n, count);
            n = count;
            break;
        }
        if (n == count) return scan_error(s, NULL, "there are more than the %lld numbers of the type", (long long)count);
        if (!read_element(r, t, *data, n++)) return false;
    }
    return n == count || scan_error(s, "'...' behind them repeats them", "there are %lld of the type's %lld numbers", (long long)n, (long long)count);
}

static section *find_section(const reader *r, int64_t number) {
    section *found = r->sections;
    while (found && found->number != number) found = found->next;
    return found;
}

/* Behind `data`. */
static bool read_reference(reader *r, constant *c) {
    scanner *s = &r->scan;
    size_t place = scan_place(s), want = dtype_bytes(c->type.elem, type_count(&c->type));
    int64_t number;
    if (!scan_int_between(s, 0, INT32_MAX, &number)) return false;
    section *found = find_section(r, number);
    if (!found) return diag_error_at(s->diags, &s->source, place, NULL, "there is no section 'data %lld' behind the graph", (long long)number);
    if (found->size != want)
        return diag_error_at(s->diags, &s->source, place, NULL, "data %lld has %zu bytes, the type wants %zu", (long long)number, found->size, want);
    found->read = true;
    c->data = found->bytes;
    return true;
}

bool read_data(reader *r, constant *c) {
    scanner *s = &r->scan;
    dtype t = c->type.elem;
    if (!type_is_static(&c->type) || t == DT_NONE)
        return scan_error(s, NULL, "a constant's type has an element type and numbers as sizes");
    if (!scan_expect(s, "{")) return false;
    if (t != DT_STRING && scan_accept(s, "data")) return read_reference(r, c) && scan_expect(s, "}");
    int64_t count = type_count(&c->type);
    void *data = NULL;
    bool ok = read_elements(r, part_type(t), dtype_of(t)->kind == CLASS_COMPLEX ? 2 * count : count, &data) && scan_expect(s, "}");
    c->data = data;
    return ok;
}

bool read_parameter(reader *r, const char *origin, constant **c) {
    *c = NULL;
    if (scan_accept(&r->scan, "_")) return true;
    *c = ARENA_NEW(r->arena, constant);
    (*c)->origin = origin;
    return read_type(r, &(*c)->type) && read_data(r, *c);
}

/* ---- base64 ---- */

static int base64_digit(char c) {
    return c >= 'A' && c <= 'Z' ? c - 'A' : c >= 'a' && c <= 'z' ? c - 'a' + 26 : c >= '0' && c <= '9' ? c - '0' + 52 : c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Up to the closing brace. */
static bool read_base64(reader *r, unsigned char *out, size_t room, size_t *size) {
    scanner *s = &r->scan;
    uint32_t group = 0;
    int bits = 0;
    *size = 0;
    for (char c; (c = scan_peek(s)) != '}'; s->at++) {
        int digit = base64_digit(c);
        if (digit < 0 && c != '=') return scan_error(s, NULL, "this is no base64");
        if (c == '=') {
            bits = 0;
            continue;
        }
        group = group << 6 | (uint32_t)digit;
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        if (*size == room) return scan_error(s, NULL, "there is more data than its constants have room for");
        out[(*size)++] = (unsigned char)(group >> bits);
    }
    return scan_expect(s, "}");
}

/* Where the first line is that begins a section. */
static size_t first_section(const source_text *s) {
    static const char mark[] = "data ";
    const char *from = s->text, *end = s->text + s->size;
    while (from) {
        if ((size_t)(end - from) >= sizeof mark && !memcmp(from, mark, sizeof mark - 1)) return (size_t)(from - s->text);
        from = memchr(from, '\n', (size_t)(end - from));
        from = from && from + 1 < end ? from + 1 : NULL;
    }
    return s->size;
}

/* Behind `data`. */
static bool read_section(reader *r, section *to) {
    scanner *s = &r->scan;
    to->place = scan_place(s);
    if (!scan_int_between(s, 0, INT32_MAX, &to->number)) return false;
    if (find_section(r, to->number))
        return diag_error_at(s->diags, &s->source, to->place, NULL, "there are two sections of this number");
    if (!scan_expect(s, "{")) return false;
    const char *from = s->source.text + s->at, *end = memchr(from, '}', s->source.size - s->at);
    size_t room = (end ? (size_t)(end - from) : 0) / 4 * 3 + 3;
    unsigned char *bytes = arena_alloc(r->arena, room);
    to->bytes = bytes;
    return read_base64(r, bytes, room, &to->size);
}

bool read_sections(reader *r) {
    scanner *s = &r->scan;
    size_t begin = first_section(&s->source);
    s->at = begin;
    while (scan_accept(s, "data")) {
        section *made = ARENA_NEW(r->arena, section);
        if (!read_section(r, made)) return false;
        made->next = r->sections;
        r->sections = made;
    }
    if (scan_peek(s)) return scan_error(s, NULL, "a section is expected here: data N { base64 }");
    s->at = 0;
    s->source.size = begin;
    return true;
}

bool check_sections(reader *r) {
    for (const section *x = r->sections; x; x = x->next)
        if (!x->read) return diag_error_at(r->scan.diags, &r->scan.source, x->place, NULL, "no constant has data %lld", (long long)x->number);
    return true;
}
