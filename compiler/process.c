#include "compiler/process.h"

#include <errno.h>
#include <fcntl.h>
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

static int spawn(pid_t *child, const char *const *argv, const char *folder, const char *log) {
    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);
    if (error) return error;
    error = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (!error && log)
        error = posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (!error && log) error = posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
    if (!error && folder) error = posix_spawn_file_actions_addchdir_np(&actions, folder);
    if (!error) error = posix_spawnp(child, argv[0], &actions, NULL, (char *const *)(uintptr_t)argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

const char *process_run(const char *const *argv, const char *folder, const char *log, arena *a) {
    pid_t child;
    int error = spawn(&child, argv, folder, log), status;
    if (error) return arena_printf(a, "cannot be started: %s", strerror(error));
    cleanup_add_child(child);
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
