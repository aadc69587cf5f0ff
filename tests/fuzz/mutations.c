#include "tests/fuzz/mutations.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_INSERTION = 4096, MOST_MUTATIONS = 8 };

typedef struct state {
    uint64_t random;
    bytes b;
    size_t capacity, head;
} state;

/* splitmix64, public domain by its author, Sebastiano Vigna. */
static uint64_t next(state *s) {
    uint64_t z = s->random += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static size_t below(state *s, size_t n) { return n ? (size_t)(next(s) % n) : 0; }

/* Three of four in the head. */
static size_t position(state *s) {
    size_t head = s->head < s->b.size ? s->head : s->b.size;
    return below(s, next(s) % 4 ? head : s->b.size);
}

static void insert(state *s, size_t at, const uint8_t *data, size_t n) {
    if (n > s->capacity - s->b.size) n = s->capacity - s->b.size;
    memmove(s->b.data + at + n, s->b.data + at, s->b.size - at);
    memcpy(s->b.data + at, data, n);
    s->b.size += n;
}

static void cut(state *s, size_t at, size_t n) {
    if (n > s->b.size - at) n = s->b.size - at;
    memmove(s->b.data + at, s->b.data + at + n, s->b.size - at - n);
    s->b.size -= n;
}

/* ---- one kind of damage each ---- */

static void flip_bit(state *s) {
    if (s->b.size) s->b.data[position(s)] ^= (uint8_t)(1u << below(s, 8));
}

static void set_byte(state *s) {
    static const uint8_t nasty[] = {0, 1, 2, 0x7f, 0x80, 0xff};
    if (s->b.size) s->b.data[position(s)] = next(s) % 2 ? nasty[below(s, sizeof nasty)] : (uint8_t)next(s);
}

static void nudge_byte(state *s) {
    if (!s->b.size) return;
    uint8_t *b = &s->b.data[position(s)];
    *b = (uint8_t)(next(s) % 2 ? *b + 1 : *b - 1);
}

static void truncate_end(state *s) { s->b.size = next(s) % 2 ? below(s, s->b.size) : s->b.size - below(s, s->b.size < 64 ? s->b.size : 64); }

static void remove_chunk(state *s) { cut(s, position(s), 1 + below(s, next(s) % 2 ? 16 : 1024)); }

static void insert_noise(state *s) {
    uint8_t noise[64];
    size_t n = 1 + below(s, sizeof noise);
    for (size_t i = 0; i < n; i++) noise[i] = (uint8_t)next(s);
    insert(s, position(s), noise, n);
}

/* A copy of one place at another: nodes twice, fields of another message. */
static void duplicate_chunk(state *s) {
    uint8_t chunk[LONGEST_INSERTION];
    size_t from = position(s), n = 1 + below(s, next(s) % 2 ? 64 : sizeof chunk);
    if (n > s->b.size - from) n = s->b.size - from;
    memcpy(chunk, s->b.data + from, n);
    insert(s, next(s) % 2 ? from : position(s), chunk, n);
}

static void overwrite_chunk(state *s) {
    size_t from = position(s), to = position(s), n = 1 + below(s, 64);
    if (n > s->b.size - from) n = s->b.size - from;
    if (n > s->b.size - to) n = s->b.size - to;
    memmove(s->b.data + to, s->b.data + from, n);
}

/* Lengths, sizes and counts at the edges of their types. */
static uint64_t nasty_number(state *s) {
    static const uint64_t nasty[] = {0, 1, 2, 3, 16, 17, 127, 128, 0x7fff, 0x7fffffff, 0x80000000, 0xffffffff, (uint64_t)1 << 40, INT64_MAX,
                                     (uint64_t)1 << 63, UINT64_MAX - 2, UINT64_MAX - 1, UINT64_MAX};
    uint64_t x = nasty[below(s, sizeof nasty / sizeof *nasty)];
    return next(s) % 4 ? x : x >> below(s, 64);
}

static size_t encode_varint(uint64_t x, uint8_t *b) {
    size_t n = 0;
    for (; x >= 0x80; x >>= 7) b[n++] = (uint8_t)(x | 0x80);
    b[n++] = (uint8_t)x;
    return n;
}

static void replace(state *s, size_t at, size_t n, uint64_t varint) {
    uint8_t b[10];
    cut(s, at, n);
    insert(s, at, b, encode_varint(varint, b));
}

static void put_varint(state *s) {
    if (s->b.size) replace(s, position(s), 1, nasty_number(s));
}

/* A number that never ends. */
static void varint_bomb(state *s) {
    uint8_t b[32];
    size_t n = 9 + below(s, 23);
    memset(b, next(s) % 2 ? 0xff : 0x80, n);
    insert(s, position(s), b, n);
}

/* Messages of one field, one inside the other, each with a length that fits. */
static void nest(state *s) {
    uint8_t b[2 * 60];
    size_t n = sizeof b;
    uint8_t tag = (uint8_t)(2 | (1 + below(s, 15)) << 3);
    for (size_t i = 0; i < n; i += 2) b[i] = tag, b[i + 1] = (uint8_t)(n - i - 2);
    insert(s, position(s), b, n);
}

/* ---- damage that leaves the file well-formed: one field changes, the lengths around it follow ---- */

typedef struct field {
    size_t start, value, end; /* the value of a message, string or list begins behind its length */
    int wire;
} field;

static bool read_varint(const state *s, size_t *at, size_t end, uint64_t *x) {
    *x = 0;
    for (int shift = 0; *at < end && shift < 64; shift += 7) {
        uint8_t b = s->b.data[(*at)++];
        *x |= (uint64_t)(b & 0x7f) << shift;
        if (!(b & 0x80)) return true;
    }
    return false;
}

static bool read_field(const state *s, size_t at, size_t end, field *f) {
    uint64_t tag, n = 0;
    f->start = at;
    if (!read_varint(s, &at, end, &tag) || !(tag >> 3) || tag >> 3 > 1000) return false;
    f->wire = (int)(tag & 7);
    f->value = at;
    if (f->wire == 0 ? !read_varint(s, &at, end, &n) : f->wire == 2 ? !read_varint(s, &at, end, &n) || n > end - at : false) return false;
    if (f->wire == 2) f->value = at;
    if (f->wire != 0) at += f->wire == 2 ? (size_t)n : f->wire == 1 ? 8 : f->wire == 5 ? 4 : end - at + 1;
    f->end = at;
    return at <= end;
}

/* Any of the fields between two places; false when they hold no fields. */
static bool pick_field(state *s, size_t at, size_t end, field *picked) {
    field f;
    for (size_t n = 1; at < end; at = f.end, n++) {
        if (!read_field(s, at, end, &f)) return false;
        if (below(s, n) == 0) *picked = f;
    }
    return true;
}

static void change_field(state *s, const field *f, const field *sibling) {
    uint8_t chunk[LONGEST_INSERTION];
    size_t n = sibling->end - sibling->start;
    if (f->wire == 0 && next(s) % 4) replace(s, f->value, f->end - f->value, nasty_number(s));
    else if (f->wire == 2 && f->end > f->value && next(s) % 2) s->b.data[f->value + below(s, f->end - f->value)] = (uint8_t)nasty_number(s);
    else if (next(s) % 4 == 0) cut(s, f->start, f->end - f->start);
    else if (n <= sizeof chunk) {
        memcpy(chunk, s->b.data + sibling->start, n);
        if (next(s) % 2) cut(s, f->start, f->end - f->start);
        insert(s, f->start, chunk, n);
    }
}

/* In the message between two places. Its size afterwards tells the caller how to mend the length in front of it. */
static bool edit_message(state *s, size_t at, size_t end) {
    field f, sibling;
    if (at == end || !pick_field(s, at, end, &f) || !pick_field(s, at, end, &sibling)) return false;
    size_t before = s->b.size, length = f.end - f.value;
    if (f.wire != 2 || next(s) % 16 == 0 || !edit_message(s, f.value, f.end)) {
        change_field(s, &f, &sibling);
        return true;
    }
    uint8_t b[10];
    size_t n = encode_varint(length, b); /* as every writer encodes it */
    replace(s, f.value - n, n, length + s->b.size - before);
    return true;
}

static void edit_field(state *s) { edit_message(s, 0, s->b.size); }

bytes mutate(const bytes *original, size_t head, uint64_t seed) {
    static void (*const kinds[])(state *) = {flip_bit,     set_byte,        nudge_byte,      truncate_end, remove_chunk,
                                             insert_noise, duplicate_chunk, overwrite_chunk, put_varint,   varint_bomb,
                                             nest,         edit_field,      edit_field,      edit_field,   edit_field};
    enum { N_KINDS = sizeof kinds / sizeof *kinds };
    state s = {.random = seed, .capacity = original->size + MOST_MUTATIONS * LONGEST_INSERTION, .head = head};
    s.b = (bytes){malloc(s.capacity), original->size};
    if (!s.b.data) abort();
    memcpy(s.b.data, original->data, original->size);
    bool well_formed = next(&s) % 2; /* all the way */
    size_t n = 1 + below(&s, next(&s) % 2 ? 1 : MOST_MUTATIONS);
    for (size_t i = 0; i < n; i++) (well_formed ? edit_field : kinds[below(&s, N_KINDS)])(&s);
    uint8_t *fitted = realloc(s.b.data, s.b.size ? s.b.size : 1);
    if (!fitted) abort();
    s.b.data = fitted;
    return s.b;
}
