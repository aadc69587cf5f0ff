/* Output files take their places together: where one cannot, all stay as they were. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* first the standard headers that cmocka wants */
#include <cmocka.h>

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compiler/output.h"
#include "compiler/temporary.h"

typedef struct place {
    arena *arena;
    diagnostics diags;
    const char *folder;
} place;

static int set_up(void **state) {
    place *p = calloc(1, sizeof *p);
    if (!p) return -1;
    p->arena = arena_new();
    p->folder = temporary_folder(p->arena, &p->diags);
    *state = p;
    return p->folder ? 0 : -1;
}

static int tear_down(void **state) {
    place *p = *state;
    temporary_remove(p->folder);
    arena_free(p->arena);
    free(p);
    return 0;
}

static const char *in(const place *p, const char *name) { return arena_printf(p->arena, "%s/%s", p->folder, name); }

static void write_text(const char *path, const char *content) {
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(content, f);
    assert_int_equal(fclose(f), 0);
}

static void assert_text(const char *path, const char *content) {
    char got[64] = "";
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    size_t n = fread(got, 1, sizeof got - 1, f);
    fclose(f);
    got[n] = '\0';
    assert_string_equal(got, content);
}

static int entries(const char *folder) {
    int n = -2; /* itself, and the one around it */
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    while (readdir(dir)) n++;
    closedir(dir);
    return n;
}

static void open_and_write(output_set *s, const char *path, const char *content) {
    FILE *f = output_open(s, path);
    assert_non_null(f);
    fputs(content, f);
}

static void all_take_their_places(void **state) {
    place *p = *state;
    output_set s = {.arena = p->arena, .diags = &p->diags};
    write_text(in(p, "a"), "old");
    open_and_write(&s, in(p, "a"), "new a");
    open_and_write(&s, in(p, "b"), "new b");
    assert_text(in(p, "a"), "old");
    assert_true(output_commit(&s));
    assert_text(in(p, "a"), "new a");
    assert_text(in(p, "b"), "new b");
    assert_int_equal(entries(p->folder), 2);
}

/* The third of four files cannot: its folder is gone. */
static void none_does_where_one_cannot(void **state) {
    place *p = *state;
    output_set s = {.arena = p->arena, .diags = &p->diags};
    const char *gone = in(p, "gone"), *lost = in(p, "gone/lost");
    assert_int_equal(mkdir(gone, 0777), 0);
    write_text(in(p, "old"), "was here");
    write_text(in(p, "later"), "too");
    open_and_write(&s, in(p, "old"), "new");
    open_and_write(&s, in(p, "fresh"), "new");
    open_and_write(&s, lost, "new");
    open_and_write(&s, in(p, "later"), "new");
    assert_int_equal(unlink(s.files[2].temporary), 0);
    assert_int_equal(rmdir(gone), 0);
    assert_false(output_commit(&s));
    assert_non_null(strstr(p->diags.first, "lost: cannot rename into place"));
    assert_text(in(p, "old"), "was here");
    assert_text(in(p, "later"), "too");
    assert_int_equal(entries(p->folder), 2);
}

/* What has become a folder meanwhile is not moved aside. */
static void folders_stay(void **state) {
    place *p = *state;
    output_set s = {.arena = p->arena, .diags = &p->diags};
    write_text(in(p, "a"), "old");
    open_and_write(&s, in(p, "a"), "new");
    open_and_write(&s, in(p, "b"), "new");
    assert_int_equal(mkdir(in(p, "b"), 0777), 0);
    assert_false(output_commit(&s));
    assert_non_null(strstr(p->diags.first, "not a regular file"));
    assert_text(in(p, "a"), "old");
    assert_int_equal(entries(p->folder), 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(all_take_their_places, set_up, tear_down),
        cmocka_unit_test_setup_teardown(none_does_where_one_cannot, set_up, tear_down),
        cmocka_unit_test_setup_teardown(folders_stay, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
