/* Calls: arguments to parameters of blocks, functions, layers and operators. */
#include "frontend/dsl/function.h"
#include "frontend/dsl/layer.h"

#include <string.h>

/* ---- blocks ---- */

static const char *block_usage(arena *a, const ast *block) {
    const char *text = arena_printf(a, "%s(", block->name);
    for (const ast *p = block->a; p; p = p->next) text = arena_printf(a, "%s%s%s%s", text, p == block->a ? "" : ", ", p->name, p->b ? " = …" : "");
    return arena_printf(a, "%s)", text);
}

/* The parameter an argument is for: by name, or the next in order. */
static const ast *parameter_for(lowering *l, const ast *block, const argument *arg, const ast **next) {
    const ast *p = *next;
    if (!arg->name) {
        if (p) *next = p->next;
        else lower_error(l, arg->at, block_usage(l->arena, block), "%s has too many arguments", block->name);
        return p;
    }
    guess g = guess_for(arg->name);
    for (p = block->a; p; p = p->next) {
        if (!strcmp(p->name, arg->name)) return p;
        guess_offer(&g, p->name);
    }
    const char *hint = guess_hint(&g, l->arena);
    lower_error(l, arg->at, hint ? hint : block_usage(l->arena, block), "%s has no parameter '%s'", block->name, arg->name);
    return NULL;
}

static bool check_type(lowering *l, const ast *block, const ast *p, const argument *arg) {
    if (!p->a) return true;
    if (arg->value.kind == DATUM_TENSOR) {
        const value_type *t = &arg->value.tensor->type;
        if (t->elem == dtype_from_name(p->a->name) && t->rank == ast_count(p->a->a)) return true;
    }
    const char *found = arg->value.kind == DATUM_TENSOR ? shape_text(l->arena, &arg->value.tensor->type) : datum_noun(arg->value);
    return lower_error(l, arg->at, NULL, "%s of %s is a tensor of %s with %d axes, not %s", p->name, block->name, p->a->name, ast_count(p->a->a), found);
}

static bool is_declared(const frame *f, const char *name) {
    for (const variable *v = f->variables; v; v = v->next)
        if (!strcmp(v->name, name)) return true;
    return false;
}

/* Declares what is given, then defaults, which may read what stands before them. */
static bool bind_parameters(lowering *l, const ast *at, frame *f, const argument *arguments, int n) {
    const ast *block = f->block, *next = block->a;
    for (int i = 0; i < n; i++) {
        const ast *p = parameter_for(l, block, &arguments[i], &next);
        if (!p || !check_type(l, block, p, &arguments[i])) return false;
        if (is_declared(f, p->name)) return lower_error(l, arguments[i].at, block_usage(l->arena, block), "%s is given '%s' twice", block->name, p->name);
        variable *v = ARENA_NEW(l->arena, variable);
        *v = (variable){.name = p->name, .value = arguments[i].value, .next = f->variables};
        f->variables = v;
    }
    for (const ast *p = block->a; p; p = p->next) {
        if (is_declared(f, p->name)) continue;
        if (!p->b) return lower_error(l, at, block_usage(l->arena, block), "%s lacks its %s", block->name, p->name);
        frame *caller = l->frame;
        l->frame = f;
        datum d = evaluate(l, p->b);
        if (d.kind != DATUM_ERROR) declare(l, p->name, d);
        l->frame = caller;
        if (d.kind == DATUM_ERROR) return false;
    }
    return true;
}

static datum call_block(lowering *l, const ast *at, const ast *block, const argument *arguments, int n) {
    frame f = {.block = block, .call = at, .caller = l->frame, .result = datum_nothing()};
    const char *path = l->path;
    bool adds_no_name = block->op == BLOCK_INLINE && !l->label;
    const char *inner = adds_no_name ? path : layer_name(l, block->name);
    l->label = NULL;
    if (!bind_parameters(l, at, &f, arguments, n)) return datum_error();
    int errors = l->errors;
    l->path = inner;
    l->frame = &f;
    run_statements(l, block->b);
    l->frame = f.caller;
    l->path = path;
    if (l->errors > errors) return datum_error();
    if (f.result.kind == DATUM_NOTHING) {
        lower_error(l, at, "its last line is its value", "%s gives no value", block->name);
        return datum_error();
    }
    return f.result;
}

/* ---- operators of ops.def by their own names ---- */

/* Numbers stand for scalars of the type of a tensor beside them, lists of whole numbers for i64. */
static value *operand(lowering *l, const argument *arg, const value *like, op_code op) {
    datum d = arg->value;
    if (d.kind == DATUM_TENSOR) return d.tensor;
    if (datum_is_number(d) && like) return constant_like(l, datum_number(d), like);
    if (d.kind == DATUM_LIST) {
        int64_t *ints = ARENA_ARRAY(l->arena, int64_t, d.count);
        int n = 0;
        while (n < d.count && d.items[n].kind == DATUM_INT) ints[n] = d.items[n].integer, n++;
        if (n == d.count) return constant_ints_of(l, n, ints);
    }
    lower_error(l, arg->at, NULL, "%s works on tensors, not on %s", op_of(op)->name, datum_noun(d));
    return NULL;
}

static bool set_list(lowering *l, node *n, const attr_spec *spec, const argument *arg) {
    datum d = arg->value;
    int64_t *ints = ARENA_ARRAY(l->arena, int64_t, d.kind == DATUM_LIST ? d.count : 1);
    double *floats = ARENA_ARRAY(l->arena, double, d.kind == DATUM_LIST ? d.count : 1);
    bool ok = d.kind == DATUM_LIST;
    for (int i = 0; ok && i < d.count; i++) {
        ok = d.items[i].kind == DATUM_INT || (spec->kind == ATTR_FLOATS && d.items[i].kind == DATUM_FLOAT);
        if (ok && spec->kind == ATTR_FLOATS) floats[i] = datum_number(d.items[i]);
        else if (ok) ints[i] = d.items[i].integer;
    }
    if (ok && spec->kind == ATTR_INTS) node_set_ints(n, spec->name, d.count, ints);
    else if (ok) node_set_floats(n, spec->name, d.count, floats);
    return ok;
}

static bool set_attribute(lowering *l, node *n, const argument *arg) {
    const attr_spec *spec = op_attr(n->op, arg->name);
    datum d = arg->value;
    bool ok = false;
    if (!spec) {
        guess g = guess_for(arg->name);
        for (const attr_spec *s = op_of(n->op)->attrs; s->kind != ATTR_END; s++) guess_offer(&g, s->name);
        return lower_error(l, arg->at, guess_hint(&g, l->arena), "%s has no parameter '%s'", op_of(n->op)->name, arg->name);
    }
    if (spec->kind == ATTR_INT && (d.kind == DATUM_INT || d.kind == DATUM_BOOL)) ok = true, node_set_int(n, spec->name, d.integer);
    if (spec->kind == ATTR_FLOAT && datum_is_number(d)) ok = true, node_set_float(n, spec->name, datum_number(d));
    if (spec->kind == ATTR_STRING && d.kind == DATUM_STRING) ok = true, node_set_string(n, spec->name, d.string);
    if (spec->kind == ATTR_INTS || spec->kind == ATTR_FLOATS) ok = set_list(l, n, spec, arg);
    return ok || lower_error(l, arg->at, NULL, "%s of %s cannot be %s", arg->name, op_of(n->op)->name, datum_noun(d));
}

static bool takes_outputs(lowering *l, op_code op, const argument *arg, int *outputs) {
    int most = op_of(op)->max_out < 0 ? 1024 : op_of(op)->max_out;
    if (arg->value.kind != DATUM_INT || arg->value.integer < 1 || arg->value.integer > most)
        return lower_error(l, arg->at, NULL, "%s has 1 to %d outputs", op_of(op)->name, most);
    *outputs = (int)arg->value.integer;
    return true;
}

static datum call_op(lowering *l, const ast *at, op_code op, const argument *arguments, int n) {
    value **inputs = ARENA_ARRAY(l->arena, value *, n), *like = NULL;
    int n_inputs = 0, outputs = 1;
    for (int i = 0; i < n && !like; i++)
        if (!arguments[i].name && arguments[i].value.kind == DATUM_TENSOR) like = arguments[i].value.tensor;
    for (int i = 0; i < n; i++) {
        bool is_count = arguments[i].name && !strcmp(arguments[i].name, "outputs") && !op_attr(op, "outputs");
        if (is_count && !takes_outputs(l, op, &arguments[i], &outputs)) return datum_error();
        if (arguments[i].name) continue;
        if (arguments[i].value.kind != DATUM_NOTHING && !(inputs[n_inputs] = operand(l, &arguments[i], like, op))) return datum_error();
        n_inputs++;
    }
    node *made = node_new(l->region, NULL, op, layer_name(l, op_of(op)->name), n_inputs, inputs, outputs);
    for (int i = 0; i < n; i++)
        if (arguments[i].name && strcmp(arguments[i].name, "outputs") && !set_attribute(l, made, &arguments[i])) return datum_error();
    if (!infer_built(l, at, made)) return datum_error();
    if (outputs == 1) return datum_tensor(made->outputs[0]);
    datum *items = ARENA_ARRAY(l->arena, datum, outputs);
    for (int i = 0; i < outputs; i++) items[i] = datum_tensor(made->outputs[i]);
    return datum_list(items, outputs);
}

/* ---- functions ---- */

static datum call_function(lowering *l, const ast *at, const function_info *f, const argument *arguments, int n) {
    datum *values = ARENA_ARRAY(l->arena, datum, n);
    bool tensors = false;
    for (int i = 0; i < n; i++) {
        values[i] = arguments[i].value;
        tensors = tensors || values[i].kind == DATUM_TENSOR;
        if (arguments[i].name && !tensors) return lower_error(l, arguments[i].at, f->usage, "%s has no parameter '%s'", f->name, arguments[i].name), datum_error();
    }
    op_code op = op_from_name(f->name);
    if (tensors && op != OP_NONE) return call_op(l, at, op, arguments, n); /* min, max, floor… of tensors */
    datum d = n >= f->min && n <= f->max ? f->apply(l, at, values, n) : datum_nothing();
    if (d.kind != DATUM_NOTHING) return d;
    lower_error(l, at, f->usage, "%s is not for %s", f->name, n == 1 ? datum_noun(values[0]) : "these arguments");
    return datum_error();
}

/* ---- all ---- */

datum call(lowering *l, const ast *at, datum callee, const argument *arguments, int n) {
    switch (callee.kind) {
    case DATUM_BLOCK: return call_block(l, at, callee.block, arguments, n);
    case DATUM_LAYER: return layer_apply(l, at, callee.layer, arguments, n);
    case DATUM_FUNCTION: return call_function(l, at, callee.function, arguments, n);
    case DATUM_OP: return call_op(l, at, callee.op, arguments, n);
    case DATUM_ERROR: return callee;
    default:
        lower_error(l, at, "blocks, layers, functions and operators can be called", "%s cannot be called", datum_noun(callee));
        return datum_error();
    }
}

/* The text of a label; NULL after an error. */
static const char *label_text(lowering *l, const ast *label) {
    datum d = evaluate(l, label);
    return d.kind == DATUM_STRING ? d.string : NULL;
}

datum evaluate_call(lowering *l, const ast *e, const datum *piped, const ast *piped_at) {
    const ast *label = e->kind == AST_LABEL ? e->a : NULL, *target = label ? e->b : e;
    const ast *list = target->kind == AST_CALL ? target->b : NULL, *function = target->kind == AST_CALL ? target->a : target;
    int n = 0, count = ast_count(list);
    if (count > LOWER_MAX_ARGUMENTS) return lower_error(l, e, NULL, "this has more than %d arguments", LOWER_MAX_ARGUMENTS), datum_error();
    argument *arguments = ARENA_ARRAY(l->arena, argument, count + 1);
    datum callee = function->kind == AST_NAME ? look_up_callee(l, function, function->name) : evaluate(l, function);
    bool ok = callee.kind != DATUM_ERROR && (!piped || piped->kind != DATUM_ERROR);
    if (piped) arguments[n++] = (argument){.value = *piped, .at = piped_at};
    for (const ast *a = list; a; a = a->next, n++) {
        arguments[n] = (argument){.name = a->name, .value = evaluate(l, a->a), .at = a->a};
        ok = ok && arguments[n].value.kind != DATUM_ERROR;
    }
    if (label && target->kind != AST_CALL && !piped) return lower_error(l, e, "name: layer(x)", "this label has no call to name"), datum_error();
    l->label = label && ok ? label_text(l, label) : NULL;
    ok = ok && (!label || l->label);
    datum d = ok ? call(l, target, callee, arguments, n) : datum_error();
    l->label = NULL;
    return d;
}
