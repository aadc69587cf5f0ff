/* What must not outlive this process, however it ends (exit, SIGINT, SIGTERM, SIGHUP, a limit of
 * processor time, which it reports): temporary files and children.
 *
 * A signal handler can reach nothing but process-wide state, so this is the one place that has some. */
#ifndef CNNC_CLEANUP_H
#define CNNC_CLEANUP_H

#include <stdbool.h>
#include <sys/types.h>

void cleanup_install(void);

/* Signals wait until they are let through again: for steps that belong together. */
void cleanup_hold_signals(bool hold);

/* The path will be removed (a folder when it is empty by then), the last added first; once, however often it
 * is added. False when the table is full. */
bool cleanup_add(const char *path);
void cleanup_forget(const char *path); /* it has its final name now, or is gone */

/* The child will be sent SIGTERM; negative: a process group. */
void cleanup_add_child(pid_t child);
void cleanup_forget_child(pid_t child);

/* After a fork: all this belongs to the parent. */
void cleanup_forget_all(void);

#endif
