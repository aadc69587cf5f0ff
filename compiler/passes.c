/* cnnc passes */
#include "passes/passes.h"

#include <argp.h>

#include "compiler/subcommand.h"

const struct argp passes_argp = {
    NULL, NULL, "", "Lists the passes in the order in which they run (see --dump-ir=after:PASS).", NULL, NULL, NULL};

int passes_main(int argc, char **argv) {
    argp_parse(&passes_argp, argc, argv, 0, NULL, NULL);
    int n;
    const pass *p = passes_all(&n);
    for (int i = 0; i < n; i++) printf("%-24s %s\n", p[i].name, p[i].purpose);
    return 0;
}
