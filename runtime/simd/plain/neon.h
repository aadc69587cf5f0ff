CNNC_INLINE v16 v16_max(v16 a, v16 b) {
    const v16 r = {{vmaxq_f32(a.q[0], b.q[0]), vmaxq_f32(a.q[1], b.q[1]), vmaxq_f32(a.q[2], b.q[2]), vmaxq_f32(a.q[3], b.q[3])}};
    return r;
}
CNNC_INLINE v16 v16_min(v16 a, v16 b) {
    const v16 r = {{vminq_f32(a.q[0], b.q[0]), vminq_f32(a.q[1], b.q[1]), vminq_f32(a.q[2], b.q[2]), vminq_f32(a.q[3], b.q[3])}};
    return r;
}
