/* ---- the time of each step ---- */

typedef struct profile_clock {
    double *seconds; /* NULL: not wanted */
    struct timespec last;
} profile_clock;

/* With PROFILE_CPU_TIME, which needs POSIX, the time that this thread had, not that of others on the same core. */
static struct timespec profile_now(void) {
    struct timespec t = {0, 0};
#ifdef PROFILE_CPU_TIME
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
#else
    timespec_get(&t, TIME_UTC);
#endif
    return t;
}

static profile_clock profile_start(double *seconds) {
    profile_clock c = {seconds, {0, 0}};
    if (seconds) c.last = profile_now();
    return c;
}

static void profile_mark(profile_clock *c, int step) {
    if (!c->seconds) return;
    const struct timespec now = profile_now();
    c->seconds[step] += (double)(now.tv_sec - c->last.tv_sec) + 1e-9 * (double)(now.tv_nsec - c->last.tv_nsec);
    c->last = now;
}
