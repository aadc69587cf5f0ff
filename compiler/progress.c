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

/* Names come from models: no control characters may reach the terminal. */
static const char *clean(const char *s, char *text, size_t size) {
    size_t n = 0;
    for (; s[n] && n + 1 < size; n++) text[n] = s[n] >= 0x20 && s[n] < 0x7f ? s[n] : '?';
    text[n] = '\0';
    return text;
}

progress progress_start(const char *what, int64_t total) {
    return (progress){.what = what, .total = total > 0 ? total : 1, .visible = isatty(STDERR_FILENO)};
}

void progress_step(progress *p, const char *detail) {
    int64_t now = milliseconds(), done = ++p->done;
    if (!p->visible || (done < p->total && now - p->shown_at < INTERVAL_MS)) return;
    p->shown_at = now;
    char text[41];
    int full = (int)(done * BAR / p->total);
    static const char bar[] = "##############################..............................";
    fprintf(stderr, "\r%s [%.*s] %lld/%lld %s\x1b[K", p->what, BAR, bar + BAR - (full < BAR ? full : BAR),
            (long long)done, (long long)p->total, detail ? clean(detail, text, sizeof text) : "");
    fflush(stderr);
}

void progress_end(progress *p) {
    if (p->visible) fputs("\r\x1b[K", stderr);
}
