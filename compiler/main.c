#include "compiler/subcommand.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "compiler/cleanup.h"
#include "ir/ir.h"

const subcommand subcommands[] = {
    {"compile", compile_main, &compile_argp, "MODEL -o OUT.c", "write C (the word may be left out)"},
    {"run", run_main, &run_argp, "MODEL --input X.npy", "compile, run, write the outputs"},
    {"verify", verify_main, &verify_argp, "MODEL | --suite DIR", "hold emitted C against a reference"},
    {"bench", bench_main, &bench_argp, "MODEL", "time each layer"},
    {"tune", tune_main, &tune_argp, "MODEL -o FILE", "measure which kernels are fastest here"},
    {"quantize", quantize_main, &quantize_argp, "MODEL --data DIR -o FILE", "make a network of 8-bit integers"},
    {"check", check_main, &check_argp, "OUT.c", "show that emitted C keeps to its memory"},
    {"certify", certify_main, &certify_argp, "OUT.c", "measure its stack, constants and code"},
    {"inspect", inspect_main, &inspect_argp, "MODEL", "show layers, shapes, cost and memory"},
    {"zoo", zoo_main, &zoo_argp, "[NAME -o OUT.c]", "list cnnc's own networks, or compile one"},
    {"ops", ops_main, &ops_argp, "", "list the operators"},
    {"export", export_main, &export_argp, "NET.cnn -o NET.onnx", "write a network as ONNX"},
    {"import", import_main, &import_argp, "MODEL -o NET.cnn", "write a model in cnnc's language"},
    {"fmt", fmt_main, &fmt_argp, "NET.cnn...", "format files of cnnc's language"},
    {"layers", layers_main, &layers_argp, "", "list the layers of the language"},
    {"passes", passes_main, &passes_argp, "", "list the passes in their order"},
    {"completion", completion_main, &completion_argp, "bash|zsh|fish", "print what completes options in a shell"},
    {NULL, NULL, NULL, NULL, NULL},
};

static const subcommand *find(const char *name) {
    for (const subcommand *s = subcommands; s->name; s++)
        if (!strcmp(s->name, name)) return s;
    return NULL;
}

/* A plain word that names no file either: a subcommand, misspelt. */
static bool is_misspelt(const char *word) { return word[strspn(word, "abcdefghijklmnopqrstuvwxyz")] == '\0' && access(word, F_OK) != 0; }

static int refuse(const char *word) {
    const char *like = NULL;
    int limit = 2;
    for (const subcommand *s = subcommands; s->name && limit >= 0; s++) {
        int distance = edit_distance(word, s->name, limit);
        if (distance <= limit) like = s->name, limit = distance - 1;
    }
    fprintf(stderr, "cnnc: '%s' is neither a subcommand nor a file", word);
    if (like) fprintf(stderr, "; did you mean %s?", like);
    fputs("\nTry `cnnc --help' for more information.\n", stderr);
    return EXIT_USAGE;
}

/* Output that did not reach its file (a full disk, a closed pipe) is an error like any other. */
static int close_stdout(int code) {
    if (fflush(stdout) == 0 && !ferror(stdout)) return code;
    fprintf(stderr, "cnnc: error: cannot write to standard output: %s\n", strerror(errno));
    return EXIT_ERROR;
}

int main(int argc, char **argv) {
    argp_err_exit_status = EXIT_USAGE;
    cleanup_install();
    const subcommand *s = argc > 1 ? find(argv[1]) : NULL;
    if (!s && argc > 1 && *argv[1] && is_misspelt(argv[1])) return refuse(argv[1]);
    if (!s) {
        static char name[] = "cnnc";
        if (argc > 0) argv[0] = name;
        return close_stdout(compile_main(argc, argv));
    }
    char name[32];
    snprintf(name, sizeof name, "cnnc %s", s->name);
    argv[1] = name;
    return close_stdout(s->run(argc - 1, argv + 1));
}
