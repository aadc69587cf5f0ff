/* cnnc completion SHELL: a script for the shell, from the table of subcommands and their options. */
#include <stdio.h>
#include <string.h>

#include "backend/plan/plan.h"
#include "compiler/subcommand.h"
#include "passes/passes.h"

/* ---- what there is to complete ---- */

typedef void option_visitor(FILE *f, const char *command, const struct argp_option *o);

static void each_option(FILE *f, const char *command, const struct argp *p, option_visitor *visit) {
    for (const struct argp_option *o = p->options; o && (o->name || o->doc); o++)
        if (o->name && !(o->flags & OPTION_HIDDEN)) visit(f, command, o);
    for (const struct argp_child *c = p->children; c && c->argp; c++) each_option(f, command, c->argp, visit);
}

#define TARGET(id, name, ...) " " name
static const char target_names[] = "native"
#include "backend/target/target.def"
    ;
#undef TARGET

/* The words that an option knows, separated by spaces; nothing where it takes anything. */
static void put_words(FILE *f, const char *option) {
    static const struct {
        const char *option, *words;
    } known[] = {{"target", target_names}, {"weights-type", "f32 bf16 f16 int8"}, {"compute", "f32 bf16"},
                 {"init", "he xavier msra"}, {"saliency", "gradient guided"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(known[i].option, option)) fputs(known[i].words, f);
    for (int i = 0; !strcmp(option, "accuracy") && i <= ACCURACY_FAST; i++) fprintf(f, "%s%s", i ? " " : "", accuracy_names[i]);
    if (!strcmp(option, "dump-ir")) {
        int n;
        const pass *all = passes_all(&n);
        fputs("before", f);
        for (int i = 0; i < n; i++) fprintf(f, " after:%s", all[i].name);
    }
}

static bool has_words(const char *option) {
    static const char *const names[] = {"accuracy", "target", "dump-ir", "weights-type", "compute", "init", "saliency"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(names[i], option)) return true;
    return false;
}

static bool is_letter(int key) { return key > ' ' && key < 0x7f; }

/* s between single quotes, which all three shells end and take up again; zsh's specifications need more. */
static void put_quoted(FILE *f, const char *s, const char *escaped) {
    for (; *s; s++) {
        if (strchr(escaped, *s)) fputc('\\', f);
        if (*s == '\'') fputs("'\\''", f);
        else fputc(*s, f);
    }
}

static void put_names(FILE *f, const char *separator) {
    for (const subcommand *s = subcommands; s->name; s++) fprintf(f, "%s%s", s == subcommands ? "" : separator, s->name);
}

/* ---- bash ---- */

static void bash_option(FILE *f, const char *command, const struct argp_option *o) {
    (void)command;
    fprintf(f, " --%s", o->name);
}

static void bash_words(FILE *f, const char *command, const struct argp_option *o) {
    if (!has_words(o->name)) return;
    fprintf(f, "    %s:--%s) COMPREPLY=($(compgen -W '", command, o->name);
    put_words(f, o->name);
    fputs("' -- \"$word\")); return ;;\n", f);
}

static void bash(FILE *f) {
    fputs("_cnnc() {\n"
          "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command=compile options=\n"
          "    if [ \"$word\" = = ]; then word=; elif [ \"$before\" = = ]; then before=${COMP_WORDS[COMP_CWORD - 2]}; fi\n"
          "    case ${COMP_WORDS[1]} in\n    ",
          f);
    put_names(f, "|");
    fputs(") command=${COMP_WORDS[1]} ;;\n    esac\n    COMPREPLY=()\n    case $command:$before in\n", f);
    for (const subcommand *s = subcommands; s->name; s++) each_option(f, s->name, s->argp, bash_words);
    fputs("    esac\n    case $command in\n", f);
    for (const subcommand *s = subcommands; s->name; s++) {
        fprintf(f, "    %s) options='--help", s->name);
        each_option(f, s->name, s->argp, bash_option);
        fputs("' ;;\n", f);
    }
    fputs("    esac\n    case $word in\n    -*) COMPREPLY=($(compgen -W \"$options\" -- \"$word\")) ;;\n"
          "    *) if [ \"$COMP_CWORD\" = 1 ]; then COMPREPLY=($(compgen -W '",
          f);
    put_names(f, " ");
    fputs("' -- \"$word\")); fi ;;\n    esac\n}\ncomplete -o default -F _cnnc cnnc\n", f);
}

/* ---- zsh ---- */

static void zsh_option(FILE *f, const char *command, const struct argp_option *o) {
    (void)command;
    const char *equals = !o->arg ? "" : o->flags & OPTION_ARG_OPTIONAL ? "=-" : "=";
    fputs(" \\\n            ", f);
    if (is_letter(o->key)) fprintf(f, "'*'{-%c%s,--%s%s}", o->key, o->arg ? "+" : "", o->name, equals);
    else fprintf(f, "'*--%s%s'", o->name, equals);
    fputs("'[", f);
    put_quoted(f, o->doc ? o->doc : "", "[]\\");
    fputs("]", f);
    if (o->arg) {
        fputs(o->flags & OPTION_ARG_OPTIONAL ? "::" : ":", f);
        put_quoted(f, o->arg, ":\\");
        if (has_words(o->name)) fputs(":(", f), put_words(f, o->name), fputs(")", f);
        else fputs(":_files", f);
    }
    fputs("'", f);
}

static void zsh(FILE *f) {
    fputs("#compdef cnnc\n_cnnc() {\n    local command=compile\n    local -a commands=(\n", f);
    for (const subcommand *s = subcommands; s->name; s++) {
        fprintf(f, "        '%s:", s->name);
        put_quoted(f, s->purpose, ":\\");
        fputs("'\n", f);
    }
    fputs("    )\n    if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then\n        _describe command commands\n    fi\n"
          "    case $words[2] in\n    (",
          f);
    put_names(f, "|");
    fputs(") command=$words[2]; shift words; (( CURRENT-- )) ;;\n    esac\n    case $command in\n", f);
    for (const subcommand *s = subcommands; s->name; s++) {
        fprintf(f, "    (%s)\n        _arguments '--help[show the options]' '*:file:_files'", s->name);
        each_option(f, s->name, s->argp, zsh_option);
        fputs(" ;;\n", f);
    }
    fputs("    esac\n}\nif [ \"$funcstack[1]\" = _cnnc ]; then _cnnc \"$@\"; else compdef _cnnc cnnc; fi\n", f);
}

/* ---- fish ---- */

static void fish_option(FILE *f, const char *command, const struct argp_option *o) {
    fprintf(f, "complete -c cnnc -n 'test (__cnnc_command) = %s' -l %s", command, o->name);
    if (is_letter(o->key)) fprintf(f, " -s %c", o->key);
    if (o->arg && !(o->flags & OPTION_ARG_OPTIONAL)) fputs(" -r", f);
    if (has_words(o->name)) fputs(" -f -a '", f), put_words(f, o->name), fputs("'", f);
    fputs(" -d '", f);
    for (const char *s = o->doc ? o->doc : ""; *s; s++) {
        if (strchr("\\'", *s)) fputc('\\', f);
        fputc(*s, f);
    }
    fputs("'\n", f);
}

static void fish(FILE *f) {
    fputs("function __cnnc_command\n    set -l words (commandline -opc)\n    if set -q words[2]; and contains -- $words[2] ", f);
    put_names(f, " ");
    fputs("\n        echo $words[2]\n    else\n        echo compile\n    end\nend\n", f);
    for (const subcommand *s = subcommands; s->name; s++) {
        fprintf(f, "complete -c cnnc -n 'test (count (commandline -opc)) = 1' -a %s -d '", s->name);
        put_quoted(f, s->purpose, "\\");
        fputs("'\n", f);
    }
    for (const subcommand *s = subcommands; s->name; s++) {
        fprintf(f, "complete -c cnnc -n 'test (__cnnc_command) = %s' -l help -d 'show the options'\n", s->name);
        each_option(f, s->name, s->argp, fish_option);
    }
}

/* ---- the subcommand ---- */

static const struct shell {
    const char *name;
    void (*write)(FILE *f);
} shells[] = {{"bash", bash}, {"zsh", zsh}, {"fish", fish}};

static error_t parse(int key, char *arg, struct argp_state *state) {
    const struct shell **chosen = state->input;
    if (key == ARGP_KEY_NO_ARGS) argp_error(state, "for which shell? bash, zsh or fish");
    if (key != ARGP_KEY_ARG || *chosen) return ARGP_ERR_UNKNOWN;
    for (size_t i = 0; i < sizeof shells / sizeof *shells; i++)
        if (!strcmp(shells[i].name, arg)) *chosen = &shells[i];
    if (!*chosen) argp_error(state, "shells are bash, zsh and fish, not '%s'", arg);
    return 0;
}

const struct argp completion_argp = {
    NULL, parse, "bash|zsh|fish", "Prints a script that completes the options of cnnc in this shell; it is installed where shells look for it.", NULL, NULL, NULL};

int completion_main(int argc, char **argv) {
    const struct shell *chosen = NULL;
    argp_parse(&completion_argp, argc, argv, 0, NULL, &chosen);
    chosen->write(stdout);
    return 0;
}
