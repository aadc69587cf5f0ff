CNNC_INLINE v16 v16_max(v16 a, v16 b) { /* b where either is NaN or both are zeros, as other machines do it */
    v16 r;
    for (int i = 0; i < 4; i++) r.q[i] = vbslq_f32(vcgtq_f32(a.q[i], b.q[i]), a.q[i], b.q[i]);
    return r;
}
CNNC_INLINE v16 v16_min(v16 a, v16 b) { /* likewise */
    v16 r;
    for (int i = 0; i < 4; i++) r.q[i] = vbslq_f32(vcltq_f32(a.q[i], b.q[i]), a.q[i], b.q[i]);
    return r;
}
