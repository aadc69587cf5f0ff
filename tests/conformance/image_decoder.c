/* ONNX's ImageDecoder by FreeImage, for `cnnc verify --custom-op`: what a user who wants pictures decoded in emitted code would
 * write. Link with -lfreeimage. As the standard's reference does, grey is 299 parts red, 587 green and 114 blue. */
#include <FreeImage.h>
#include <stdint.h>
#include <string.h>

/* A row of FreeImage's pixels as the network wants them. */
static void convert_row(const BYTE *from, int64_t width, const char *pixel_format, uint8_t *to) {
    for (int64_t x = 0; x < width; x++, from += 3) {
        const uint8_t red = from[FI_RGBA_RED], green = from[FI_RGBA_GREEN], blue = from[FI_RGBA_BLUE];
        if (!strcmp(pixel_format, "Grayscale")) {
            to[x] = (uint8_t)((red * 19595u + green * 38470u + blue * 7471u + 0x8000u) >> 16);
        } else {
            const int reversed = !strcmp(pixel_format, "BGR");
            to[3 * x] = reversed ? blue : red;
            to[3 * x + 1] = green;
            to[3 * x + 2] = reversed ? red : blue;
        }
    }
}

/* Black where it is no picture of that size. */
void ImageDecoder(const uint8_t *encoded, int64_t encoded_count, const char *pixel_format, uint8_t *image, const int64_t image_dims[3],
                  int64_t image_count) {
    FIMEMORY *memory = FreeImage_OpenMemory((BYTE *)(uintptr_t)encoded, (DWORD)encoded_count);
    FREE_IMAGE_FORMAT format = FreeImage_GetFileTypeFromMemory(memory, 0);
    FIBITMAP *loaded = FreeImage_LoadFromMemory(format, memory, format == FIF_JPEG ? JPEG_ACCURATE : 0);
    FIBITMAP *pixels = loaded ? FreeImage_ConvertTo24Bits(loaded) : NULL;
    memset(image, 0, (size_t)image_count);
    int fits = pixels && FreeImage_GetHeight(pixels) == image_dims[0] && FreeImage_GetWidth(pixels) == image_dims[1];
    for (int64_t y = 0; fits && y < image_dims[0]; y++)
        convert_row(FreeImage_GetScanLine(pixels, (int)(image_dims[0] - 1 - y)), image_dims[1], pixel_format, image + y * image_dims[1] * image_dims[2]);
    if (pixels) FreeImage_Unload(pixels);
    if (loaded) FreeImage_Unload(loaded);
    FreeImage_CloseMemory(memory);
}
