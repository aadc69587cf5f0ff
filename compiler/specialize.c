/* --fix, --elements, and the data that `verify` has: what is known of inputs beyond their types. */
#include <stdlib.h>
#include <string.h>

#include "compiler/model.h"

enum { MOST_FIXED = 64 /* elements of an input that is fixed because sizes may depend on it */ };

/* The option among n that is about the input; NULL: none. Marks it as asked for. */
static const char *find(const char *const *options, int n, const char *name, bool *asked) {
    size_t length = strlen(name);
    for (int i = 0; i < n; i++) {
        if (strncmp(options[i], name, length) != 0 || options[i][length] != '=') continue;
        asked[i] = true;
        return options[i] + length + 1;
    }
    return NULL;
}

static bool complain(const specialization *s, const char *option, const char *name, const char *what) {
    return diag_error(s->diags, option, NULL, "input '%.80s' %s", name, what);
}

static bool is_numeric(dtype t) { return t != DT_NONE && t != DT_STRING && dtype_of(t)->kind != CLASS_COMPLEX; }

static bool store_number(const char **words, dtype t, void *data, int64_t i) {
    char *end;
    if (dtype_of(t)->kind == CLASS_FLOAT) dtype_store_float(t, data, i, strtod(*words, &end));
    else dtype_store_int(t, data, i, strtoll(*words, &end, 0));
    bool read = end != *words && (*end == ',' || !*end);
    *words = *end ? end + 1 : end;
    return read;
}

static bool wants_numbers(const specialization *s, const char *name, int64_t count) {
    return complain(s, "--fix", name, arena_printf(s->arena, "has %lld element%s: give as many numbers, with commas between", (long long)count, count == 1 ? "" : "s"));
}

static bool read_fixed(const specialization *s, const char *words, const char *name, const value_type *declared, tensor *out) {
    if (declared->kind != TYPE_TENSOR || !type_is_static(declared) || !is_numeric(declared->elem))
        return complain(s, "--fix", name, "is no tensor of numbers whose shape is known");
    *out = tensor_new(s->arena, *declared);
    int64_t count = type_count(declared);
    for (int64_t i = 0; i < count; i++)
        if (!store_number(&words, declared->elem, out->data, i)) return wants_numbers(s, name, count);
    return !*words || wants_numbers(s, name, count);
}

/* f32[3,4] and the comma behind it. */
static bool read_type(const specialization *s, const char **words, value_type *out) {
    char word[16];
    int64_t dims[IR_MAX_RANK];
    int rank = 0;
    size_t n = strcspn(*words, "[,");
    snprintf(word, sizeof word, "%.*s", (int)(n < 15 ? n : 15), *words);
    *words += n;
    if (**words == '[')
        for (++*words; **words && **words != ']' && rank < IR_MAX_RANK;) {
            char *end;
            dims[rank] = strtoll(*words, &end, 10);
            if (end == *words || dims[rank++] < 0) return false;
            *words = *end == ',' ? end + 1 : end;
        }
    *words += **words == ']';
    bool ends = !**words || **words == ',';
    *words += **words == ',';
    dtype elem = dtype_from_name(word);
    *out = type_tensor(s->arena, elem, rank, dims);
    return ends && elem != DT_NONE;
}

/* How many entries a map may have. */
static bool read_room(const specialization *s, const char *words, const char *name, tensor *out) {
    char *end;
    const long room = strtol(words, &end, 10);
    const int64_t size = room;
    if (end == words || *end || room < 1 || room > INT32_MAX) return complain(s, "--elements", name, "is a map: it needs the number of its entries");
    *out = (tensor){.type = {.kind = TYPE_MAP}, .items = ARENA_ARRAY(s->arena, tensor, 1), .n_items = 1};
    out->items[0].type = type_tensor(s->arena, DT_I64, 1, &size);
    return true;
}

static bool read_elements(const specialization *s, const char *words, const char *name, const value_type *declared, tensor *out) {
    bool optional = declared->kind == TYPE_OPTIONAL, empty = !strcmp(words, "none");
    if (declared->kind == TYPE_MAP) return read_room(s, words, name, out);
    if (declared->kind != TYPE_SEQUENCE && !optional) return complain(s, "--elements", name, "is no sequence, optional or map");
    tensor list = {.type = {.kind = TYPE_SEQUENCE}, .items = ARENA_ARRAY(s->arena, tensor, strlen(words) + 1)};
    while (*words && !empty)
        if (!read_type(s, &words, &list.items[list.n_items++].type)) return complain(s, "--elements", name, "needs types such as f32[3,4], with commas between");
    *out = list;
    if (!optional) return true;
    bool sequence = declared->inner->kind == TYPE_SEQUENCE;
    *out = (tensor){.type = {.kind = TYPE_OPTIONAL}, .items = ARENA_ARRAY(s->arena, tensor, 1), .n_items = !empty && (sequence || list.n_items)};
    if (out->n_items) out->items[0] = sequence ? list : list.items[0];
    return true;
}

/* The data of the input, where more than its type is needed. */
static bool read_data(const specialization *s, int input, const value_type *declared, input_sample *out) {
    const model_options *o = s->options;
    const value_type *t = declared->kind == TYPE_OPTIONAL ? declared->inner : declared;
    bool integers = t->kind == TYPE_TENSOR && is_numeric(t->elem) && dtype_of(t->elem)->kind != CLASS_FLOAT;
    bool fixes = o->fix_integers && integers && (!type_is_static(t) || type_count(t) <= MOST_FIXED);
    if (declared->kind == TYPE_TENSOR && !fixes) return false;
    diagnostics quiet = {.stream = NULL};
    const char *file = arena_printf(s->arena, "%s/input_%d.pb", o->data, input);
    if (!frontend_read_tensor(file, declared, &out->like, s->arena, &quiet)) return false;
    out->fixed = fixes && (declared->kind == TYPE_OPTIONAL || type_count(&out->like.type) <= MOST_FIXED);
    return true;
}

bool specialize(void *context, int input, const char *name, const value_type *declared, input_sample *out) {
    specialization *s = context;
    const model_options *o = s->options;
    const char *words;
    if ((words = find(o->fixed, o->n_fixed, name, s->fixed))) return out->fixed = read_fixed(s, words, name, declared, &out->like);
    if ((words = find(o->elements, o->n_elements, name, s->elements))) return read_elements(s, words, name, declared, &out->like);
    return o->data && read_data(s, input, declared, out);
}

static bool check_asked(const specialization *s, const char *option, const char *const *options, const bool *asked, int n) {
    for (int i = 0; i < n; i++)
        if (!asked[i]) return diag_error(s->diags, option, "`cnnc inspect` shows the inputs", "no input is named '%.*s'", (int)strcspn(options[i], "="), options[i]);
    return true;
}

bool specialization_check(const specialization *s) {
    const model_options *o = s->options;
    return check_asked(s, "--fix", o->fixed, s->fixed, o->n_fixed) && check_asked(s, "--elements", o->elements, s->elements, o->n_elements);
}
