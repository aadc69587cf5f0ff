/* sum + the products of four unsigned and four signed bytes in each lane. */
CNNC_INLINE v16i v16i_dot(v16i sum, b64 u, b64 s) {
    for (int i = 0; i < 64; i++) {
        const int weight = s.byte[i] < 128 ? s.byte[i] : s.byte[i] - 256;
        sum.lane[i / 4] = (int32_t)((uint32_t)sum.lane[i / 4] + (uint32_t)(u.byte[i] * weight));
    }
    return sum;
}
