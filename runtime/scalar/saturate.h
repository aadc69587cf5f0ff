/* x to the nearest integer, halves to the even one, plus zero, within low and high; NaN is low. */
CNNC_INLINE int saturate(float x, int low, int high, int zero) {
    const float least = (float)(low - zero), most = (float)(high - zero);
    const float bounded = x > least ? (x < most ? x : most) : least;
    return (int)nearbyintf(bounded) + zero;
}
