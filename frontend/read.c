#include "frontend/frontend.h"
#include "frontend/onnx/reader.h"

graph *frontend_read(const char *path, const frontend_options *o, arena *a, diagnostics *d) {
    static const frontend_options defaults = {.n_dims = 0};
    return onnx_read(path, o ? o : &defaults, a, d);
}
