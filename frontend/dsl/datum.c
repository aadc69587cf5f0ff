#include "frontend/dsl/datum.h"

#include <string.h>

const char *datum_noun(datum d) {
    static const char *const nouns[] = {
        [DATUM_ERROR] = "an error", [DATUM_NOTHING] = "nothing", [DATUM_INT] = "a whole number", [DATUM_FLOAT] = "a number",
        [DATUM_BOOL] = "yes or no", [DATUM_STRING] = "a string", [DATUM_LIST] = "a list", [DATUM_TYPE] = "a type",
        [DATUM_TENSOR] = "a tensor", [DATUM_SIZE] = "an open size", [DATUM_BLOCK] = "a block", [DATUM_LAYER] = "a layer", [DATUM_FUNCTION] = "a function",
        [DATUM_OP] = "an operator"};
    return nouns[d.kind];
}

static const char *list_text(arena *a, datum d) {
    enum { SHOWN = 20 };
    const char *text = "[";
    for (int i = 0; i < d.count && i < SHOWN; i++) text = arena_printf(a, "%s%s%.60s", text, i ? ", " : "", datum_text(a, d.items[i]));
    return arena_printf(a, "%s%s", text, d.count > SHOWN ? ", …]" : "]");
}

const char *datum_text(arena *a, datum d) {
    switch (d.kind) {
    case DATUM_INT: return arena_printf(a, "%lld", (long long)d.integer);
    case DATUM_FLOAT: return arena_printf(a, "%.9g", d.number);
    case DATUM_BOOL: return d.integer ? "yes" : "no";
    case DATUM_STRING: return d.string;
    case DATUM_LIST: return list_text(a, d);
    default: return datum_noun(d);
    }
}

bool datum_equal(datum x, datum y) {
    if (datum_is_number(x) && datum_is_number(y))
        return x.kind == DATUM_INT && y.kind == DATUM_INT ? x.integer == y.integer : datum_number(x) == datum_number(y);
    if (x.kind != y.kind) return false;
    switch (x.kind) {
    case DATUM_BOOL: return x.integer == y.integer;
    case DATUM_STRING: return !strcmp(x.string, y.string);
    case DATUM_BLOCK: return x.block == y.block;
    case DATUM_LAYER: return x.layer == y.layer;
    case DATUM_FUNCTION: return x.function == y.function;
    case DATUM_OP: return x.op == y.op;
    case DATUM_SIZE: return dim_equal(x.size, y.size);
    case DATUM_LIST:
        if (x.count != y.count) return false;
        for (int i = 0; i < x.count; i++)
            if (!datum_equal(x.items[i], y.items[i])) return false;
        return true;
    default: return x.kind == DATUM_NOTHING;
    }
}
