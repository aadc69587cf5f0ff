/* A progress bar on a terminal; nothing where stderr is something else. */
#ifndef CNNC_PROGRESS_H
#define CNNC_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct progress {
    const char *what;
    int64_t total, done;
    bool visible;
    int64_t shown_at; /* milliseconds, of the last drawing */
} progress;

progress progress_start(const char *what, int64_t total);
void progress_step(progress *p, const char *detail); /* one more is done; detail may be NULL */
void progress_end(progress *p);                           /* wipes the line */

#endif
