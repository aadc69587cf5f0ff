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
