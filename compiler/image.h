/* Photographs in, maps out: PNG and JPEG files, and how a picture becomes what a network was trained on. */
#ifndef CNNC_IMAGE_H
#define CNNC_IMAGE_H

#include "ir/ir.h"

/* Rows from the top, 8 bits a sample. */
typedef struct image {
    int width, height, channels; /* 1: grey, 3: red, green, blue */
    uint8_t *samples;
} image;

/* Red, green and blue of a PNG or JPEG file, told apart by how it begins; transparency is dropped. */
bool image_read(const char *path, image *out, arena *a, diagnostics *d);
bool image_write_png(const char *path, const image *im, arena *a, diagnostics *d);

/* ITU-R 601 luma, as PNG and JPEG libraries compute it. */
image image_to_grey(const image *im, arena *a);
/* Bilinear, over all samples that a smaller pixel covers: as Pillow and torchvision resize pictures. */
image image_resize(const image *im, int width, int height, arena *a);
/* The middle of a picture that is at least as large. */
image image_crop_centre(const image *im, int width, int height, arena *a);

#endif
