/* safetensors: the length of a JSON object, the object, which gives each tensor's type, shape and place, then their data. */
#include "frontend/onnx/tensors.h"
#include "frontend/weights/archive.h"

#include <jansson.h>
#include <string.h>

enum { LENGTH_BYTES = 8 };

static const struct {
    const char *name;
    dtype type;
} element_types[] = {
    {"F32", DT_F32}, {"F16", DT_F16}, {"BF16", DT_BF16}, {"F64", DT_F64},           {"F8_E4M3", DT_F8E4M3FN}, {"F8_E5M2", DT_F8E5M2},
    {"I8", DT_I8},   {"I16", DT_I16}, {"I32", DT_I32},   {"I64", DT_I64},           {"U8", DT_U8},            {"U16", DT_U16},
    {"U32", DT_U32}, {"U64", DT_U64}, {"BOOL", DT_BOOL},
};

static dtype find_type(const char *name) {
    for (size_t i = 0; i < sizeof element_types / sizeof *element_types; i++)
        if (!strcmp(element_types[i].name, name)) return element_types[i].type;
    return DT_NONE;
}

static bool damaged(const archive *f, const archive_entry *e, const char *what) {
    return diag_error(f->diags, archive_place(f, e), "fetch or save it again", "is damaged: %s", what);
}

/* Numbers of the array, at most `room`; -1: it is none of those. */
static int read_numbers(const json_t *array, int64_t *to, size_t room) {
    size_t n = json_array_size(array);
    if (!json_is_array(array) || n > room) return -1;
    for (size_t i = 0; i < n; i++) {
        const json_t *number = json_array_get(array, i);
        to[i] = json_integer_value(number);
        if (!json_is_integer(number) || to[i] < 0) return -1;
    }
    return (int)n;
}

/* `data` are the bytes behind the header, `size` of them. */
static bool read_entry(archive *f, const json_t *described, archive_entry *e, const uint8_t *data, size_t size) {
    int64_t dims[IR_MAX_RANK], span[2], count;
    const char *type = json_string_value(json_object_get(described, "dtype"));
    int rank = read_numbers(json_object_get(described, "shape"), dims, IR_MAX_RANK);
    if (!type || rank < 0) return damaged(f, e, "it has no dtype or no shape of at most 16 dimensions");
    dtype elem = find_type(type);
    if (elem == DT_NONE)
        return diag_error(f->diags, archive_place(f, e), "convert it, to F32 for instance", "element type %.20s is not supported", type);
    if (!check_shape(f->diags, archive_place(f, e), elem, (size_t)rank, dims, &count)) return false;
    if (read_numbers(json_object_get(described, "data_offsets"), span, 2) != 2 || span[0] > span[1] || (uint64_t)span[1] > size)
        return damaged(f, e, "its data lie outside the file");
    if ((uint64_t)(span[1] - span[0]) != dtype_bytes(elem, count)) return damaged(f, e, "its data do not fit its shape");
    e->type = type_tensor(f->arena, elem, rank, dims);
    e->data = data + span[0];
    return true;
}

static bool read_entries(archive *f, json_t *header, size_t header_end) {
    const char *name;
    json_t *described;
    f->entries = ARENA_ARRAY(f->arena, archive_entry, json_object_size(header));
    json_object_foreach(header, name, described) {
        if (!strcmp(name, "__metadata__")) continue;
        archive_entry *e = &f->entries[f->n++];
        e->name = arena_strdup(f->arena, name);
        if (!read_entry(f, described, e, f->bytes + header_end, f->size - header_end)) return false;
    }
    return true;
}

static uint64_t header_length(const archive *f) {
    uint64_t n = 0;
    for (int i = LENGTH_BYTES; i-- > 0;) n = n << 8 | f->bytes[i];
    return n;
}

static bool open_safetensors(archive *f) {
    const char *hint = "fetch or save it again", *wrong = "is no safetensors file or truncated";
    if (f->size < LENGTH_BYTES) return diag_error(f->diags, f->name, hint, "%s", wrong);
    uint64_t length = header_length(f);
    if (length > f->size - LENGTH_BYTES) return diag_error(f->diags, f->name, hint, "%s", wrong);
    json_error_t error;
    json_t *header = json_loadb((const char *)f->bytes + LENGTH_BYTES, length, JSON_REJECT_DUPLICATES, &error);
    bool ok = json_is_object(header) ? read_entries(f, header, LENGTH_BYTES + length)
                                     : diag_error(f->diags, f->name, hint, "has a damaged header: %s, at its byte %d",
                                                  header ? "no object" : error.text, error.position);
    json_decref(header);
    return ok;
}

const archive_format safetensors_format = {".safetensors", open_safetensors, NULL, NULL, NULL};
