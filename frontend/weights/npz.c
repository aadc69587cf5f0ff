/* numpy.savez: a zip archive with an .npy file for each array, stored or deflated. */
#include "frontend/npy.h"
#include "frontend/weights/archive.h"

#include <string.h>
#include <zip.h>

static bool zip_failed(const archive *f, const char *place, zip_error_t *error) {
    return diag_error(f->diags, place, "fetch or save it again", "is no readable .npz file: %s", zip_error_strerror(error));
}

static bool list_entries(archive *f) {
    zip_int64_t n = zip_get_num_entries(f->handle, 0);
    f->entries = ARENA_ARRAY(f->arena, archive_entry, n);
    for (zip_int64_t i = 0; i < n; i++) {
        const char *name = zip_get_name(f->handle, (zip_uint64_t)i, 0);
        size_t length = name ? strlen(name) : 0;
        if (!name) return zip_failed(f, f->name, zip_get_error(f->handle));
        if (length > 4 && !strcmp(name + length - 4, ".npy")) length -= 4; /* numpy adds it */
        f->entries[f->n++] = (archive_entry){.name = arena_strndup(f->arena, name, length), .index = (uint64_t)i};
    }
    return true;
}

static bool open_npz(archive *f) {
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t *source = zip_source_buffer_create(f->bytes, f->size, 0, &error);
    if (source && !(f->handle = zip_open_from_source(source, ZIP_RDONLY, &error))) zip_source_free(source);
    if (!f->handle) zip_failed(f, f->name, &error);
    zip_error_fini(&error);
    return f->handle && list_entries(f);
}

static void close_npz(archive *f) {
    if (f->handle) zip_discard(f->handle);
}

static bool read_entry(void *from, void *to, size_t n) {
    return zip_fread(from, to, n) == (zip_int64_t)n;
}

/* Its stream, where the array begins; false after an error. */
static bool open_entry(archive *f, const archive_entry *e, npy_stream *s, npy_header *h) {
    zip_stat_t st;
    *s = (npy_stream){.read = read_entry, .place = archive_place(f, e)};
    if (zip_stat_index(f->handle, e->index, 0, &st) || !(st.valid & ZIP_STAT_SIZE))
        return zip_failed(f, s->place, zip_get_error(f->handle));
    s->left = st.size;
    s->from = zip_fopen_index(f->handle, e->index, 0);
    if (!s->from) return zip_failed(f, s->place, zip_get_error(f->handle));
    return npy_read_header(s, h, f->arena, f->diags);
}

static void close_entry(npy_stream *s) {
    if (s->from) zip_fclose(s->from);
}

static bool describe(archive *f, archive_entry *e) {
    npy_stream s;
    npy_header h;
    bool ok = open_entry(f, e, &s, &h);
    if (ok) e->type = type_tensor(f->arena, h.elem, h.rank, h.dims);
    close_entry(&s);
    return ok;
}

/* Reading on behind the last byte makes libzip compare the checksum. */
static bool intact(const npy_stream *s, diagnostics *d) {
    char beyond;
    return zip_fread(s->from, &beyond, 1) == 0 || diag_error(d, s->place, "fetch or save it again", "is damaged: its checksum is wrong");
}

/* The file is mapped, and others may write to it. */
static bool still_as_described(const npy_stream *s, const npy_header *h, const archive_entry *e, diagnostics *d) {
    if (h->elem == e->type.elem && h->count == type_count(&e->type)) return true;
    return diag_error(d, s->place, NULL, "changed while it was read");
}

static bool load(archive *f, const archive_entry *e, void *to) {
    npy_stream s;
    npy_header h;
    bool ok = open_entry(f, e, &s, &h) && still_as_described(&s, &h, e, f->diags) &&
              npy_read_data(&s, &h, to, f->arena, f->diags) && intact(&s, f->diags);
    close_entry(&s);
    return ok;
}

const archive_format npz_format = {".npz", open_npz, describe, load, close_npz};
