#include "backend/emit/emit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum { INLINE_LIMIT = 128 << 10, ALIGNMENT = 64, SEAL = ALIGNMENT };

weights_mode backend_weights_mode(const plan *p, const backend_options *o) {
    if (o->weights != WEIGHTS_AUTO) return o->weights;
    return p->weights <= INLINE_LIMIT ? WEIGHTS_INLINE : WEIGHTS_EMBED;
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

/* Elements of the C array: whole lines of the cache, so that arrays make up their section whatever their order there. */
static int64_t array_count(const buffer *b, size_t element) {
    int64_t bytes = (b->size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    return (bytes ? bytes : ALIGNMENT) / (int64_t)element;
}

void emit_inline_weights(const emission *e, text *out) {
    const plan *p = e->plan;
    int n = 0;
    for (int i = 0; i < p->n_buffers; i++) {
        const buffer *b = p->buffers[i];
        if (b->where != MEMORY_CONSTANT) continue;
        n++;
        const packed *k = b->packed;
        dtype part = k->elem == DT_C64 ? DT_F32 : k->elem == DT_C128 ? DT_F64 : k->elem;
        int64_t count = dtype_of(k->elem)->bits < 8 ? b->size : k->count;
        if (dtype_of(k->elem)->kind == CLASS_COMPLEX) count *= 2;
        text_put(out, "/* ");
        text_comment(out, k->source && k->source->origin ? k->source->origin : "");
        text_printf(out, ", %s */\nstatic const CNNC_WEIGHTS CNNC_ALIGNED %s constant%d[%lld] = {", k->form, dtype_of(k->elem)->ctype, b->index,
                    (long long)array_count(b, dtype_of(part)->bits < 8 ? 1 : dtype_bytes(part, 1)));
        void *data = packed_bytes(k, (size_t)b->size);
        for (int64_t at = 0; at < count; at++) {
            text_put(out, at % 12 ? " " : "\n    ");
            emit_element(out, part, data, at);
            text_put(out, ",");
        }
        text_put(out, count ? "\n};\n" : "0};\n");
        free(data);
    }
    if (!n) return;
    text_put(out, "_Static_assert(");
    for (int i = 0; i < n; i++) text_printf(out, "%ssizeof constant%d", i % 8 ? " + " : i ? " +\n    " : "", i);
    text_printf(out, " == %s_WEIGHTS_SIZE, \"the weights have the size that the header states\");\n", e->upper);
}

/* ELF: a section of their own, which a linker script can place, and whose size the linker's map tells. */
void emit_weights_section(const emission *e, text *out) {
    text_printf(out,
                "#if defined(__GNUC__) && defined(__ELF__)\n#define CNNC_WEIGHTS __attribute__((section(\".rodata.%s_weights\"), used))\n"
                "#else\n#define CNNC_WEIGHTS\n#endif\n",
                e->prefix);
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
                (long long)emit_weights_size(e), e->files, up, up, up, e->files);
    text_put(out, "#if defined(__has_embed) && defined(__STDC_VERSION__) && __STDC_VERSION__ >= 202311L\n");
    emit_weights_section(e, out);
    text_printf(out,
                "static const CNNC_WEIGHTS _Alignas(64) unsigned char %s_weights[] = {\n#embed %s_WEIGHTS_FILE\n};\n"
                "_Static_assert(sizeof %s_weights == %s_WEIGHTS_SIZE, \"the weights have the size that the header states\");\n#else\n"
                "__asm__(\".pushsection .rodata.%s_weights,\\\"a\\\"\\n.balign 64\\n.globl %s_weights\\n.hidden %s_weights\\n%s_weights:\\n\"\n"
                "        \".incbin \\\"\" %s_WEIGHTS_FILE \"\\\"\\n.popsection\\n\");\n"
                "extern const unsigned char %s_weights[];\n#endif\n",
                name, up, name, up, name, name, name, name, up, name);
}

/* ---- the file ---- */

bool emit_has_weights_file(const emission *e) { return e->weights == WEIGHTS_EMBED || e->weights == WEIGHTS_FILE; }

int64_t emit_weights_size(const emission *e) {
    const plan *p = e->plan;
    if (emit_has_weights_file(e)) return p->weights + SEAL;
    int64_t bytes = p->weights; /* a C array has an element at least */
    for (int i = 0; i < p->n_buffers; i++)
        if (p->buffers[i]->where == MEMORY_CONSTANT && !p->buffers[i]->size) bytes += ALIGNMENT;
    return bytes;
}

static void put_seal(uint64_t hash, unsigned char seal[static 8]) {
    for (int i = 0; i < 8; i++) seal[i] = (unsigned char)(hash >> 8 * i);
}

static bool write_constants(const plan *p, FILE *f, XXH3_state_t *state) {
    for (int i = 0; i < p->n_buffers; i++) {
        const buffer *b = p->buffers[i];
        if (b->where != MEMORY_CONSTANT) continue;
        size_t size = (size_t)(b->size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        void *data = packed_bytes(b->packed, (size_t)b->size); /* has room for zeros up to the next one */
        XXH3_64bits_update(state, data, size);
        bool ok = fwrite(data, 1, size, f) == size;
        free(data);
        if (!ok) return false;
    }
    return true;
}

/* The seal comes last, so that a file cut short has none either. */
bool emit_weights_file(const emission *e, FILE *f, uint64_t *hash) {
    XXH3_state_t *state = XXH3_createState();
    if (!state) return false;
    XXH3_64bits_reset(state);
    bool ok = write_constants(e->plan, f, state);
    *hash = XXH3_64bits_digest(state);
    XXH3_freeState(state);
    unsigned char seal[SEAL] = {0};
    put_seal(*hash, seal);
    return ok && fwrite(seal, 1, sizeof seal, f) == sizeof seal;
}

void emit_weights_check(const emission *e, const char *weights, text *out) {
    unsigned char seal[8];
    put_seal(e->weights_hash, seal);
    text_put(out, "    static const unsigned char seal[] = {");
    for (int i = 0; i < 8; i++) text_printf(out, "%s%u", i ? ", " : "", seal[i]);
    text_printf(out, "}; /* ends %s.weights */\n    if (%smemcmp(%s + %lld, seal, sizeof seal) != 0) return 7;\n", e->files,
                e->weights == WEIGHTS_FILE ? "!weights || " : "", weights, (long long)e->plan->weights);
}
