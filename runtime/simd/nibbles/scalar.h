/* q128: 128 numbers from -8 to 7, eight for each lane of a v16, the first in its lowest four bits. */
typedef struct q128 {
    uint8_t byte[64];
} q128;

CNNC_INLINE q128 q128_load(const uint8_t *p) {
    q128 r;
    memcpy(r.byte, p, sizeof r.byte);
    return r;
}
/* Number i of each lane. */
CNNC_INLINE v16 q128_number(q128 a, int i) {
    v16 r;
    for (int k = 0; k < 16; k++) r.lane[k] = (float)(((a.byte[4 * k + i / 2] >> i % 2 * 4 & 15) ^ 8) - 8);
    return r;
}
