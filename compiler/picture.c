#include "compiler/picture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/image.h"
#include "compiler/options.h"

/* ---- options ---- */

enum { KEY_RESIZE = 512, KEY_MEAN, KEY_STD };

static const struct argp_option options[] = {
    {NULL, 0, NULL, 0, "Pictures:", 20},
    {"resize", KEY_RESIZE, "N", 0,
     "the short side of the picture before its middle is taken (default: 256 for networks that take 224, others in proportion)", 0},
    {"mean", KEY_MEAN, "R,G,B", 0, "what is subtracted from samples from 0 to 1 (default: ImageNet's for 3 channels, 0 for one)", 0},
    {"std", KEY_STD, "R,G,B", 0, "what they are then divided by (default: ImageNet's for 3 channels, 1 for one)", 0},
    {0},
};

static int parse_channels(const char *option, const char *arg, double *to, const struct argp_state *state) {
    int n = 0;
    char *end = NULL;
    for (const char *p = arg; n < 3; p = end + 1) {
        to[n] = strtod(p, &end);
        if (end == p || !isfinite(to[n])) break;
        n++;
        if (*end != ',') break;
    }
    if (*end || (n != 1 && n != 3)) argp_error(state, "%s is one number or three with commas, not '%s'", option, arg);
    return n;
}

static error_t parse(int key, char *arg, struct argp_state *state) {
    picture_options *o = state->input;
    switch (key) {
    case KEY_RESIZE: o->short_side = option_int(arg, 1, 1 << 14, state); return 0;
    case KEY_MEAN: o->n_mean = parse_channels("--mean", arg, o->mean, state); return 0;
    case KEY_STD:
        o->n_std = parse_channels("--std", arg, o->std, state);
        for (int i = 0; i < o->n_std; i++)
            if (o->std[i] <= 0) argp_error(state, "--std divides: it must be above 0, not '%s'", arg);
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

const struct argp picture_argp = {options, parse, NULL, NULL, NULL, NULL, NULL};

/* ---- inputs ---- */

/* Where a tensor keeps the samples of a picture. */
typedef struct frame {
    int width, height, channels;
    bool channels_last;
} frame;

static bool is_channels(int64_t n) { return n == 1 || n == 3; }

static bool frame_of(const value_type *t, frame *f) {
    enum { MAX_SIDE = 1 << 14 };
    bool floats = t->kind == TYPE_TENSOR && t->rank == 4 && dtype_of(t->elem)->kind == CLASS_FLOAT && type_is_static(t);
    if (!floats || type_size(t, 0) != 1) return false;
    bool last = !is_channels(type_size(t, 1));
    int64_t channels = type_size(t, last ? 3 : 1), height = type_size(t, last ? 1 : 2), width = type_size(t, last ? 2 : 3);
    if (!is_channels(channels) || height < 1 || width < 1 || height > MAX_SIDE || width > MAX_SIDE) return false;
    *f = (frame){(int)width, (int)height, (int)channels, last};
    return true;
}

/* The smallest size in the picture's proportions that covers width x height, as torchvision rounds it. */
static image scaled_to_cover(const image *im, int64_t width, int64_t height, arena *a) {
    bool by_width = im->width * height <= im->height * width;
    int64_t w = by_width ? width : height * im->width / im->height, h = by_width ? width * im->height / im->width : height;
    return image_resize(im, (int)(w > width ? w : width), (int)(h > height ? h : height), a);
}

static bool fit(const char *path, image *im, const frame *f, const picture_options *o, arena *a, diagnostics *d) {
    int least = f->width < f->height ? f->width : f->height;
    if (o->short_side && o->short_side < least)
        return diag_error(d, "--resize", NULL, "%d is less than the network's %d", o->short_side, least);
    if (!o->short_side && im->width == f->width && im->height == f->height) return true; /* made for this network */
    int64_t side = o->short_side ? o->short_side : o->whole ? least : lround(least * 256 / 224.0);
    int64_t width = side * f->width / least, height = side * f->height / least;
    double across = im->width > im->height ? (double)im->width / im->height : (double)im->height / im->width;
    if (across * (double)(width > height ? width : height) > 1 << 17)
        return diag_error(d, path, "crop it", "an image of %dx%d pixels is too narrow", im->width, im->height);
    *im = scaled_to_cover(im, width, height, a);
    *im = image_crop_centre(im, f->width, f->height, a);
    return true;
}

/* Sample s of the tensor: (pixel / 255 - mean) / std. */
static void store(const image *im, const frame *f, const picture_options *o, tensor *to, int64_t s) {
    static const double imagenet_mean[] = {0.485, 0.456, 0.406}, imagenet_std[] = {0.229, 0.224, 0.225};
    int64_t plane = (int64_t)f->width * f->height, first = s * plane * f->channels;
    for (int c = 0; c < f->channels; c++) {
        bool colour = f->channels == 3;
        double mean = o->n_mean ? o->mean[o->n_mean == 1 ? 0 : c] : colour ? imagenet_mean[c] : 0;
        double std = o->n_std ? o->std[o->n_std == 1 ? 0 : c] : colour ? imagenet_std[c] : 1;
        for (int64_t i = 0; i < plane; i++) {
            int64_t at = f->channels_last ? i * f->channels + c : c * plane + i;
            dtype_store_float(to->type.elem, to->data, first + at, (im->samples[i * f->channels + c] / 255.0 - mean) / std);
        }
    }
}

static int find_input(value *const *values, int n, frame *f, diagnostics *d) {
    int found = -1;
    for (int i = 0; i < n; i++) {
        frame one;
        if (!frame_of(&values[i]->type, &one)) continue;
        if (found >= 0) {
            diag_error(d, "--image", "give .npy files with --input", "both '%.80s' and '%.80s' could take it", values[found]->name, values[i]->name);
            return -1;
        }
        found = i;
        *f = one;
    }
    if (found < 0)
        diag_error(d, "--image", "give .npy files with --input", "no input of the network is a picture, [1,C,H,W] or [1,H,W,C] of 1 or 3 channels");
    return found;
}

bool pictures_read(const picture_options *o, value *const *values, int n, tensor *inputs, arena *a, diagnostics *d) {
    frame f = {0};
    int which = find_input(values, n, &f, d);
    if (which < 0) return false;
    if ((o->n_mean > f.channels) || (o->n_std > f.channels))
        return diag_error(d, o->n_mean > f.channels ? "--mean" : "--std", NULL, "has 3 numbers, but '%.80s' one channel", values[which]->name);
    tensor *to = &inputs[which];
    to->type = values[which]->type;
    to->data = arena_alloc(a, dtype_bytes(to->type.elem, type_count(&to->type)) * (size_t)o->files.n);
    for (int i = 0; i < o->files.n; i++) {
        image im;
        arena *scratch = arena_new();
        bool ok = image_read(o->files.args[i], &im, scratch, d);
        if (ok && f.channels == 1) im = image_to_grey(&im, scratch);
        ok = ok && fit(o->files.args[i], &im, &f, o, scratch, d);
        if (ok) store(&im, &f, o, to, i);
        arena_free(scratch);
        if (!ok) return false;
    }
    return true;
}

/* ---- outputs ---- */

/* The least and largest value; false where one is not finite. */
static bool find_range(const tensor *t, int64_t n, double *low, double *high) {
    *low = INFINITY, *high = -INFINITY;
    bool finite = true;
    for (int64_t i = 0; i < n; i++) {
        double x = dtype_load_float(t->type.elem, t->data, i);
        finite = finite && isfinite(x);
        *low = fmin(*low, x), *high = fmax(*high, x);
    }
    return finite;
}

bool picture_write(const char *path, const tensor *t, arena *a, diagnostics *d) {
    const value_type *type = &t->type;
    bool fits = type->kind == TYPE_TENSOR && dtype_of(type->elem)->kind == CLASS_FLOAT && (type->rank == 3 || type->rank == 4);
    int64_t height = fits ? type_size(type, -2) : 0, width = fits ? type_size(type, -1) : 0;
    int64_t channels = fits ? type_size(type, -3) : 1;
    if (!fits || !is_channels(channels) || (type->rank == 4 && type_size(type, 0) != 1) || height < 1 || width < 1)
        return diag_error(d, path, "write it as .npy", "only [1,1,H,W] and [1,3,H,W] of floats can be a picture");
    double low, high;
    int64_t plane = height * width;
    if (!find_range(t, plane * channels, &low, &high)) return diag_error(d, path, "write it as .npy", "the output holds NaN or infinity");
    bool stretch = low < 0 || high > 1;
    if (stretch) printf("%s: black is %.4g, white %.4g\n", path, low, high);
    else low = 0, high = 1;
    image im = {(int)width, (int)height, (int)channels, arena_alloc(a, (size_t)(plane * channels))};
    for (int64_t i = 0; i < plane; i++)
        for (int64_t c = 0; c < channels; c++) {
            double x = dtype_load_float(type->elem, t->data, c * plane + i);
            im.samples[i * channels + c] = (uint8_t)lround(high > low ? 255 * (x - low) / (high - low) : 0);
        }
    return image_write_png(path, &im, a, d);
}
