CNNC_INLINE float round_bf16(float x) {
    uint16_t bits;
    store_bf16(&bits, 0, x);
    return load_bf16(&bits, 0);
}
