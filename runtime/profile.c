/* ---- the time of each step ---- */

typedef struct profile_clock {
    double *seconds; /* NULL: not wanted */
    double last;
} profile_clock;

static double profile_now(void) {
    struct timespec t;
    timespec_get(&t, TIME_UTC);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static profile_clock profile_start(double *seconds) {
    profile_clock c = {seconds, seconds ? profile_now() : 0.0};
    return c;
}

static void profile_mark(profile_clock *c, int step) {
    if (!c->seconds) return;
    const double now = profile_now();
    c->seconds[step] += now - c->last;
    c->last = now;
}
