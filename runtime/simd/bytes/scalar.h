/* v16i: 16 sums of 32 bits. b64: 64 bytes, four for each of them. */
typedef struct v16i {
    int32_t lane[16];
} v16i;
typedef struct b64 {
    uint8_t byte[64];
} b64;

CNNC_INLINE v16i v16i_load(const int32_t *p) {
    v16i r;
    memcpy(r.lane, p, sizeof r.lane);
    return r;
}
CNNC_INLINE void v16i_store(int32_t *p, v16i a) { memcpy(p, a.lane, sizeof a.lane); }
CNNC_INLINE v16 v16_from_i32(v16i a) {
    v16 r;
    for (int i = 0; i < 16; i++) r.lane[i] = (float)a.lane[i];
    return r;
}
CNNC_INLINE v16 v16_load_u8(const uint8_t *p) {
    v16 r;
    for (int i = 0; i < 16; i++) r.lane[i] = (float)p[i];
    return r;
}
/* Lanes are whole numbers from 0 to 255. */
CNNC_INLINE void v16_store_u8(uint8_t *p, v16 a) {
    for (int i = 0; i < 16; i++) p[i] = (uint8_t)a.lane[i];
}
/* 64 bytes: a, b, c and d to the nearest integer, halves to the even one, plus zero, within low and high (of 0 to 255). */
CNNC_INLINE void v16_store_4u8(uint8_t *p, v16 a, v16 b, v16 c, v16 d, int low, int high, int zero) {
    v16_store_u8(p, v16_saturate(a, low, high, zero));
    v16_store_u8(p + 16, v16_saturate(b, low, high, zero));
    v16_store_u8(p + 32, v16_saturate(c, low, high, zero));
    v16_store_u8(p + 48, v16_saturate(d, low, high, zero));
}

CNNC_INLINE b64 b64_load(const int8_t *p) {
    b64 r;
    memcpy(r.byte, p, sizeof r.byte);
    return r;
}
/* The same four bytes 16 times. */
CNNC_INLINE b64 b64_repeat(const uint8_t *p) {
    b64 r;
    for (int i = 0; i < 16; i++) memcpy(r.byte + 4 * i, p, 4);
    return r;
}
/* Four vectors of 16 bytes behind one another: byte i of each as the four of lane i. */
CNNC_INLINE b64 b64_columns(const uint8_t *p) {
    b64 r;
    for (int i = 0; i < 64; i++) r.byte[i] = p[i % 4 * 16 + i / 4];
    return r;
}
/* a * b + c, rounded once on every machine: the product of two floats is exact in double. */
CNNC_INLINE v16 v16_fma_exact(v16 a, v16 b, v16 c) {
    for (int i = 0; i < 16; i++) c.lane[i] = (float)((double)a.lane[i] * (double)b.lane[i] + (double)c.lane[i]);
    return c;
}
/* w16: a word of 16 bits for each lane, what bytes become in Winograd's transforms. w32: two for each of them. Sums and products
 * of words and of v16i are modulo 2^16 and 2^32. */
typedef struct w16 {
    int16_t lane[16];
} w16;
typedef struct w32 {
    int16_t lane[32];
} w32;

CNNC_INLINE w16 w16_load(const int16_t *p) {
    w16 r;
    memcpy(r.lane, p, sizeof r.lane);
    return r;
}
CNNC_INLINE void w16_store(int16_t *p, w16 a) { memcpy(p, a.lane, sizeof a.lane); }
CNNC_INLINE w16 w16_load_u8(const uint8_t *p) {
    w16 r;
    for (int i = 0; i < 16; i++) r.lane[i] = p[i];
    return r;
}
CNNC_INLINE w16 w16_zero(void) {
    const w16 r = {{0}};
    return r;
}
CNNC_INLINE w16 w16_add(w16 a, w16 b) {
    for (int i = 0; i < 16; i++) a.lane[i] = (int16_t)(a.lane[i] + b.lane[i]);
    return a;
}
CNNC_INLINE w16 w16_sub(w16 a, w16 b) {
    for (int i = 0; i < 16; i++) a.lane[i] = (int16_t)(a.lane[i] - b.lane[i]);
    return a;
}
CNNC_INLINE w16 w16_mul(w16 a, int b) {
    for (int i = 0; i < 16; i++) a.lane[i] = (int16_t)(a.lane[i] * b);
    return a;
}
CNNC_INLINE w32 w32_load(const int16_t *p) {
    w32 r;
    memcpy(r.lane, p, sizeof r.lane);
    return r;
}
/* The same two words 16 times. */
CNNC_INLINE w32 w32_repeat(const int16_t *p) {
    w32 r;
    for (int i = 0; i < 32; i++) r.lane[i] = p[i % 2];
    return r;
}
CNNC_INLINE v16i v16i_zero(void) {
    const v16i r = {{0}};
    return r;
}
CNNC_INLINE v16i v16i_add(v16i a, v16i b) {
    for (int i = 0; i < 16; i++) a.lane[i] = (int32_t)((uint32_t)a.lane[i] + (uint32_t)b.lane[i]);
    return a;
}
CNNC_INLINE v16i v16i_sub(v16i a, v16i b) {
    for (int i = 0; i < 16; i++) a.lane[i] = (int32_t)((uint32_t)a.lane[i] - (uint32_t)b.lane[i]);
    return a;
}
CNNC_INLINE v16i v16i_mul(v16i a, int b) {
    for (int i = 0; i < 16; i++) a.lane[i] = (int32_t)((uint32_t)a.lane[i] * (uint32_t)b);
    return a;
}
CNNC_INLINE v16i v16i_max(v16i a, v16i b) {
    for (int i = 0; i < 16; i++) a.lane[i] = a.lane[i] > b.lane[i] ? a.lane[i] : b.lane[i];
    return a;
}
/* By n bits, the sign's moving in. */
CNNC_INLINE v16i v16i_shift_right(v16i a, int n) {
    for (int i = 0; i < 16; i++) a.lane[i] >>= n;
    return a;
}
/* sum + the products of two words in each lane. */
CNNC_INLINE v16i v16i_dot_words(w32 a, w32 b, v16i sum) {
    for (int i = 0; i < 32; i++) sum.lane[i / 2] = (int32_t)((uint32_t)sum.lane[i / 2] + (uint32_t)(a.lane[i] * b.lane[i]));
    return sum;
}
