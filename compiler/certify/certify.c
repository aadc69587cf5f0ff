/* cnnc certify OUT.c */
#include "compiler/certify/certify.h"

#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/emitted.h"
#include "compiler/manifest.h"
#include "compiler/model.h"
#include "compiler/output.h"
#include "compiler/subcommand.h"
#include "compiler/temporary.h"

/* ---- options ---- */

typedef struct certify_options {
    const char *path;   /* OUT.c */
    const char *output; /* NULL: OUT.certificate.h */
    toolchain toolchain;
} certify_options;

static const struct argp_option options[] = {
    {"output", 'o', "FILE.h", 0, "where the certificate goes (default: OUT.certificate.h)", 0},
    {0},
};

static error_t parse(int key, char *arg, struct argp_state *state) {
    certify_options *o = state->input;
    switch (key) {
    case ARGP_KEY_INIT: state->child_inputs[0] = &o->toolchain; return 0;
    case 'o': o->output = arg; return 0;
    case ARGP_KEY_ARG:
        if (o->path) return ARGP_ERR_UNKNOWN;
        o->path = arg;
        return 0;
    case ARGP_KEY_END:
        if (!o->path || !emitted_name(o->path, ".c")) argp_error(state, "give the emitted file, OUT.c");
        if (o->output && !emitted_name(o->output, ".h"))
            argp_error(state, "the certificate is a header: its name ends in .h");
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{&toolchain_argp, 0, NULL, 0}, {0}};
const struct argp certify_argp = {
    options,
    parse,
    "OUT.c",
    "Compiles an emitted file, its header and weights beside it, and writes what it takes of memory as a header of "
    "macros: arena and constants as in the linker's map, code, and the worst stack of each public function, from GCC's stack "
    "usage; of OUT.json, if there is one, the errors of layers too, those measured by cnnc verify --manifest among them.",
    children,
    NULL,
    NULL};

/* ---- compiling ---- */

typedef struct measurement {
    const char *header, *prefix;                /* text; in capitals */
    int64_t arena, weights, tables, code, data; /* bytes; data: that could change, 0 in emitted code */
    call_graph *calls;
} measurement;

/* What the caller has to have: a workspace, in an object file of its own. */
static bool write_arena(const char *path, const char *header, const char *prefix, diagnostics *d) {
    FILE *f = fopen(path, "w");
    if (f)
        fprintf(f,
                "#include \"%s\"\nextern unsigned char arena[%s_WORKSPACE_SIZE];\nunsigned char "
                "arena[%s_WORKSPACE_SIZE];\n",
                header, prefix, prefix);
    return (f && fclose(f) == 0) || diag_error(d, path, NULL, "cannot write");
}

static bool build(const certify_options *o, const char *source, const char *folder, arena *a, diagnostics *d) {
    const char *log = temporary_file(a, folder, "log"), *net = temporary_file(a, folder, "net.o"),
               *room = temporary_file(a, folder, "arena.o");
    const char *const compile[] = {"-fstack-usage", "-fcallgraph-info=su", "-c", source, "-o", net, NULL};
    const char *const compile_arena[] = {"-c", temporary_file(a, folder, "arena.c"), "-o", room, NULL};
    const char *map = arena_printf(a, "-Wl,-Map=%s", temporary_file(a, folder, "map"));
    const char *const link[] = {"-r", "-nostdlib", net, room, map, "-o", temporary_file(a, folder, "all.o"), NULL};
    const char *slash = strrchr(o->path, '/'),
               *where = slash ? arena_strndup(a, o->path, (size_t)(slash - o->path) + 1) : ".";
    bool ok = toolchain_compile(&o->toolchain, where, log, compile, a, d) &&
              toolchain_compile(&o->toolchain, where, log, compile_arena, a, d) &&
              toolchain_compile(&o->toolchain, where, log, link, a, d);
    return ok || diag_error(d, o->path, "name a GCC: --cc gcc",
                            "a certificate needs -fcallgraph-info and -fstack-usage, which GCC has");
}

static bool measure(const certify_options *o, const char *folder, measurement *m, arena *a, diagnostics *d) {
    const char *slash = strrchr(o->path, '/'), *source = slash ? slash + 1 : o->path;
    const char *header_path = arena_printf(a, "%.*sh", (int)strlen(o->path) - 1, o->path);
    const char *code = emitted_text(o->path, a, d);
    if (!code || !(m->header = emitted_text(header_path, a, d))) return false;
    m->prefix = emitted_prefix(m->header, a);
    char *whole = m->prefix ? realpath(header_path, NULL) : NULL;
    bool ok = whole ? write_arena(temporary_file(a, folder, "arena.c"), whole, m->prefix, d)
                    : diag_error(d, header_path, NULL, "is no header of cnnc's");
    free(whole);
    if (!ok || !build(o, source, folder, a, d)) return false;
    const char *map = emitted_text(temporary_file(a, folder, "map"), a, d),
               *calls = emitted_text(temporary_file(a, folder, "net.ci"), a, d);
    if (!map || !calls) return false;
    const char *net = temporary_file(a, folder, "net.o");
    const char *section = strstr(code, "section(\".rodata."),
               *weights = section ? arena_strndup(a, section + 9, strcspn(section + 9, "\"")) : NULL;
    m->weights = weights ? map_bytes(map, net, weights, NULL) : 0;
    m->tables = map_bytes(map, net, ".rodata", weights) + map_bytes(map, net, ".data.rel.ro", NULL);
    m->code = map_bytes(map, net, ".text", NULL);
    m->data = map_bytes(map, net, ".data", ".data.rel.ro") + map_bytes(map, net, ".bss", NULL);
    m->arena = map_bytes(map, temporary_file(a, folder, "arena.o"), ".bss", NULL) +
               map_bytes(map, temporary_file(a, folder, "arena.o"), ".lbss", NULL);
    return (m->calls = call_graph_read(calls, code, a, d)) != NULL;
}

/* ---- the certificate ---- */

static const char *capitals(arena *a, const char *s) {
    char *up = arena_strdup(a, s);
    for (char *c = up; *c; c++)
        if (*c >= 'a' && *c <= 'z') *c = (char)(*c - 'a' + 'A');
    return up;
}

static bool write_stacks(FILE *f, const measurement *m, arena *a, diagnostics *d) {
    fputs("\n/* The stack of each function, the calls below it included: frames as in -fstack-usage along the path "
          "that needs most.\n"
          " * Functions outside add theirs: those of the C library that are named, and the caller's parallel_for. */\n",
          f);
    for (const char *const *name = call_graph_public(m->calls); *name; name++) {
        stack_use most;
        if (!call_graph_stack(m->calls, *name, &most)) return false;
        fprintf(f, "#define %s_STACK_BYTES %lld /* %s%s%s */\n", capitals(a, *name), (long long)most.bytes, most.path,
                *most.outside ? "; outside: " : "", most.outside);
        printf("%12lld  stack of %s\n", (long long)most.bytes, most.path);
    }
    stack_use part;
    if (!call_graph_stack(m->calls, "step_part", &part)) return d->errors == 0;
    fprintf(f, "#define %s_THREAD_STACK_BYTES %lld /* of each thread of a parallel_for: %s */\n", m->prefix,
            (long long)part.bytes, part.path);
    printf("%12lld  stack of a thread: %s\n", (long long)part.bytes, part.path);
    return true;
}

static bool write_certificate(FILE *f, const certify_options *o, const measurement *m, arena *a, diagnostics *d) {
    const char *up = m->prefix, *slash = strrchr(o->path, '/'), *source = slash ? slash + 1 : o->path;
    const struct {
        const char *name, *what;
        int64_t bytes;
    } sizes[] = {{"ARENA", "the caller's workspace: .bss in the linker's map", m->arena},
                 {"CONSTANT", "weights: their section in the map", m->weights},
                 {"TABLE", "other constants: .rodata and .data.rel.ro", m->tables},
                 {"CODE", "functions: .text", m->code}};
    fprintf(f,
            "/* Made by cnnc certify: what %s takes, in bytes, when compiled by: %s %s */\n#ifndef "
            "%s_CERTIFICATE_H\n#define %s_CERTIFICATE_H\n\n"
            "#include \"%.*sh\"\n\n",
            source, o->toolchain.cc, o->toolchain.cflags, up, up, (int)strlen(source) - 1, source);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        fprintf(f, "#define %s_%s_BYTES %lld /* %s */\n", up, sizes[i].name, (long long)sizes[i].bytes, sizes[i].what);
        printf("%12lld  %s\n", (long long)sizes[i].bytes, sizes[i].what);
    }
    if (!write_stacks(f, m, a, d)) return false;
    const char *manifest = arena_printf(a, "%.*sjson", (int)strlen(o->path) - 1, o->path);
    if (!manifest_certify(manifest, up, (uint64_t)emitted_number(m->header, "_MODEL_HASH"), f, a, d)) return false;
    fprintf(f,
            "\n#ifndef __cplusplus\n_Static_assert(%s_HEADER_HASH == 0x%016llxu, \"made of another %s: run cnnc "
            "certify again\");\n",
            up, (unsigned long long)emitted_number(m->header, "_HEADER_HASH"), source);
    fprintf(f, "_Static_assert(%s_ARENA_BYTES == %s_WORKSPACE_SIZE, \"the arena is what the header states\");\n", up,
            up);
    if (m->weights)
        fprintf(f,
                "_Static_assert(%s_CONSTANT_BYTES == %s_WEIGHTS_SIZE, \"the constants are what the header states\");\n",
                up, up);
    fputs("#endif\n\n#endif\n", f);
    return true;
}

static bool agree(const measurement *m, const certify_options *o, diagnostics *d) {
    int64_t arena_size = emitted_number(m->header, "_WORKSPACE_SIZE"),
            weights = emitted_number(m->header, "_WEIGHTS_SIZE");
    if (m->arena != arena_size)
        return diag_error(d, o->path, NULL, "the map has an arena of %lld bytes, the header one of %lld",
                          (long long)m->arena, (long long)arena_size);
    if (m->weights && m->weights != weights)
        return diag_error(d, o->path, "run cnnc again", "the map has %lld bytes of weights, the header %lld",
                          (long long)m->weights, (long long)weights);
    return !m->data || diag_error(d, o->path, "emitted code has none: was the file changed?",
                                  "%lld bytes of data can change", (long long)m->data);
}

static bool certify(certify_options *o, arena *a, diagnostics *d) {
    measurement m = {0};
    const char *folder = toolchain_complete(&o->toolchain, a, d) ? temporary_folder(a, d) : NULL;
    bool ok = folder && measure(o, folder, &m, a, d) && agree(&m, o, d);
    if (folder) temporary_remove(folder);
    if (!ok) return false;
    output_set files = {.arena = a, .diags = d};
    FILE *f = output_open(&files, o->output ? o->output : arena_printf(a, "%.*scertificate.h", (int)strlen(o->path) - 1, o->path));
    if (f && write_certificate(f, o, &m, a, d)) return output_commit(&files);
    output_discard(&files);
    return false;
}

int certify_main(int argc, char **argv) {
    certify_options o = {0};
    argp_parse(&certify_argp, argc, argv, 0, NULL, &o);
    model_options none = model_options_default();
    model m;
    model_init(&m, &none);
    bool ok = certify(&o, m.arena, &m.diags);
    model_free(&m);
    return ok ? 0 : EXIT_ERROR;
}
