#include "backend/emit/emit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { INLINE_LIMIT = 128 << 10, ALIGNMENT = 64 };

weights_mode backend_weights_mode(const plan *p, const backend_options *o) {
    if (o->weights != WEIGHTS_AUTO) return o->weights;
    return p->weights <= INLINE_LIMIT ? WEIGHTS_INLINE : WEIGHTS_EMBED;
}

int emit_constant_index(const plan *p, const buffer *b) {
    int n = 0;
    for (int i = 0; p->buffers[i] != b; i++) n += p->buffers[i]->where == MEMORY_CONSTANT;
    return n;
}

static void *packed_bytes(const packed *k, size_t bytes) {
    void *data = calloc(1, bytes + ALIGNMENT);
    if (!data) {
        fputs("cnnc: error: out of memory while packing weights\n", stderr);
        exit(1);
    }
    k->write(k, data);
    return data;
}

void emit_element(text *out, dtype elem, const void *data, int64_t i) {
    if (elem == DT_F32 || elem == DT_F64) {
        double x = dtype_load_float(elem, data, i);
        const char *suffix = elem == DT_F32 ? "f" : "";
        char s[40];
        snprintf(s, sizeof s, elem == DT_F32 ? "%.9g" : "%.17g", x);
        if (isnan(x)) text_put(out, "NAN");
        else if (isinf(x)) text_put(out, x < 0 ? "-INFINITY" : "INFINITY");
        else text_printf(out, "%s%s%s", s, strpbrk(s, ".e") ? "" : ".0", suffix);
        return;
    }
    int64_t x = 0; /* the stored bits: sub-byte and small float types are kept packed */
    size_t size = dtype_bytes(elem, 1);
    memcpy(&x, (const char *)data + (size_t)i * size, size);
    if (dtype_of(elem)->bits >= 8 && dtype_of(elem)->kind == CLASS_INT) x = dtype_load_int(elem, data, i);
    if (x == INT64_MIN) text_put(out, "INT64_MIN");
    else if (dtype_of(elem)->kind == CLASS_UINT && size == 8) text_printf(out, "%lluu", (unsigned long long)x);
    else text_printf(out, "%lld", (long long)x);
}

void emit_inline_weights(const emission *e, text *out) {
    const plan *p = e->plan;
    int n = 0;
    for (int i = 0; i < p->n_buffers; i++) {
        const buffer *b = p->buffers[i];
        if (b->where != MEMORY_CONSTANT) continue;
        const packed *k = b->packed;
        int64_t count = dtype_of(k->elem)->bits < 8 ? b->size : k->count;
        if (dtype_of(k->elem)->kind == CLASS_COMPLEX) count *= 2;
        text_put(out, "/* ");
        text_comment(out, k->source && k->source->origin ? k->source->origin : "");
        text_printf(out, ", %s */\nstatic const CNNC_ALIGNED %s constant%d[%lld] = {", k->form, dtype_of(k->elem)->ctype, n++,
                    (long long)(count ? count : 1));
        void *data = packed_bytes(k, (size_t)b->size);
        dtype part = k->elem == DT_C64 ? DT_F32 : k->elem == DT_C128 ? DT_F64 : k->elem;
        for (int64_t at = 0; at < count; at++) {
            text_put(out, at % 12 ? " " : "\n    ");
            emit_element(out, part, data, at);
            text_put(out, ",");
        }
        text_put(out, count ? "\n};\n" : "0};\n");
        free(data);
    }
}

void emit_weights_order(text *out) {
    text_put(out, "#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__\n"
                  "#error \"weights are little-endian: compile the model with --weights=inline\"\n#endif\n");
}

void emit_weights_reference(const emission *e, text *out) {
    const char *up = e->upper, *name = e->prefix;
    text_printf(out,
                "/* %lld bytes of weights in kernel order, little-endian, from %s.weights. The assembler looks for it in the\n"
                " * folder of the compilation and in -Wa,-I folders; -D%s_WEIGHTS_FILE='\"path\"' names another place. */\n"
                "#ifndef %s_WEIGHTS_FILE\n#define %s_WEIGHTS_FILE \"%s.weights\"\n#endif\n",
                (long long)e->plan->weights, e->files, up, up, up, e->files);
    text_printf(out,
                "#if defined(__has_embed) && defined(__STDC_VERSION__) && __STDC_VERSION__ >= 202311L\n"
                "static const CNNC_ALIGNED unsigned char %s_weights[] = {\n#embed %s_WEIGHTS_FILE\n};\n#else\n"
                "__asm__(\".pushsection .rodata\\n.balign 64\\n.globl %s_weights\\n.hidden %s_weights\\n%s_weights:\\n\"\n"
                "        \".incbin \\\"\" %s_WEIGHTS_FILE \"\\\"\\n.popsection\\n\");\n"
                "extern const unsigned char %s_weights[];\n#endif\n",
                name, up, name, name, name, up, name);
}

bool emit_weights_file(const emission *e, FILE *f) {
    const plan *p = e->plan;
    static const char padding[ALIGNMENT];
    for (int i = 0; i < p->n_buffers; i++) {
        const buffer *b = p->buffers[i];
        if (b->where != MEMORY_CONSTANT) continue;
        void *data = packed_bytes(b->packed, (size_t)b->size);
        size_t pad = (size_t)(-b->size & (ALIGNMENT - 1));
        bool ok = fwrite(data, 1, (size_t)b->size, f) == (size_t)b->size && fwrite(padding, 1, pad, f) == pad;
        free(data);
        if (!ok) return false;
    }
    return true;
}
