/* ---- the time of each step ---- */

typedef struct profile_clock {
    double *seconds; /* NULL: not wanted */
    struct timespec last;
} profile_clock;

static profile_clock profile_start(double *seconds) {
    profile_clock c = {seconds, {0, 0}};
    if (seconds) timespec_get(&c.last, TIME_UTC);
    return c;
}

static void profile_mark(profile_clock *c, int step) {
    if (!c->seconds) return;
    struct timespec now;
    timespec_get(&now, TIME_UTC);
    c->seconds[step] += (double)(now.tv_sec - c->last.tv_sec) + 1e-9 * (double)(now.tv_nsec - c->last.tv_nsec);
    c->last = now;
}
