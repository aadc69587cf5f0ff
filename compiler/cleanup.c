#include "compiler/cleanup.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_PATHS = 64, MAX_CHILDREN = 256 };

/* Slots are pointers and ints so that the handler sees each either set or not. */
static char *volatile paths[MAX_PATHS];
static volatile pid_t children[MAX_CHILDREN];

static void remove_all(void) {
    for (int i = MAX_PATHS; i-- > 0;)
        if (paths[i] && unlink(paths[i]) != 0) rmdir(paths[i]);
}

static void on_signal(int signal_number) {
    int saved = errno;
    for (int i = 0; i < MAX_CHILDREN; i++)
        if (children[i]) kill(-children[i], SIGTERM); /* and its group */
    for (int i = 0; i < MAX_CHILDREN; i++) /* they remove their own files first */
        if (children[i]) waitpid(children[i], NULL, 0);
    remove_all();
    if (signal_number == SIGXCPU) {
        static const char message[] = "cnnc: error: out of processor time\ncnnc: hint: the limit is the shell's: ulimit -S -t\n";
        (void)!write(STDERR_FILENO, message, sizeof message - 1);
        _exit(1);
    }
    errno = saved;
    raise(signal_number); /* SA_RESETHAND: takes its usual course when the handler returns */
}

static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGXCPU};
enum { N_SIGNALS = sizeof signals / sizeof *signals };

void cleanup_hold_signals(bool hold) {
    sigset_t set;
    sigemptyset(&set);
    for (int i = 0; i < N_SIGNALS; i++) sigaddset(&set, signals[i]);
    sigprocmask(hold ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
}

void cleanup_install(void) {
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    for (int i = 0; i < N_SIGNALS; i++) {
        struct sigaction old;
        if (sigaction(signals[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN) sigaction(signals[i], &action, NULL);
    }
    signal(SIGXFSZ, SIG_IGN); /* a file-size limit is a write error, not a death */
    signal(SIGPIPE, SIG_IGN); /* likewise a closed pipe */
    atexit(remove_all);
}

bool cleanup_add(const char *path) {
    for (int i = 0; i < MAX_PATHS; i++)
        if (paths[i] && !strcmp(paths[i], path)) return true;
    for (int i = 0; i < MAX_PATHS; i++) {
        /* Past every used slot, so that a folder stays before its files. */
        bool free_from_here = true;
        for (int k = i; k < MAX_PATHS; k++) free_from_here = free_from_here && !paths[k];
        if (!free_from_here) continue;
        paths[i] = strdup(path);
        return paths[i] != NULL;
    }
    return false;
}

void cleanup_forget(const char *path) {
    for (int i = 0; i < MAX_PATHS; i++) {
        char *p = paths[i];
        if (!p || strcmp(p, path) != 0) continue;
        paths[i] = NULL;
        free(p);
    }
}

void cleanup_add_child(pid_t child) {
    for (int i = 0; i < MAX_CHILDREN; i++) {
        if (children[i]) continue;
        children[i] = child;
        return;
    }
}

void cleanup_forget_child(pid_t child) {
    for (int i = 0; i < MAX_CHILDREN; i++)
        if (children[i] == child) children[i] = 0;
}

void cleanup_forget_all(void) {
    for (int i = 0; i < MAX_PATHS; i++) paths[i] = NULL;
    for (int i = 0; i < MAX_CHILDREN; i++) children[i] = 0;
}
