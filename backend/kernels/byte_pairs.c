#include "backend/kernels/byte_pairs.h"

#include <string.h>

enum { BLOCK = 16, FOUR = 4, MEET = 4, MOST_SUM = INT16_MAX / INT8_MAX, MOST_TAKEN = 64 };

typedef struct maker {
    arena *arena;
    byte_pairs made;
    int8_t *weights;
    int64_t outs, ins, taps, room;
} maker;

static byte_rest *append(maker *m) {
    if (m->made.n_rests == m->room) {
        byte_rest *more = ARENA_ARRAY(m->arena, byte_rest, m->room = 2 * m->room + 64);
        if (m->made.n_rests) memcpy(more, m->made.rests, (size_t)m->made.n_rests * sizeof *more);
        m->made.rests = more;
    }
    return &m->made.rests[m->made.n_rests++];
}

static int nearer(int x, int most) { return x > most ? most : x < -most ? -most : x; }

/* What is too large for one rest is for another. */
static void keep(maker *m, int64_t four, int8_t taken[BLOCK][FOUR]) {
    static const int8_t nothing[BLOCK][FOUR];
    while (memcmp(taken, nothing, sizeof nothing) != 0) {
        byte_rest *rest = append(m);
        rest->four = four;
        for (int i = 0; i < BLOCK * FOUR; i++) {
            rest->taken[i / FOUR][i % FOUR] = (int8_t)nearer(taken[i / FOUR][i % FOUR], MOST_TAKEN);
            taken[i / FOUR][i % FOUR] = (int8_t)(taken[i / FOUR][i % FOUR] - rest->taken[i / FOUR][i % FOUR]);
        }
    }
}

/* Takes from the largest of one sign until what remains fits. */
static void lessen(int8_t *const meet[MEET], int8_t *const taken[MEET], int sign) {
    int sum = 0;
    for (int i = 0; i < MEET; i++)
        if (meet[i] && *meet[i] * sign > 0) sum += *meet[i] * sign;
    while (sum > MOST_SUM) {
        int largest = -1;
        for (int i = 0; i < MEET; i++)
            if (meet[i] && (largest < 0 || *meet[i] * sign > *meet[largest] * sign)) largest = i;
        const int size = *meet[largest] * sign, by = sum - MOST_SUM < size ? sum - MOST_SUM : size;
        *meet[largest] = (int8_t)(*meet[largest] - by * sign);
        *taken[largest] = (int8_t)(*taken[largest] + by * sign);
        sum -= by;
    }
}

/* Two fours of channels, from `channel` on, of a tap and a block of outputs. */
static void make_pair(maker *m, int64_t block, int64_t channel, int64_t tap) {
    int8_t taken[2][BLOCK][FOUR] = {{{0}}};
    for (int64_t o = block * BLOCK; o < m->outs && o < (block + 1) * BLOCK; o++)
        for (int half = 0; half < 2; half++) {
            int8_t *meet[MEET], *from[MEET];
            for (int i = 0; i < MEET; i++) {
                const int c = half * 2 + i % 2;
                const int64_t in = channel + i / 2 * FOUR + c;
                meet[i] = in < m->ins ? &m->weights[(o * m->ins + in) * m->taps + tap] : NULL;
                from[i] = &taken[i / 2][o % BLOCK][c];
            }
            lessen(meet, from, 1);
            lessen(meet, from, -1);
        }
    for (int i = 0; i < 2; i++) keep(m, (channel / BLOCK * m->taps + tap) * FOUR + channel % BLOCK / FOUR + i, taken[i]);
}

byte_pairs byte_pairs_make(arena *a, const constant *w) {
    maker m = {.arena = a, .outs = type_size(&w->type, 0), .ins = type_size(&w->type, 1), .taps = type_size(&w->type, 2) * type_size(&w->type, 3)};
    const int64_t blocks = (m.outs + BLOCK - 1) / BLOCK;
    m.weights = ARENA_ARRAY(a, int8_t, type_count(&w->type));
    memcpy(m.weights, w->data, (size_t)type_count(&w->type));
    m.made.begins = ARENA_ARRAY(a, int32_t, blocks + 1);
    for (int64_t b = 0; b < blocks; b++) {
        m.made.begins[b] = (int32_t)m.made.n_rests;
        for (int64_t channel = 0; channel < m.ins; channel += 2 * FOUR)
            for (int64_t tap = 0; tap < m.taps; tap++) make_pair(&m, b, channel, tap);
    }
    m.made.begins[blocks] = (int32_t)m.made.n_rests;
    const constant lessened = {w->type, m.weights, arena_printf(a, "%s | in pairs", w->origin)};
    m.made.weights = arena_copy(a, &lessened, sizeof lessened);
    return m.made;
}
