/* Loading and storing elements of every type, against values known from the formats' definitions. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
/* first the standard headers that cmocka wants */
#include <cmocka.h>

#include "ir/ir.h"

static bool same(double x, double y) { return isnan(x) ? isnan(y) : x == y && signbit(x) == signbit(y); }

/* Bits, and the number that they stand for. */
typedef struct code {
    dtype type;
    uint64_t bits;
    double number;
} code;

static const code codes[] = {
    {DT_F32, 0x3f800000, 1}, {DT_F32, 0x80000000, -0.0}, {DT_F32, 0x7f800000, INFINITY}, {DT_F32, 1, 0x1p-149},
    {DT_F64, 0x3ff8000000000000, 1.5}, {DT_F64, 0xfff0000000000000, -INFINITY}, {DT_F64, 1, 0x1p-1074},
    /* IEEE binary16 */
    {DT_F16, 0x3c00, 1}, {DT_F16, 0xc000, -2}, {DT_F16, 0x7bff, 65504}, {DT_F16, 0x0400, 0x1p-14}, {DT_F16, 0x0001, 0x1p-24},
    {DT_F16, 0x8000, -0.0}, {DT_F16, 0x7c00, INFINITY}, {DT_F16, 0x7e00, NAN}, {DT_F16, 0x3555, 0.333251953125},
    /* the upper half of binary32 */
    {DT_BF16, 0x3f80, 1}, {DT_BF16, 0x4049, 3.140625}, {DT_BF16, 0x7f7f, 0x1.fep127}, {DT_BF16, 0xff80, -INFINITY}, {DT_BF16, 0x0001, 0x1p-133},
    /* OCP 8-bit: E4M3 has no infinities and one NaN, E5M2 is like binary16; the FNUZ forms have one zero, and NaN is 0x80 */
    {DT_F8E4M3FN, 0x38, 1}, {DT_F8E4M3FN, 0x7e, 448}, {DT_F8E4M3FN, 0x7f, NAN}, {DT_F8E4M3FN, 0x01, 0x1p-9}, {DT_F8E4M3FN, 0x80, -0.0},
    {DT_F8E4M3FN, 0xc4, -3},
    {DT_F8E4M3FNUZ, 0x40, 1}, {DT_F8E4M3FNUZ, 0x7f, 240}, {DT_F8E4M3FNUZ, 0x80, NAN}, {DT_F8E4M3FNUZ, 0x01, 0x1p-10},
    {DT_F8E5M2, 0x3c, 1}, {DT_F8E5M2, 0x7b, 57344}, {DT_F8E5M2, 0x7c, INFINITY}, {DT_F8E5M2, 0x01, 0x1p-16}, {DT_F8E5M2, 0xbe, -1.5},
    {DT_F8E5M2FNUZ, 0x40, 1}, {DT_F8E5M2FNUZ, 0x7f, 57344}, {DT_F8E5M2FNUZ, 0x80, NAN}, {DT_F8E5M2FNUZ, 0x01, 0x1p-17},
    {DT_F8E8M0, 127, 1}, {DT_F8E8M0, 0, 0x1p-127}, {DT_F8E8M0, 254, 0x1p127}, {DT_F8E8M0, 255, NAN},
    {DT_F4E2M1, 0, 0}, {DT_F4E2M1, 1, 0.5}, {DT_F4E2M1, 2, 1}, {DT_F4E2M1, 3, 1.5}, {DT_F4E2M1, 4, 2}, {DT_F4E2M1, 5, 3},
    {DT_F4E2M1, 6, 4}, {DT_F4E2M1, 7, 6}, {DT_F4E2M1, 8, -0.0}, {DT_F4E2M1, 15, -6},
    {DT_I8, 0x80, -128}, {DT_U8, 0xff, 255}, {DT_I16, 0xfffe, -2}, {DT_U16, 0xffff, 65535}, {DT_I32, 0x80000000, -2147483648.0},
    {DT_U32, 0xffffffff, 4294967295.0}, {DT_I64, UINT64_MAX, -1}, {DT_U64, 0x8000000000000000, 0x1p63}, {DT_BOOL, 1, 1}, {DT_BOOL, 0, 0},
    {DT_U4, 15, 15}, {DT_I4, 15, -1}, {DT_I4, 8, -8}, {DT_I4, 7, 7}, {DT_U2, 3, 3}, {DT_I2, 2, -2}, {DT_I2, 1, 1},
};

static void numbers_are_as_defined(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        const code *c = &codes[i];
        uint64_t stored = 0;
        double loaded = dtype_load_float(c->type, &c->bits, 0);
        if (!same(loaded, c->number)) fail_msg("%s %#llx is %g, not %g", dtype_of(c->type)->name, (unsigned long long)c->bits, loaded, c->number);
        dtype_store_float(c->type, &stored, 0, c->number);
        bool saturates = dtype_of(c->type)->bits == 8 && isinf(c->number); /* as ONNX casts to 8-bit floats */
        if (!isnan(c->number) && !saturates) assert_int_equal(stored, c->bits);
        if (isnan(c->number)) assert_true(isnan(dtype_load_float(c->type, &stored, 0)));
    }
}

typedef struct rounding {
    dtype type;
    double from, to;
} rounding;

static const rounding roundings[] = {
    /* to nearest, ties to even */
    {DT_F32, 1 + 0x1p-24, 1}, {DT_F32, 1 + 3 * 0x1p-24, 1 + 0x1p-22}, {DT_F16, 1 + 0x1p-11, 1}, {DT_F16, 1 + 3 * 0x1p-11, 1 + 0x1p-9},
    {DT_F16, 1 + 0x1p-11 + 0x1p-40, 1 + 0x1p-10}, {DT_F16, 0x1p-25, 0}, {DT_F16, 3 * 0x1p-26, 0x1p-24}, {DT_F16, -0x1p-30, -0.0},
    {DT_F16, 65519, 65504}, {DT_F16, 65520, INFINITY}, {DT_F16, -1e300, -INFINITY}, {DT_BF16, 1 + 0x1p-8, 1}, {DT_BF16, 1 + 3 * 0x1p-8, 1 + 0x1p-6},
    {DT_BF16, 3.4e38, INFINITY}, {DT_F8E4M3FN, 17, 16}, {DT_F8E4M3FN, 19, 20}, {DT_F8E5M2, 9, 8}, {DT_F8E5M2, 11, 12}, {DT_F4E2M1, 2.5, 2},
    {DT_F4E2M1, 5, 4}, {DT_F4E2M1, 0.25, 0}, {DT_F4E2M1, 0.75, 1}, {DT_F8E4M3FNUZ, -1e-9, 0},
    /* saturating */
    {DT_F8E4M3FN, 1000, 448}, {DT_F8E4M3FN, -INFINITY, -448}, {DT_F8E5M2, INFINITY, 57344}, {DT_F8E4M3FNUZ, 300, 240}, {DT_F4E2M1, 100, 6},
    {DT_F8E8M0, 0, 0x1p-127}, {DT_F8E8M0, 1e300, 0x1p127},
    /* towards zero, and modulo */
    {DT_I32, -2.9, -2}, {DT_U8, 300, 44}, {DT_I8, 200, -56}, {DT_U8, -1, 255}, {DT_I4, 9, -7}, {DT_U2, 5, 1}, {DT_I64, 1e30, 0x1p63}, {DT_BOOL, 0.25, 1},
    {DT_I32, NAN, 0},
};

static void stores_round(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof roundings / sizeof *roundings; i++) {
        const rounding *r = &roundings[i];
        uint64_t stored = 0;
        dtype_store_float(r->type, &stored, 0, r->from);
        double got = dtype_load_float(r->type, &stored, 0);
        if (!same(got, r->to)) fail_msg("%g as %s is %.17g, not %.17g", r->from, dtype_of(r->type)->name, got, r->to);
    }
}

/* Every code of the small floats survives, and lies where its neighbours say. */
static void all_small_floats_come_back(void **state) {
    (void)state;
    for (int t = DT_NONE + 1; t < DT_COUNT; t++) {
        int bits = dtype_of((dtype)t)->bits;
        if (dtype_of((dtype)t)->kind != CLASS_FLOAT || bits > 16) continue;
        for (uint64_t c = 0; c < (uint64_t)1 << bits; c++) {
            double x = dtype_load_float((dtype)t, &c, 0);
            uint64_t again = 0;
            dtype_store_float((dtype)t, &again, 0, x);
            if (isnan(x) || (isinf(x) && bits == 8)) continue;
            if (again != c) fail_msg("%s %#llx (%g) comes back as %#llx", dtype_of((dtype)t)->name, (unsigned long long)c, x, (unsigned long long)again);
        }
    }
}

#ifdef __FLT16_MAX__
/* The compiler's own half floats. */
static void halves_agree_with_the_compiler(void **state) {
    (void)state;
    for (uint32_t c = 0; c < 0x10000; c++) {
        uint16_t bits = (uint16_t)c;
        __extension__ _Float16 h;
        memcpy(&h, &bits, sizeof h);
        assert_true(same(dtype_load_float(DT_F16, &bits, 0), (double)h));
    }
    uint64_t random = 1;
    for (int i = 0; i < 1000000; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        double x = ldexp((double)(int64_t)random, (int)(random >> 40) % 48 - 92); /* from below the smallest to beyond the largest */
        uint16_t stored = 0;
        dtype_store_float(DT_F16, &stored, 0, x);
        __extension__ _Float16 h = (_Float16)x;
        assert_memory_equal(&stored, &h, sizeof h);
    }
}
#endif

static void packed_elements_lie_low_bits_first(void **state) {
    (void)state;
    const uint8_t bytes[] = {0x21, 0xf3, 0xe4};
    static const int nibbles[] = {1, 2, 3, -1, 4, -2}, pairs[] = {1, 0, -2, 0, -1, 0, -1, -1, 0, 1, -2, -1};
    for (int i = 0; i < 6; i++) {
        assert_int_equal(dtype_load_int(DT_I4, bytes, i), nibbles[i]);
        assert_int_equal(dtype_load_int(DT_U4, bytes, i), nibbles[i] & 15);
    }
    for (int i = 0; i < 12; i++) {
        assert_int_equal(dtype_load_int(DT_I2, bytes, i), pairs[i]);
        assert_int_equal(dtype_load_int(DT_U2, bytes, i), pairs[i] & 3);
    }
    uint8_t stored[] = {0xff, 0xff};
    dtype_store_int(DT_U4, stored, 1, 0);
    dtype_store_int(DT_I2, stored, 5, 1);
    assert_int_equal(stored[0], 0x0f);
    assert_int_equal(stored[1], 0xf7);
}

static void integers_are_exact(void **state) {
    (void)state;
    uint64_t x = 0;
    dtype_store_int(DT_I64, &x, 0, INT64_MIN + 1);
    assert_true(dtype_load_int(DT_I64, &x, 0) == INT64_MIN + 1);
    dtype_store_int(DT_U64, &x, 0, -1);
    assert_true(x == UINT64_MAX && dtype_load_int(DT_U64, &x, 0) == -1);
    assert_true(dtype_load_float(DT_U64, &x, 0) == 0x1p64);
    const double d = -7.75;
    assert_int_equal(dtype_load_int(DT_F64, &d, 0), -7);
}

static void complex_numbers_have_a_real_part(void **state) {
    (void)state;
    float parts[] = {1, 2, 3, 4};
    assert_true(dtype_load_float(DT_C64, parts, 1) == 3);
    dtype_store_float(DT_C64, parts, 0, 7);
    assert_true(parts[0] == 7 && parts[1] == 0 && parts[2] == 3);
    double wide[] = {1, 2, 3, 4};
    dtype_store_float(DT_C128, wide, 1, 7);
    assert_true(wide[2] == 7 && wide[3] == 0 && dtype_load_float(DT_C128, wide, 0) == 1);
}

static void the_table_finds_types(void **state) {
    (void)state;
    for (int t = DT_NONE + 1; t < DT_COUNT; t++) {
        assert_int_equal(dtype_from_name(dtype_of((dtype)t)->name), t);
        assert_int_equal(dtype_from_onnx(dtype_of((dtype)t)->onnx), t);
    }
    assert_int_equal(dtype_from_name("f33"), DT_NONE);
    assert_int_equal(dtype_from_onnx(99), DT_NONE);
    assert_int_equal(dtype_from_onnx((INT64_C(1) << 32) + 1), DT_NONE);
    assert_int_equal(dtype_bytes(DT_F32, 3), 12);
    assert_int_equal(dtype_bytes(DT_I4, 3), 2);
    assert_int_equal(dtype_bytes(DT_U2, 5), 2);
    assert_int_equal(dtype_bytes(DT_U4, 0), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_as_defined),
        cmocka_unit_test(stores_round),
        cmocka_unit_test(all_small_floats_come_back),
#ifdef __FLT16_MAX__
        cmocka_unit_test(halves_agree_with_the_compiler),
#endif
        cmocka_unit_test(packed_elements_lie_low_bits_first),
        cmocka_unit_test(integers_are_exact),
        cmocka_unit_test(complex_numbers_have_a_real_part),
        cmocka_unit_test(the_table_finds_types),
    };
    return cmocka_run_group_tests_name("types", tests, NULL, NULL);
}
