/* Pictures in files. PNG by libpng's simplified interface, JPEG by TurboJPEG. */
#include <errno.h>
#include <png.h>
#include <string.h>
#include <sys/stat.h>
#include <turbojpeg.h>

#include "compiler/image.h"
#include "compiler/output.h"

/* Decoders are told of sizes by the file: nobody photographs more than this. */
static const double max_pixels = 1 << 28;

static bool allocate(image *im, const char *path, int width, int height, int samples, arena *a, diagnostics *d) {
    if (width < 1 || height < 1 || (double)width * height > max_pixels)
        return diag_error(d, path, NULL, "an image of %dx%d pixels is too large", width, height);
    *im = (image){width, height, samples, arena_alloc(a, (size_t)width * (size_t)height * (size_t)samples)};
    return true;
}

/* ---- reading ---- */

static image without_alpha(const image *rgba) {
    size_t pixels = (size_t)rgba->width * (size_t)rgba->height;
    for (size_t i = 0; i < pixels; i++) memmove(rgba->samples + 3 * i, rgba->samples + 4 * i, 3);
    return (image){rgba->width, rgba->height, 3, rgba->samples};
}

static bool decode_png(const char *path, const void *bytes, size_t size, image *out, arena *a, diagnostics *d) {
    png_image p = {.version = PNG_IMAGE_VERSION};
    image rgba = {0};
    bool ok = png_image_begin_read_from_memory(&p, bytes, size) && p.warning_or_error < 2;
    if (!ok) return diag_error(d, path, NULL, "not a sound PNG file: %s", p.message);
    p.format = PNG_FORMAT_RGBA;
    p.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
    if (p.width > INT32_MAX || p.height > INT32_MAX || !allocate(&rgba, path, (int)p.width, (int)p.height, 4, a, d)) {
        png_image_free(&p);
        return false;
    }
    if (!png_image_finish_read(&p, NULL, rgba.samples, 0, NULL)) return diag_error(d, path, NULL, "not a sound PNG file: %s", p.message);
    *out = without_alpha(&rgba);
    return true;
}

static bool decode_jpeg(const char *path, const void *bytes, size_t size, image *out, arena *a, diagnostics *d) {
    int width = 0, height = 0, subsampling, colours = -1; /* stay so where a file ends before its frame */
    tjhandle j = tjInitDecompress();
    bool ok = j && tjDecompressHeader3(j, bytes, size, &width, &height, &subsampling, &colours) == 0 && width > 0;
    bool cmyk = ok && (colours == TJCS_CMYK || colours == TJCS_YCCK), large = false;
    if (ok && !cmyk) {
        large = !allocate(out, path, width, height, 3, a, d);
        ok = !large && tjDecompress2(j, bytes, size, out->samples, width, 0, height, TJPF_RGB, TJFLAG_ACCURATEDCT) == 0;
    }
    if (cmyk) ok = diag_error(d, path, "convert it to RGB", "a JPEG file in CMYK, the inks of a printer");
    else if (!ok && !large) diag_error(d, path, NULL, "not a sound JPEG file: %s", width ? tjGetErrorStr2(j) : "it has no frame");
    if (j) tjDestroy(j);
    return ok;
}

static bool decode(const char *path, const void *bytes, size_t size, image *out, arena *a, diagnostics *d) {
    static const struct {
        const char *magic;
        bool (*decode)(const char *path, const void *bytes, size_t size, image *out, arena *a, diagnostics *d);
    } formats[] = {{"\x89PNG", decode_png}, {"\xff\xd8\xff", decode_jpeg}};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        size_t n = strlen(formats[i].magic);
        if (size >= n && !memcmp(bytes, formats[i].magic, n)) return formats[i].decode(path, bytes, size, out, a, d);
    }
    return diag_error(d, path, NULL, "neither a PNG nor a JPEG file");
}

bool image_read(const char *path, image *out, arena *a, diagnostics *d) {
    struct stat s;
    FILE *f = fopen(path, "rb");
    if (!f) return diag_error(d, path, NULL, "cannot open: %s", strerror(errno));
    bool ok = fstat(fileno(f), &s) == 0 && S_ISREG(s.st_mode);
    size_t size = ok ? (size_t)s.st_size : 0;
    void *bytes = arena_alloc(a, size + 1);
    if (!ok) diag_error(d, path, NULL, "not a regular file");
    else if (fread(bytes, 1, size, f) != size) ok = diag_error(d, path, NULL, "cannot read: %s", strerror(errno));
    fclose(f);
    return ok && decode(path, bytes, size, out, a, d);
}

/* ---- writing ---- */

bool image_write_png(const char *path, const image *im, arena *a, diagnostics *d) {
    png_image p = {.version = PNG_IMAGE_VERSION, .width = (png_uint_32)im->width, .height = (png_uint_32)im->height,
                   .format = im->channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB};
    output_set files = {.arena = a, .diags = d};
    FILE *f = output_open(&files, path);
    if (!f) return false;
    if (png_image_write_to_stdio(&p, f, 0, im->samples, 0, NULL)) return output_commit(&files);
    output_discard(&files);
    return diag_error(d, path, NULL, "cannot write: %s", p.message);
}
