CNNC_INLINE float round_f16(float x) {
    uint16_t bits;
    store_f16(&bits, 0, x);
    return load_f16(&bits, 0);
}
