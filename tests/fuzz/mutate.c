/* mutate [-n COUNT] [-s SEED] [-w FILE] FILE...: takes in COUNT damaged copies of each file (formats.h says how) in this
 * process, which is built with sanitizers. The first crash, undefined operation, leak, exit, hang or excessive allocation ends
 * it with the number of the case; -s NUMBER -n 1 runs it again, -w FILE writes what it took in. Case 0 is the file itself. */
#include "tests/fuzz/formats.h"
#include "tests/fuzz/mutations.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

enum { SECONDS = 20, CASES_BETWEEN_LEAK_CHECKS = 500 };

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#include <sanitizer/lsan_interface.h>

const char *__asan_default_options(void);
const char *__asan_default_options(void) {
    return "max_allocation_size_mb=512:allocator_may_return_null=1:hard_rss_limit_mb=2048:detect_leaks=1:quarantine_size_mb=16:intercept_strstr=0";
}

static void on_death(void (*callback)(void)) { __sanitizer_set_death_callback(callback); }
static int leaks(void) { return __lsan_do_recoverable_leak_check(); }
#else
static void on_death(void (*callback)(void)) { (void)callback; }
static int leaks(void) { return 0; }
#endif

static struct {
    const char *model;
    unsigned long seed;
    bool running;
} now;

static void tell_case(void) {
    char line[300];
    int n = snprintf(line, sizeof line, "FAILED: mutate -n 1 -s %lu %.200s\n", now.seed, now.model);
    if (now.running && n > 0 && write(STDERR_FILENO, line, (size_t)n) < 0) _exit(1);
}

static void on_alarm(int number) {
    (void)number;
    tell_case();
    static const char line[] = "it took too long\n";
    if (write(STDERR_FILENO, line, sizeof line - 1) < 0) _exit(1);
    abort();
}

/* In processor time: the machine may be busy with other tests. */
static void set_alarm(int seconds) {
    const struct itimerval timer = {.it_value = {.tv_sec = seconds}};
    setitimer(ITIMER_PROF, &timer, NULL);
}

static bytes read_whole(const char *path) {
    FILE *f = fopen(path, "rb");
    if (!f || fseek(f, 0, SEEK_END)) perror(path), exit(2);
    long size = ftell(f);
    bytes b = {malloc((size_t)size + 1), (size_t)size};
    rewind(f);
    if (!b.data || fread(b.data, 1, b.size, f) != b.size) perror(path), exit(2);
    fclose(f);
    return b;
}

static void write_whole(const char *path, const bytes *b) {
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(b->data, 1, b->size, f) != b->size || fclose(f)) perror(path), exit(2);
}

/* Nodes come before the weights in files of the usual exporters; a sixth of a small model is a fair guess. */
static size_t head_of(const bytes *b) { return b->size < 6000 ? b->size : b->size / 6; }

static bool ends_with(const char *s, const char *end) {
    size_t n = strlen(s), m = strlen(end);
    return n >= m && !strcmp(s + n - m, end);
}

/* Of exactly its size, so that ASan sees each byte read behind it. */
static bytes copy_of(const bytes *b) {
    bytes copy = {malloc(b->size ? b->size : 1), b->size};
    if (!copy.data) perror("mutate"), exit(2);
    memcpy(copy.data, b->data, b->size);
    return copy;
}

static bytes damaged_copy(const char *path, const bytes *b, unsigned long seed) {
    if (!seed) return copy_of(b);
    bool text = ends_with(path, ".cnn") || ends_with(path, ".cir") || ends_with(path, ".tune");
    return text ? mutate_text(b, seed) : mutate(b, head_of(b), seed);
}

static unsigned long compile_many(const char *path, unsigned long first, unsigned long count, const char *keep) {
    bytes original = read_whole(path);
    taker *take = taker_of(path);
    if (!take) fprintf(stderr, "%s: no format has this ending\n", path), exit(2);
    char why[512];
    unsigned long compiled = 0;
    now.model = path;
    for (now.seed = first; now.seed < first + count; now.seed++) {
        bytes damaged = damaged_copy(path, &original, now.seed);
        if (keep) write_whole(keep, &damaged);
        now.running = true;
        set_alarm(SECONDS);
        compiled += take(path, damaged.data, damaged.size, why, sizeof why);
        set_alarm(0);
        free(damaged.data);
        bool last = now.seed + 1 == first + count;
        if ((last || now.seed % CASES_BETWEEN_LEAK_CHECKS == 0) && leaks()) exit(1);
        now.running = false;
        if (count == 1 && first) puts(*why ? why : "taken");
    }
    free(original.data);
    return compiled;
}

int main(int argc, char **argv) {
    unsigned long count = 1000, seed = 1;
    const char *keep = NULL;
    for (int c; (c = getopt(argc, argv, "n:s:w:")) != -1;) {
        if (c == 'n') count = strtoul(optarg, NULL, 10);
        else if (c == 's') seed = strtoul(optarg, NULL, 10);
        else if (c == 'w') keep = optarg;
        else return 2;
    }
    signal(SIGPROF, on_alarm);
    atexit(tell_case); /* the compiler's own exit(1), when memory is short */
    on_death(tell_case);
    for (int i = optind; i < argc; i++) {
        unsigned long compiled = compile_many(argv[i], seed, count, keep);
        printf("%s: %lu mutations, %lu taken, %lu refused\n", argv[i], count, compiled, count - compiled);
    }
    return 0;
}
