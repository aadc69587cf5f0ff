#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
/* first the standard headers that cmocka wants */
#include <cmocka.h>

#include "compiler/npy.h"

typedef struct fixture {
    arena *arena;
    diagnostics diags;
    char path[32];
} fixture;

static int set_up(void **state) {
    fixture *f = calloc(1, sizeof *f);
    if (!f) return -1;
    f->arena = arena_new();
    strcpy(f->path, "/tmp/cnnc-npy-XXXXXX");
    int fd = mkstemp(f->path);
    if (fd < 0) return -1;
    *state = f;
    return close(fd);
}

static int tear_down(void **state) {
    fixture *f = *state;
    unlink(f->path);
    arena_free(f->arena);
    free(f);
    return 0;
}

/* A file of version 1 with this dictionary and data. */
static void write_file(const fixture *f, const char *dictionary, const void *data, size_t size) {
    FILE *file = fopen(f->path, "wb");
    assert_non_null(file);
    size_t length = strlen(dictionary);
    fwrite("\x93NUMPY\x01\x00", 1, 8, file);
    fputc((int)(length & 255), file);
    fputc((int)(length >> 8), file);
    fwrite(dictionary, 1, length, file);
    fwrite(data, 1, size, file);
    assert_int_equal(fclose(file), 0);
}

static void refuses(fixture *f, const char *word) {
    tensor t;
    assert_false(npy_read(f->path, &t, f->arena, &f->diags));
    assert_int_equal(f->diags.errors, 1);
    assert_non_null(strstr(f->diags.first, word));
}

static void test_every_type_comes_back(void **state) {
    fixture *f = *state;
    const dtype types[] = {DT_F32, DT_F64, DT_F16, DT_I8, DT_I16, DT_I32, DT_I64, DT_U8, DT_U16, DT_U32, DT_U64, DT_BOOL, DT_C64};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        tensor t = tensor_new(f->arena, type_tensor(f->arena, types[i], 3, (int64_t[]){2, 3, 4})), back;
        unsigned char *bytes = t.data;
        for (size_t k = 0; k < dtype_bytes(types[i], 24); k++) bytes[k] = (unsigned char)(k * 37 + i);
        assert_true(npy_write(f->path, &t, f->arena, &f->diags));
        assert_true(npy_read(f->path, &back, f->arena, &f->diags));
        assert_true(type_equal(&t.type, &back.type));
        assert_memory_equal(t.data, back.data, dtype_bytes(types[i], 24));
    }
}

static void test_scalar_and_empty(void **state) {
    fixture *f = *state;
    tensor t = tensor_new(f->arena, type_tensor(f->arena, DT_F32, 0, NULL)), back;
    *(float *)t.data = 3.5f;
    assert_true(npy_write(f->path, &t, f->arena, &f->diags) && npy_read(f->path, &back, f->arena, &f->diags));
    assert_int_equal(back.type.rank, 0);
    assert_true(*(float *)back.data == 3.5f);
    t = tensor_new(f->arena, type_tensor(f->arena, DT_F32, 2, (int64_t[]){0, 7}));
    assert_true(npy_write(f->path, &t, f->arena, &f->diags) && npy_read(f->path, &back, f->arena, &f->diags));
    assert_int_equal(type_size(&back.type, 1), 7);
}

static void test_fortran_order(void **state) {
    fixture *f = *state;
    /* [[1 2 3], [4 5 6]] column by column */
    write_file(f, "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }\n", "\1\4\2\5\3\6", 6);
    tensor t;
    assert_true(npy_read(f->path, &t, f->arena, &f->diags));
    assert_memory_equal(t.data, "\1\2\3\4\5\6", 6);
}

static void test_types_numpy_lacks_are_widened(void **state) {
    fixture *f = *state;
    tensor t = tensor_new(f->arena, type_tensor(f->arena, DT_BF16, 1, (int64_t[]){2})), back;
    dtype_store_float(DT_BF16, t.data, 1, -1.5);
    assert_true(npy_write(f->path, &t, f->arena, &f->diags) && npy_read(f->path, &back, f->arena, &f->diags));
    assert_int_equal(back.type.elem, DT_F32);
    assert_true(((float *)back.data)[1] == -1.5f);
}

static void test_refuses_other_files(void **state) {
    fixture *f = *state;
    FILE *file = fopen(f->path, "wb");
    fputs("PK\3\4 not an array", file);
    fclose(file);
    refuses(f, "not a .npy file");
}

static void test_refuses_big_endian(void **state) {
    fixture *f = *state;
    write_file(f, "{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }\n", "\0\0\0\0", 4);
    refuses(f, "element type");
}

static void test_refuses_short_data(void **state) {
    fixture *f = *state;
    write_file(f, "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }\n", "\0\0\0\0", 4);
    refuses(f, "does not fit");
}

static void test_refuses_overflowing_shape(void **state) {
    fixture *f = *state;
    write_file(f, "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }\n", "", 0);
    refuses(f, "too large");
}

static void test_refuses_too_many_axes(void **state) {
    fixture *f = *state;
    write_file(f, "{'descr': '|u1', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1), }\n", "\0", 1);
    refuses(f, "shape");
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_every_type_comes_back),  TEST(test_scalar_and_empty),
        TEST(test_fortran_order),          TEST(test_types_numpy_lacks_are_widened),
        TEST(test_refuses_other_files),    TEST(test_refuses_big_endian),
        TEST(test_refuses_short_data),     TEST(test_refuses_overflowing_shape),
        TEST(test_refuses_too_many_axes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
