/* Which compiler built this: what `cnnc tune` keeps its findings under. It is no part of any model.
 *
 *   identify OUT       writes one line */
#include <stdio.h>

int main(int argc, char **argv) {
    FILE *out = argc == 2 ? fopen(argv[1], "w") : NULL;
    if (!out) return 1;
#if defined(__clang__)
    fprintf(out, "clang %d.%d.%d", __clang_major__, __clang_minor__, __clang_patchlevel__);
#elif defined(__GNUC__)
    fprintf(out, "gcc %d.%d.%d", __GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__);
#else
    fputs("another compiler", out);
#endif
    return fclose(out) != 0;
}
