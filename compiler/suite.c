/* cnnc verify --suite DIR: each case in a process of its own, several at once. */
#include "compiler/suite.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "compiler/cleanup.h"
#include "compiler/process.h"
#include "compiler/progress.h"
#include "compiler/subcommand.h"
#include "compiler/temporary.h"
#include "compiler/verify.h"

enum { MAX_JOBS = 64 };

/* ---- finding cases ---- */

static void add_case(suite_cases *s, const char *folder, const char *name, arena *a) {
    if (s->n == s->capacity) {
        int capacity = s->capacity ? 2 * s->capacity : 256;
        suite_case *more = ARENA_ARRAY(a, suite_case, capacity);
        if (s->n) memcpy(more, s->cases, sizeof *more * (size_t)s->n);
        s->cases = more;
        s->capacity = capacity;
    }
    s->cases[s->n++] = (suite_case){.name = name, .folder = folder};
}

static void search(suite_cases *s, const char *folder, size_t root, const char *pattern, int depth, arena *a) {
    if (access(arena_printf(a, "%s/model.onnx", folder), R_OK) == 0) {
        const char *name = folder[root] ? folder + root + 1 : folder;
        if (!pattern || fnmatch(pattern, name, 0) == 0) add_case(s, folder, name, a);
        return;
    }
    DIR *dir = depth < 8 ? opendir(folder) : NULL;
    for (struct dirent *e; dir && (e = readdir(dir));)
        if (e->d_name[0] != '.' && e->d_type != DT_REG)
            search(s, arena_printf(a, "%s/%s", folder, e->d_name), root, pattern, depth + 1, a);
    if (dir) closedir(dir);
}

static int by_name(const void *x, const void *y) {
    return strcmp(((const suite_case *)x)->name, ((const suite_case *)y)->name);
}

suite_cases suite_find(const char *folder, const char *pattern, arena *a) {
    suite_cases s = {0};
    size_t root = strlen(folder);
    while (root > 1 && folder[root - 1] == '/') root--;
    search(&s, arena_strndup(a, folder, root), root, pattern, 0, a);
    if (s.n) qsort(s.cases, (size_t)s.n, sizeof *s.cases, by_name);
    return s;
}

/* ---- one case, in the child ---- */

/* The one operator of a case about one operator, before passes made something else of it. */
static const char *only_operator(const model *m, const char *folder) {
    model fresh = {.arena = m->arena, .diags = {.stream = NULL}};
    model_options o = model_options_default();
    o.path = arena_printf(m->arena, "%s/model.onnx", folder);
    if (!model_read(&fresh, &o)) return NULL;
    const node *n = fresh.graph->body->first;
    return n && n == fresh.graph->body->last ? op_of(n->op)->onnx : NULL;
}

/* Copies all but what is in brackets: equal reasons for different shapes are one row of the table. */
static void copy_reason(char *to, size_t size, const char *from) {
    size_t n = 0;
    int depth = 0;
    for (; *from && *from != ';' && *from != '\n' && n + 1 < size; from++) {
        depth += *from == '[';
        if (!depth) to[n++] = *from;
        depth -= *from == ']' && depth;
    }
    to[n] = '\0';
}

/* "node 'x' (Conv): no kernel for f32[2]" -> Conv, "no kernel for f32". */
static void blame(case_result *r, const model *m, const char *folder) {
    const char *said = m->diags.first;
    const char *close = !strncmp(said, "node '", 6) ? strstr(said, "): ") : NULL, *open = close;
    while (open && open > said && open[-1] != '(') open--;
    const char *only = only_operator(m, folder);
    if (only) snprintf(r->op, sizeof r->op, "%s", only);
    else if (close) snprintf(r->op, sizeof r->op, "%.*s", (int)(close - open), open);
    if (close) said = close + 3;
    copy_reason(r->reason, sizeof r->reason, said + strspn(said, ": "));
}

/* As the case has it, "rtol X atol Y" or "relative X", else the default of the ONNX suite. */
static tolerance case_tolerance(const char *folder, arena *a) {
    const tolerance usual = {.rtol = 1e-3, .atol = 1e-7};
    tolerance t = usual, whole = default_tolerance;
    FILE *f = fopen(arena_printf(a, "%s/tolerance.txt", folder), "r");
    if (!f) return usual;
    if (fscanf(f, " relative %lf", &whole.relative) == 1) t = whole;
    else if (rewind(f), fscanf(f, " rtol %lf atol %lf", &t.rtol, &t.atol) != 2) t = usual;
    fclose(f);
    return t;
}

static void set_limits(const suite_options *s, const char *cflags) {
    const struct rlimit longest = {(rlim_t)s->seconds, (rlim_t)s->seconds + 1};
    setrlimit(RLIMIT_CPU, &longest); /* of each process: cnnc, the compiler, the program */
    /* Sanitizers reserve more address space than there is memory. */
#ifndef __SANITIZE_ADDRESS__
    struct rlimit most = {(rlim_t)s->memory, (rlim_t)s->memory};
    if (s->memory > 0 && !strstr(cflags, "-fsanitize")) setrlimit(RLIMIT_AS, &most);
#else
    (void)s, (void)cflags;
#endif
    struct rlimit no_core = {0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
}

static void run_case(const verify_options *shared, const suite_case *c, int result_fd) {
    setpgid(0, 0);
    int nowhere = open("/dev/null", O_WRONLY);
    if (nowhere >= 0) dup2(nowhere, STDERR_FILENO);
    verify_options o = *shared;
    set_limits(&o.suite, o.toolchain.cflags);
    model m;
    model_init(&m, &o.model);
    m.diags.stream = NULL;
    if (o.tolerance.rtol < 0 && o.tolerance.atol < 0) o.tolerance = case_tolerance(c->folder, m.arena);
    case_result r = {.passed = verify_case(&m, &o, c->folder)};
    r.specialized = m.specialized;
    r.drawn = m.drawn;
    if (!r.passed) blame(&r, &m, c->folder);
    ssize_t written = write(result_fd, &r, sizeof r);
    model_free(&m);
    exit(written == (ssize_t)sizeof r ? 0 : 1);
}

/* ---- all cases, in the parent ---- */

typedef struct job {
    suite_case *of;
    pid_t child;
    int fd;
} job;

static bool start(job *j, suite_case *c, const verify_options *o) {
    int ends[2];
    *j = (job){.of = c};
    if (pipe2(ends, O_CLOEXEC) != 0) return false;
    fflush(NULL);
    cleanup_hold_signals(true); /* a child that is ended before it forgets the parent's files would remove them */
    j->child = fork();
    if (j->child == 0) cleanup_forget_all();
    cleanup_hold_signals(false);
    if (j->child == 0) run_case(o, c, ends[1]);
    close(ends[1]);
    j->fd = ends[0];
    if (j->child < 0) {
        close(ends[0]);
        return false;
    }
    setpgid(j->child, j->child);
    cleanup_add_child(j->child);
    return true;
}

/* The case has spoken or died: it is not waited for by the clock, which on a busy machine says nothing about it. */
static void finish(job *j, arena *a) {
    case_result *r = &j->of->result;
    bool spoke = read(j->fd, r, sizeof *r) == (ssize_t)sizeof *r;
    int status = 0;
    while (waitpid(j->child, &status, 0) < 0 && errno == EINTR) continue;
    cleanup_forget_child(j->child);
    close(j->fd);
    j->child = 0;
    if (spoke) return;
    const char *ending = process_ending(status, a);
    *r = (case_result){.passed = false};
    snprintf(r->reason, sizeof r->reason, "cnnc %s", ending ? ending : "said nothing");
}

static void wait_for_some(job *jobs, int n, arena *a, progress *p) {
    struct pollfd fds[MAX_JOBS];
    for (int i = 0; i < n; i++) fds[i] = (struct pollfd){.fd = jobs[i].child ? jobs[i].fd : -1, .events = POLLIN};
    if (poll(fds, (nfds_t)n, -1) < 0) return;
    for (int i = 0; i < n; i++) {
        if (!jobs[i].child || !fds[i].revents) continue;
        const char *name = jobs[i].of->name;
        finish(&jobs[i], a);
        progress_step(p, name);
    }
}

static void run_all(suite_cases *s, const verify_options *o, arena *a) {
    job jobs[MAX_JOBS] = {0};
    int n = o->suite.jobs < MAX_JOBS ? o->suite.jobs : MAX_JOBS, next = 0, running;
    progress p = progress_start("verifying", s->n);
    do {
        running = 0;
        for (int i = 0; i < n; i++) {
            while (!jobs[i].child && next < s->n) {
                suite_case *c = &s->cases[next++];
                if (start(&jobs[i], c, o)) break;
                snprintf(c->result.reason, sizeof c->result.reason, "no process for it: %s", strerror(errno));
                jobs[i].child = 0;
            }
            running += jobs[i].child != 0;
        }
        if (running) wait_for_some(jobs, n, a, &p);
    } while (running);
    progress_end(&p);
}

int verify_suite(const verify_options *o) {
    arena *a = arena_new();
    diagnostics d = {.stream = stderr};
    suite_cases s = suite_find(o->suite.folder, o->suite.only, a);
    if (!s.n) diag_error(&d, o->suite.folder, "each case is a folder with a model.onnx", "no cases there");
    const char *scratch = temporary_folder(a, &d);
    if (!scratch) return EXIT_ERROR;
    setenv("TMPDIR", scratch, 1); /* what a case that crashes leaves behind is in there */
    verify_options shared = *o;
    shared.model.custom_optional = true;
    shared.suite.driver = program_driver(&o->toolchain, scratch, a, &d);
    if (shared.suite.driver) run_all(&s, &shared, a);
    temporary_remove(scratch);
    if (!shared.suite.driver) return EXIT_ERROR;
    int passed = 0, specialized = 0, drawn = 0;
    for (int i = 0; i < s.n; i++) {
        const case_result *r = &s.cases[i].result;
        passed += r->passed, specialized += r->specialized, drawn += r->drawn;
    }
    suite_print_failures(stdout, &s, a);
    bool ok = s.n > 0 && passed == s.n;
    if (o->suite.save) ok = suite_save_passed(&s, o->suite.save, a, &d) && ok;
    if (specialized) printf("%d compiled for what their small integer inputs hold (as with --fix), because sizes depend on it\n", specialized);
    if (drawn) printf("%d held to type, shape and range only: they draw random numbers, which the standard leaves open\n", drawn);
    printf("%d of %d passed\n", passed, s.n);
    arena_free(a);
    return ok ? 0 : EXIT_ERROR;
}
