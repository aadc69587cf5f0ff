/* cnnc ops: derived from ir/ops.def, and from the table of what the ONNX reader expands. */
#include <argp.h>

#include "compiler/subcommand.h"
#include "frontend/frontend.h"
#include "ir/ir.h"

const struct argp ops_argp = {NULL, NULL, "", "Lists the operators: the name in the textual IR, ONNX's name, numbers "
                                 "of inputs and outputs, attributes with their defaults (* required); then ONNX's "
                                 "operators that become some of these when a model is read.", NULL, NULL, NULL};

static void print_arity(int min, int max) {
    char text[32];
    if (max < 0) snprintf(text, sizeof text, "%d+", min);
    else if (min == max) snprintf(text, sizeof text, "%d", min);
    else snprintf(text, sizeof text, "%d-%d", min, max);
    printf(" %-5s", text);
}

static void print_attribute(const attr_spec *s) {
    printf(" %s%s", s->name, s->required ? "*" : "");
    if (s->required) return;
    if (s->kind == ATTR_INT) printf("=%lld", (long long)s->i);
    else if (s->kind == ATTR_FLOAT) printf("=%g", s->f);
    else if (s->kind == ATTR_STRING && s->s) printf("=%s", s->s);
}

int ops_main(int argc, char **argv) {
    argp_parse(&ops_argp, argc, argv, 0, NULL, NULL);
    printf("%-26s %-26s %-5s %-5s attributes\n", "operator", "ONNX", "in", "out");
    for (int i = OP_NONE + 1; i < OP_COUNT; i++) {
        const op_info *op = op_of((op_code)i);
        printf("%-26s %-26s", op->name, op->onnx ? op->onnx : "-");
        print_arity(op->min_in, op->max_in);
        print_arity(op->min_out, op->max_out);
        for (const attr_spec *s = op->attrs; s->kind != ATTR_END; s++) print_attribute(s);
        putchar('\n');
    }
    printf("\nread as some of these:\n");
    const char *name;
    for (int i = 0; (name = frontend_expanded_operator(i)); i++) printf("%-26s %s\n", "-", name);
    return 0;
}
