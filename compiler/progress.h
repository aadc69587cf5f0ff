/* A progress bar on a terminal; nothing where stderr is something else. */
#ifndef CNNC_PROGRESS_H
#define CNNC_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct progress {
    const char *what;
    int64_t total;
    bool visible;
    int64_t shown_at; /* milliseconds, of the last drawing */
} progress;

progress progress_start(const char *what, int64_t total);
void progress_update(progress *p, int64_t done, const char *detail); /* detail may be NULL */
void progress_end(progress *p);                                      /* wipes the line */

#endif
