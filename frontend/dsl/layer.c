#include "frontend/dsl/dsl.h"
#include "frontend/dsl/layer.h"

#include <string.h>

#define LAYER(name, rule, purpose, ...) layer_rule lower_##rule;
#include "frontend/dsl/layers.def"
#undef LAYER

#define R_TENSOR(name) {SLOT_TENSOR, #name, SLOT_REQUIRED, 0, NULL}
#define R_TENSORS(name) {SLOT_TENSORS, #name, SLOT_REQUIRED, 0, NULL}
#define R_INT(name) {SLOT_INT, #name, SLOT_REQUIRED, 0, NULL}
#define R_SIZES(name) {SLOT_SIZES, #name, SLOT_REQUIRED, 0, NULL}
#define R_EXTENTS(name) {SLOT_EXTENTS, #name, SLOT_REQUIRED, 0, NULL}
#define R_LIST(name) {SLOT_LIST, #name, SLOT_REQUIRED, 0, NULL}
#define R_STRING(name) {SLOT_STRING, #name, SLOT_REQUIRED, 0, NULL}
#define R_TYPE(name) {SLOT_TYPE, #name, SLOT_REQUIRED, 0, NULL}
#define R_ANY(name) {SLOT_ANY, #name, SLOT_REQUIRED, 0, NULL}
#define INT(name, x) {SLOT_INT, #name, SLOT_DEFAULT, x, NULL}
#define FLOAT(name, x) {SLOT_FLOAT, #name, SLOT_DEFAULT, x, NULL}
#define BOOL(name, x) {SLOT_BOOL, #name, SLOT_DEFAULT, x, NULL}
#define SIZES(name, x) {SLOT_SIZES, #name, SLOT_DEFAULT, x, NULL}
#define PADS(name, x) {SLOT_PADS, #name, SLOT_DEFAULT, x, NULL}
#define STRING(name, x) {SLOT_STRING, #name, SLOT_DEFAULT, 0, x}
#define O_SIZES(name) {SLOT_SIZES, #name, SLOT_OPEN, 0, NULL}
#define O_TENSOR(name) {SLOT_TENSOR, #name, SLOT_OPEN, 0, NULL}
#define O_TENSORS(name) {SLOT_TENSORS, #name, SLOT_OPEN, 0, NULL}
#define O_ANY(name) {SLOT_ANY, #name, SLOT_OPEN, 0, NULL}

#define LAYER(name, rule, purpose, ...) static const layer_slot slots_##name[] = {__VA_ARGS__, {SLOT_END, NULL, SLOT_OPEN, 0, NULL}};
#include "frontend/dsl/layers.def"
#undef LAYER

static const layer_info layers[] = {
#define LAYER(name, rule, purpose, ...) {#name, lower_##rule, purpose, slots_##name},
#include "frontend/dsl/layers.def"
#undef LAYER
};

const layer_info *layers_all(int *count) {
    *count = (int)(sizeof layers / sizeof *layers);
    return layers;
}

const layer_info *layer_find(const char *name) {
    for (size_t i = 0; i < sizeof layers / sizeof *layers; i++)
        if (!strcmp(layers[i].name, name)) return &layers[i];
    return NULL;
}

void layers_offer(guess *g) {
    for (size_t i = 0; i < sizeof layers / sizeof *layers; i++) guess_offer(g, layers[i].name);
}

/* "1", "yes", "\"max\"" */
static void print_default(FILE *f, const layer_slot *s) {
    if (s->kind == SLOT_BOOL) fprintf(f, "=%s", s->number != 0 ? "yes" : "no");
    else if (s->kind == SLOT_STRING) fprintf(f, "=\"%s\"", s->string);
    else fprintf(f, "=%g", s->number);
}

void dsl_print_layers(FILE *f) {
    for (size_t i = 0; i < sizeof layers / sizeof *layers; i++) {
        fprintf(f, "%s(", layers[i].name);
        for (const layer_slot *s = layers[i].slots; s->kind != SLOT_END; s++) {
            fprintf(f, "%s%s%s", s == layers[i].slots ? "" : ", ", s->name, s->need == SLOT_OPEN ? "=..." : s->kind == SLOT_TENSORS ? ", ..." : "");
            if (s->need == SLOT_DEFAULT) print_default(f, s);
        }
        fprintf(f, ")\n    %s\n", layers[i].purpose);
    }
}

/* ---- binding ---- */

static bool is_list_of(datum d, datum_kind kind) {
    if (d.kind != DATUM_LIST) return false;
    for (int i = 0; i < d.count; i++)
        if (d.items[i].kind != kind) return false;
    return true;
}

static bool is_list_of_sizes(datum d) {
    if (d.kind != DATUM_LIST) return false;
    for (int i = 0; i < d.count; i++)
        if (!datum_is_size(d.items[i])) return false;
    return true;
}

static bool fits(const layer_slot *s, datum d) {
    switch (s->kind) {
    case SLOT_TENSOR: return d.kind == DATUM_TENSOR;
    case SLOT_TENSORS: return d.kind == DATUM_TENSOR || (is_list_of(d, DATUM_TENSOR) && d.count);
    case SLOT_INT: return d.kind == DATUM_INT;
    case SLOT_FLOAT: return datum_is_number(d);
    case SLOT_BOOL: return d.kind == DATUM_BOOL;
    case SLOT_STRING: return d.kind == DATUM_STRING;
    case SLOT_LIST: return is_list_of(d, DATUM_INT);
    case SLOT_SIZES: return d.kind == DATUM_INT || is_list_of(d, DATUM_INT);
    case SLOT_EXTENTS: return datum_is_size(d) || is_list_of_sizes(d);
    case SLOT_PADS: return d.kind == DATUM_INT || is_list_of(d, DATUM_INT) || (d.kind == DATUM_STRING && !strcmp(d.string, "same"));
    case SLOT_TYPE: return d.kind == DATUM_TYPE;
    default: return true;
    }
}

static const char *wanted(slot_kind kind) {
    static const char *const nouns[] = {
        [SLOT_TENSOR] = "a tensor", [SLOT_TENSORS] = "tensors", [SLOT_INT] = "a whole number", [SLOT_FLOAT] = "a number",
        [SLOT_BOOL] = "yes or no", [SLOT_STRING] = "a string", [SLOT_LIST] = "a list of whole numbers",
        [SLOT_SIZES] = "a whole number or a list of them", [SLOT_EXTENTS] = "a size or a list of them",
        [SLOT_PADS] = "a whole number, a list of them or \"same\"",
        [SLOT_TYPE] = "a type", [SLOT_ANY] = "something"};
    return nouns[kind];
}

static datum default_of(const layer_slot *s) {
    switch (s->kind) {
    case SLOT_FLOAT: return datum_float(s->number);
    case SLOT_BOOL: return datum_bool(s->number != 0);
    case SLOT_STRING: return datum_string(s->string);
    default: return datum_int((int64_t)s->number);
    }
}

static int slot_named(const layer_info *layer, const char *name) {
    for (int i = 0; layer->slots[i].kind != SLOT_END; i++)
        if (!strcmp(layer->slots[i].name, name)) return i;
    return -1;
}

static int n_slots(const layer_info *layer) {
    int n = 0;
    while (layer->slots[n].kind != SLOT_END) n++;
    return n;
}

/* "conv(x, channels, kernel, stride = 1, …)" */
static const char *usage(arena *a, const layer_info *layer) {
    const char *text = layer->name;
    for (const layer_slot *s = layer->slots; s->kind != SLOT_END; s++)
        text = arena_printf(a, "%s%s%s%s", text, s == layer->slots ? "(" : ", ", s->name, s->need == SLOT_REQUIRED ? "" : " = …");
    return arena_printf(a, "%s)", text);
}

/* The slot of an argument; -1 after an error. */
static int slot_for(lowering *l, const layer_info *layer, const argument *arg, int *position, const datum *values) {
    int i = arg->name ? slot_named(layer, arg->name) : *position;
    if (!arg->name) ++*position;
    if (i < 0) {
        guess g = guess_for(arg->name);
        for (const layer_slot *s = layer->slots; s->kind != SLOT_END; s++) guess_offer(&g, s->name);
        const char *hint = guess_hint(&g, l->arena);
        lower_error(l, arg->at, hint ? hint : usage(l->arena, layer), "%s has no parameter '%s'", layer->name, arg->name);
        return -1;
    }
    if (i >= n_slots(layer)) {
        lower_error(l, arg->at, usage(l->arena, layer), "%s has too many arguments", layer->name);
        return -1;
    }
    if (values[i].kind == DATUM_NOTHING) return i;
    lower_error(l, arg->at, usage(l->arena, layer), "%s is given '%s' twice", layer->name, layer->slots[i].name);
    return -1;
}

/* concat(a, b, c): tensors that follow the first join it. */
static int take_tensors(lowering *l, const layer_info *layer, const argument *arguments, int n, datum *values) {
    if (layer->slots[0].kind != SLOT_TENSORS || n < 2) return 0;
    datum *items = ARENA_ARRAY(l->arena, datum, n);
    int taken = 0;
    while (taken < n && !arguments[taken].name && arguments[taken].value.kind == DATUM_TENSOR) items[taken] = arguments[taken].value, taken++;
    if (taken < 2) return 0;
    values[0] = datum_list(items, taken);
    return taken;
}

static bool bind_slots(lowering *l, const ast *at, const layer_info *layer, const argument *arguments, int n, datum *values, const ast **places) {
    int position = 0, taken = take_tensors(l, layer, arguments, n, values);
    if (taken) position = 1, places[0] = arguments[0].at;
    for (int k = taken; k < n; k++) {
        int i = slot_for(l, layer, &arguments[k], &position, values);
        if (i < 0) return false;
        if (!fits(&layer->slots[i], arguments[k].value))
            return lower_error(l, arguments[k].at, usage(l->arena, layer), "%s of %s is %s, not %s", layer->slots[i].name, layer->name,
                               wanted(layer->slots[i].kind), datum_noun(arguments[k].value));
        values[i] = arguments[k].value;
        places[i] = arguments[k].at;
    }
    for (int i = 0; layer->slots[i].kind != SLOT_END; i++) {
        if (values[i].kind != DATUM_NOTHING) continue;
        places[i] = at;
        if (layer->slots[i].need == SLOT_REQUIRED)
            return lower_error(l, at, usage(l->arena, layer), "%s lacks its %s", layer->name, layer->slots[i].name);
        if (layer->slots[i].need == SLOT_DEFAULT) values[i] = default_of(&layer->slots[i]);
    }
    return true;
}

datum layer_apply(lowering *l, const ast *at, const layer_info *layer, const argument *arguments, int n) {
    int count = n_slots(layer);
    datum *values = ARENA_ARRAY(l->arena, datum, count);
    const ast **places = ARENA_ARRAY(l->arena, const ast *, count);
    for (int i = 0; i < count; i++) values[i] = datum_nothing();
    if (!bind_slots(l, at, layer, arguments, n, values, places)) return datum_error();
    layer_call c = {.l = l, .layer = layer, .at = at, .name = layer_name(l, layer->name), .given = values, .places = places};
    return layer->rule(&c);
}

/* ---- for the rules ---- */

const datum *given(const layer_call *c, const char *slot) { return &c->given[slot_named(c->layer, slot)]; }
const ast *place_of(const layer_call *c, const char *slot) { return c->places[slot_named(c->layer, slot)]; }
value *given_tensor(const layer_call *c, const char *slot) { return given(c, slot)->tensor; }
int64_t given_int(const layer_call *c, const char *slot) { return given(c, slot)->integer; }
double given_float(const layer_call *c, const char *slot) { return datum_number(*given(c, slot)); }
bool given_bool(const layer_call *c, const char *slot) { return given(c, slot)->integer != 0; }
const char *given_string(const layer_call *c, const char *slot) { return given(c, slot)->string; }

bool given_ints(const layer_call *c, const char *slot, int max, int64_t *ints, int *n) {
    datum d = *given(c, slot);
    *n = d.kind == DATUM_LIST ? d.count : 1;
    if (*n > max) return lower_error(c->l, place_of(c, slot), NULL, "%s of %s has %d numbers, more than %d", slot, c->layer->name, *n, max);
    for (int i = 0; i < *n; i++) ints[i] = d.kind == DATUM_LIST ? d.items[i].integer : d.integer;
    return true;
}

static bool check_least(const layer_call *c, const char *slot, int64_t x, int64_t least) {
    if (x >= least && x <= INT32_MAX) return true;
    if (x > INT32_MAX) return lower_error(c->l, place_of(c, slot), NULL, "%s of %s is too large", slot, c->layer->name);
    return lower_error(c->l, place_of(c, slot), NULL, "%s of %s is %lld, less than %lld", slot, c->layer->name, (long long)x, (long long)least);
}

bool at_least(const layer_call *c, const char *slot, int64_t least) { return check_least(c, slot, given_int(c, slot), least); }

bool given_sizes(const layer_call *c, const char *slot, int n, int64_t least, int64_t *sizes) {
    int count;
    int64_t ints[IR_MAX_RANK];
    if (!given_ints(c, slot, IR_MAX_RANK, ints, &count)) return false;
    if (count != 1 && count != n)
        return lower_error(c->l, place_of(c, slot), NULL, "%s of %s has %d numbers where %d are needed", slot, c->layer->name, count, n);
    for (int i = 0; i < n; i++) {
        sizes[i] = ints[count == 1 ? 0 : i];
        if (!check_least(c, slot, sizes[i], least)) return false;
    }
    return true;
}

bool given_extents(const layer_call *c, const char *slot, int n, dim *sizes) {
    datum d = *given(c, slot);
    int count = d.kind == DATUM_LIST ? d.count : 1;
    if (count != 1 && count != n)
        return lower_error(c->l, place_of(c, slot), NULL, "%s of %s has %d numbers where %d are needed", slot, c->layer->name, count, n);
    for (int i = 0; i < n; i++) {
        sizes[i] = datum_dim(d.kind == DATUM_LIST ? d.items[count == 1 ? 0 : i] : d);
        if (dim_is_number(sizes[i]) && !check_least(c, slot, sizes[i].size, 1)) return false;
    }
    return true;
}

bool need_rank(const layer_call *c, const char *slot, int lo, int hi, const char *cure) {
    const value_type *t = &given_tensor(c, slot)->type;
    if (t->rank >= lo && t->rank <= hi) return true;
    const char *how_many = lo == hi ? arena_printf(c->l->arena, "%d", lo) : arena_printf(c->l->arena, "%d to %d", lo, hi);
    return lower_error(c->l, c->at, cure, "%s needs %s axes, %s has %d", c->layer->name, how_many, shape_text(c->l->arena, t), t->rank);
}

const char *weight_name(const layer_call *c, const char *last) { return joined(c->l, c->name, last); }

value *layer_build(const layer_call *c, op_code op, int n_inputs, value *const *inputs) {
    return build(c->l, c->at, op, c->name, n_inputs, inputs);
}
