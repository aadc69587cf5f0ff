/* ---- a run in slices ---- */

/* Samples of an open batch that are complete. */
CNNC_INLINE size_t slice_samples(const slices *s) { return s ? (size_t)s->sample : 0; }

/* Before a step that no slice has come to, or in a run of one piece. */
CNNC_INLINE int slice_is_ahead(const slices *s, int step) { return !s || step >= s->step; }

/* The condition of branch number `branch`, at `step`. What it was when the run came by holds for later slices: its place may
 * have been written over. */
CNNC_INLINE int slice_branch(slices *s, int step, int branch, int condition) {
    if (s && slice_is_ahead(s, step)) s->taken[branch] = (unsigned char)condition;
    return s ? s->taken[branch] : condition;
}

/* A loop from `step` on is entered, or gone on with where the slice before left it; how many iterations are complete. */
CNNC_INLINE ptrdiff_t slice_enter(slices *s, int step, int loop) {
    if (s && slice_is_ahead(s, step)) s->step = step + 1, s->iteration[loop] = 0;
    return s ? s->iteration[loop] : 0;
}

/* Nothing of this iteration has been done. */
CNNC_INLINE int slice_is_fresh(const slices *s, int step) { return !s || (slice_is_ahead(s, step + 1) && !s->done); }

/* There is an iteration to do, or to complete, of a loop that ends before the step `end`. The condition counts where one begins:
 * after that its place may have been written over. */
CNNC_INLINE int slice_stays(const slices *s, int step, int end, int condition) {
    return slice_is_fresh(s, step) ? condition : s->step < end;
}

/* An iteration is complete. */
CNNC_INLINE void slice_repeat(slices *s, int step, int loop) {
    if (s) s->step = step + 1, s->iteration[loop]++;
}

/* As many iterations of a step, of at most `work` multiply-adds each, as the slice has left. 0: there are more to do. */
static int slice_step(slices *s, const parallel_for *parallel, int step, int64_t work, kernel *call, const void *const *in, void *const *out,
                      ptrdiff_t extent, ptrdiff_t phases) {
    if (!s) {
        step_run(parallel, call, in, out, extent, phases);
        return 1;
    }
    if (!slice_is_ahead(s, step)) return 1;
    const ptrdiff_t rest = extent * phases - s->done, most = work ? (ptrdiff_t)(s->left / work) : rest, count = rest < most ? rest : most;
    if (count > 0) call(in, out, s->done, s->done + count);
    s->left -= count * work;
    s->done = count < rest ? s->done + count : 0;
    s->step = count < rest ? step : step + 1;
    return count == rest;
}
