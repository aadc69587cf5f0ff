/* cnnc layers: everything here is derived from frontend/dsl/layers.def. */
#include <argp.h>

#include "compiler/subcommand.h"
#include "frontend/dsl/dsl.h"

const struct argp layers_argp = {NULL, NULL, "", "Lists the layers of cnnc's language (files ending in .cnn) with their parameters and defaults.", NULL, NULL, NULL};

int layers_main(int argc, char **argv) {
    argp_parse(&layers_argp, argc, argv, 0, NULL, NULL);
    dsl_print_layers(stdout);
    return 0;
}
