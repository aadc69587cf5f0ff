/* cnnc zoo [NAME -o OUT.c] */
#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/count.h"
#include "compiler/subcommand.h"
#include "frontend/dsl/dsl.h"
#include "frontend/zoo/zoo.h"

/* ---- the list ---- */

static int by_name(const void *a, const void *b) {
    return strverscmp((*(const zoo_file *const *)a)->name, (*(const zoo_file *const *)b)->name);
}

/* The text of the ## line. */
static void print_doc(const char *text, int line) {
    for (int i = 0; i < line && text; i++) text = strchr(text, '\n') ? strchr(text, '\n') + 1 : NULL;
    if (text && !strncmp(text, "## ", 3)) printf("%.*s", (int)strcspn(text + 3, "\n"), text + 3);
}

/* Images of open size are counted at that of ImageNet. */
enum { OPEN_SIZE = 224 };

static bool print_network(const zoo_file *f) {
    arena *a = arena_new();
    int length = (int)(strlen(f->name) - strlen(".cnn"));
    const char *path = arena_printf(a, ZOO_PREFIX "%.*s", length, f->name);
    diagnostics d = {.stream = stderr, .source = path};
    dsl_parameters p;
    const graph *g = dsl_lower(dsl_load(path, a), &(frontend_options){.open_size = OPEN_SIZE}, a, &d, &p);
    if (g) {
        printf("%-20.*s %12lld %15lld  ", length, f->name, (long long)count_parameters(g, a), (long long)count_macs(g));
        print_doc(f->text, 0);
        fputs(". ", stdout);
        print_doc(f->text, 1);
        putchar('\n');
    }
    arena_free(a);
    return g != NULL;
}

static int list_networks(void) {
    const zoo_file *networks[256];
    size_t n = 0;
    for (const zoo_file *f = zoo_files; f->name && n < sizeof networks / sizeof *networks; f++)
        if (zoo_has_network(f)) networks[n++] = f;
    qsort(networks, n, sizeof *networks, by_name);
    printf("%-20s %12s %15s  network and paper\n", "name", "parameters", "multiply-adds");
    bool ok = true;
    for (size_t i = 0; i < n; i++) ok = print_network(networks[i]) && ok;
    return ok ? 0 : EXIT_ERROR;
}

int zoo_main(int argc, char **argv) { return argc > 1 ? compile_zoo_main(argc, argv) : list_networks(); }
