#include "compiler/progress.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { BAR = 30, INTERVAL_MS = 50 };

static int64_t milliseconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

progress progress_start(const char *what, int64_t total) {
    return (progress){.what = what, .total = total > 0 ? total : 1, .visible = isatty(STDERR_FILENO)};
}

void progress_update(progress *p, int64_t done, const char *detail) {
    int64_t now = milliseconds();
    if (!p->visible || (done < p->total && now - p->shown_at < INTERVAL_MS)) return;
    p->shown_at = now;
    int full = (int)(done * BAR / p->total);
    static const char bar[] = "##############################..............................";
    fprintf(stderr, "\r%s [%.*s] %lld/%lld %.40s\x1b[K", p->what, BAR, bar + BAR - (full < BAR ? full : BAR),
            (long long)done, (long long)p->total, detail ? detail : "");
    fflush(stderr);
}

void progress_end(progress *p) {
    if (p->visible) fputs("\r\x1b[K", stderr);
}
