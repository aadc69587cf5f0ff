#include "compiler/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "compiler/cleanup.h"

extern char **environ;

const char *process_ending(int status, arena *a) {
    if (WIFSIGNALED(status)) return arena_printf(a, "was killed: %s", strsignal(WTERMSIG(status)));
    if (WEXITSTATUS(status) != 0) return arena_printf(a, "exited with code %d", WEXITSTATUS(status));
    return NULL;
}

/* A process group of its own, so that a signal reaches what the child has started too (gcc's cc1 and as), and no signal
 * blocked. */
static int set_attributes(posix_spawnattr_t *attributes) {
    sigset_t none;
    sigemptyset(&none);
    int error = posix_spawnattr_setsigmask(attributes, &none);
    if (!error) error = posix_spawnattr_setpgroup(attributes, 0);
    return error ? error : posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
}

static int spawn(pid_t *child, const char *const *argv, const char *folder, const char *log) {
    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);
    if (error) return error;
    posix_spawnattr_t attributes;
    error = posix_spawnattr_init(&attributes);
    if (error) return posix_spawn_file_actions_destroy(&actions), error;
    error = set_attributes(&attributes);
    if (!error) error = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (!error && log)
        error = posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (!error && log) error = posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
    if (!error && folder) error = posix_spawn_file_actions_addchdir_np(&actions, folder);
    if (!error) error = posix_spawnp(child, argv[0], &actions, &attributes, (char *const *)(uintptr_t)argv, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

const char *process_run(const char *const *argv, const char *folder, const char *log, arena *a) {
    pid_t child;
    cleanup_hold_signals(true); /* until the child is known */
    int error = spawn(&child, argv, folder, log), status;
    if (!error) cleanup_add_child(child);
    cleanup_hold_signals(false);
    if (error) return arena_printf(a, "cannot be started: %s", strerror(error));
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR) return arena_printf(a, "was lost: %s", strerror(errno));
    cleanup_forget_child(child);
    return process_ending(status, a);
}

const char *process_find(const char *name, arena *a) {
    if (strchr(name, '/')) return access(name, X_OK) == 0 ? name : NULL;
    const char *path = getenv("PATH");
    for (const char *p = path ? path : "/usr/bin:/bin"; *p;) {
        size_t n = strcspn(p, ":");
        const char *full = arena_printf(a, "%.*s/%s", (int)n, p, name);
        if (access(full, X_OK) == 0) return full;
        p += n + (p[n] == ':');
    }
    return NULL;
}
