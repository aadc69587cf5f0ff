/* Resizing and cropping. Networks are sensitive to how their pictures were made smaller, so this does what Pillow, and
 * with it torchvision, did in training: a triangle filter as wide as the pixels are apart, rows first, then columns, each
 * rounded to 8 bits, with weights of 22 bits, so that halves fall to the same side. */
#include <math.h>
#include <string.h>

#include "compiler/image.h"

enum { WEIGHT_BITS = 22 };

/* What one output position takes: weights of `n` input positions from `first`, their sum 1 << WEIGHT_BITS or so. */
typedef struct taps {
    int first, n;
    int64_t *weights;
} taps;

static double triangle(double x) { return fmax(0, 1 - fabs(x)); }

static taps *triangle_taps(int from, int to, arena *a) {
    double scale = (double)from / to, reach = scale > 1 ? scale : 1;
    taps *all = ARENA_ARRAY(a, taps, to);
    for (int i = 0; i < to; i++) {
        double centre = (i + 0.5) * scale, sum = 0;
        int first = (int)fmax(centre - reach + 0.5, 0), end = (int)fmin(centre + reach + 0.5, from);
        all[i] = (taps){first, end - first, ARENA_ARRAY(a, int64_t, end - first)};
        for (int k = first; k < end; k++) sum += triangle((k - centre + 0.5) / reach);
        for (int k = first; k < end; k++) all[i].weights[k - first] = llround(triangle((k - centre + 0.5) / reach) / sum * (1 << WEIGHT_BITS));
    }
    return all;
}

/* Resizes along one axis: `outer` lines of positions, each of `inner` samples side by side. */
static void resize_axis(const uint8_t *from, uint8_t *to, size_t outer, int from_size, int to_size, size_t inner, arena *a) {
    const taps *all = triangle_taps(from_size, to_size, a);
    for (size_t o = 0; o < outer; o++, from += (size_t)from_size * inner) {
        for (int i = 0; i < to_size; i++) {
            for (size_t s = 0; s < inner; s++, to++) {
                int64_t sum = 1 << (WEIGHT_BITS - 1);
                for (int k = 0; k < all[i].n; k++) sum += all[i].weights[k] * from[(size_t)(all[i].first + k) * inner + s];
                sum >>= WEIGHT_BITS;
                *to = (uint8_t)(sum > 255 ? 255 : sum);
            }
        }
    }
}

static image image_new(int width, int height, int channels, arena *a) {
    return (image){width, height, channels, arena_alloc(a, (size_t)width * (size_t)height * (size_t)channels)};
}

image image_resize(const image *im, int width, int height, arena *a) {
    image wide = image_new(width, im->height, im->channels, a), out = image_new(width, height, im->channels, a);
    resize_axis(im->samples, wide.samples, (size_t)im->height, im->width, width, (size_t)im->channels, a);
    resize_axis(wide.samples, out.samples, 1, im->height, height, (size_t)width * (size_t)im->channels, a);
    return out;
}

image image_crop_centre(const image *im, int width, int height, arena *a) {
    image out = image_new(width, height, im->channels, a);
    /* Halves to even, as Python rounds. */
    int top = (int)nearbyint((im->height - height) / 2.0), left = (int)nearbyint((im->width - width) / 2.0);
    size_t pixel = (size_t)im->channels, row = pixel * (size_t)width;
    for (int y = 0; y < height; y++)
        memcpy(out.samples + (size_t)y * row, im->samples + ((size_t)(top + y) * (size_t)im->width + (size_t)left) * pixel, row);
    return out;
}

image image_to_grey(const image *im, arena *a) {
    image out = image_new(im->width, im->height, 1, a);
    size_t pixels = (size_t)im->width * (size_t)im->height;
    for (size_t i = 0; i < pixels; i++) {
        const uint8_t *p = im->samples + 3 * i;
        out.samples[i] = (uint8_t)((p[0] * 19595 + p[1] * 38470 + p[2] * 7471 + 0x8000) >> 16);
    }
    return out;
}
