#include "compiler/custom_op.h"

#include <clang-c/Index.h>
#include <string.h>
#include <sys/mman.h>

#include "backend/backend.h"
#include "frontend/map_file.h"

typedef struct reader {
    custom_function *f;
    CXTranslationUnit unit;
    CXCursor definition; /* of the function; null until it is found */
    arena *arena;
    diagnostics *diags;
    bool ok;
} reader;

static const char hint_standalone[] = "it becomes part of the emitted file, beside others, and of programs with several networks";

static const char *copied(reader *r, CXString s) {
    const char *copy = arena_strdup(r->arena, clang_getCString(s) ? clang_getCString(s) : "");
    clang_disposeString(s);
    return copy;
}

static size_t offset_of(CXSourceLocation at) {
    unsigned offset;
    clang_getFileLocation(at, NULL, NULL, NULL, &offset);
    return offset;
}

static size_t place_of(CXCursor c) { return offset_of(clang_getCursorLocation(c)); }

/* ---- is it a file that another can contain? ---- */

static bool read_text(custom_function *f, const char *path, arena *a, diagnostics *d) {
    const uint8_t *bytes;
    size_t size;
    if (!map_path(path, path, &bytes, &size, d)) return false;
    diag_read(d, path);
    f->source = (source_text){arena_strdup(a, path), arena_strndup(a, (const char *)bytes, size), size};
    if (size) munmap((void *)(uintptr_t)bytes, size);
    return strlen(f->source.text) == size || diag_error(d, path, "give it a C file", "holds a byte 0, which is no C");
}

static bool parse(reader *r, CXIndex index) {
    static const char *const flags[] = {"-xc", "-std=c11"};
    const char *path = r->f->source.file;
    struct CXUnsavedFile file = {path, r->f->source.text, r->f->source.size};
    if (clang_parseTranslationUnit2(index, path, flags, 2, &file, 1, CXTranslationUnit_None, &r->unit) != CXError_Success)
        return diag_error(r->diags, path, NULL, "libclang cannot parse it");
    for (unsigned i = 0; i < clang_getNumDiagnostics(r->unit); i++) {
        CXDiagnostic said = clang_getDiagnostic(r->unit, i);
        if (clang_getDiagnosticSeverity(said) >= CXDiagnostic_Error)
            r->ok = diag_error(r->diags, "--custom-op", NULL, "%s", copied(r, clang_formatDiagnostic(said, clang_defaultDiagnosticDisplayOptions())));
        clang_disposeDiagnostic(said);
    }
    return r->ok;
}

static void check_include(CXFile file, CXSourceLocation *stack, unsigned depth, CXClientData context) {
    reader *r = context;
    if (depth != 1 || clang_Location_isInSystemHeader(clang_getLocationForOffset(r->unit, file, 0))) return;
    r->ok = diag_error_at(r->diags, &r->f->source, offset_of(stack[0]), "put its text into the file",
                          "includes %s, which the emitted file would not find", copied(r, clang_getFileName(file)));
}

static bool is_constant(CXType t) {
    t = clang_getCanonicalType(t);
    while (t.kind == CXType_ConstantArray || t.kind == CXType_IncompleteArray) {
        if (clang_isConstQualifiedType(t)) return true;
        t = clang_getArrayElementType(t);
    }
    return clang_isConstQualifiedType(t);
}

/* Definitions, and inside of them static variables. */
static enum CXChildVisitResult visit(CXCursor c, CXCursor parent, CXClientData context) {
    reader *r = context;
    (void)parent;
    if (!clang_Location_isFromMainFile(clang_getCursorLocation(c))) return CXChildVisit_Continue;
    enum CXCursorKind kind = clang_getCursorKind(c);
    const char *name = copied(r, clang_getCursorSpelling(c));
    if (kind == CXCursor_FunctionDecl && clang_isCursorDefinition(c)) {
        if (!strcmp(name, r->f->name)) r->definition = c;
        else if (clang_getCursorLinkage(c) == CXLinkage_External)
            r->ok = diag_error_at(r->diags, &r->f->source, place_of(c), hint_standalone, "%.100s must be static", name);
    }
    bool kept = kind == CXCursor_VarDecl && (clang_getCursorSemanticParent(c).kind == CXCursor_TranslationUnit || clang_Cursor_getStorageClass(c) == CX_SC_Static);
    if (kept && (!is_constant(clang_getCursorType(c)) || clang_getCursorLinkage(c) == CXLinkage_External))
        r->ok = diag_error_at(r->diags, &r->f->source, place_of(c), "emitted code has no variables that outlive a call: several threads may run it",
                              "%.100s must be static const", name);
    return CXChildVisit_Recurse;
}

/* ---- the function ---- */

/* "float" of const float: as C's own types are called, or as stdint.h calls its. NULL: nothing that a parameter can be. */
static const char *name_of(reader *r, CXType t) {
    static const char *const names[] = {"float",  "double",   "int8_t",   "int16_t",  "int32_t", "int64_t",
                                        "uint8_t", "uint16_t", "uint32_t", "uint64_t", "char"};
    const char *spelled[] = {copied(r, clang_getTypeSpelling(t)), copied(r, clang_getTypeSpelling(clang_getCanonicalType(t)))};
    for (int i = 0; i < 2; i++) {
        const char *s = !strncmp(spelled[i], "const ", 6) ? spelled[i] + 6 : spelled[i];
        for (size_t k = 0; k < sizeof names / sizeof *names; k++)
            if (!strcmp(s, names[k])) return names[k];
    }
    return NULL;
}

static bool refuse(reader *r, const custom_parameter *c, const char *hint, const char *what) {
    return r->ok = diag_error_at(r->diags, &r->f->source, c->at, hint, "parameter '%.80s' %s", c->name, what);
}

static const char hint_forms[] = "tensors are pointers, to const those that are read; attributes are int64_t, float, double, const char * or "
                                 "const arrays of numbers";

/* x_dims, x_rank and x_count belong to x, which stands before them. */
static const custom_parameter *find_owner(const custom_function *f, const custom_parameter *c, custom_kind *kind) {
    static const struct {
        const char *suffix;
        custom_kind kind;
    } parts[] = {{"_dims", CUSTOM_DIMS}, {"_rank", CUSTOM_RANK}, {"_count", CUSTOM_COUNT}};
    for (int i = 0; i < f->n; i++) {
        size_t size = strlen(f->parameters[i].name);
        for (int k = 0; k < 3; k++) {
            *kind = parts[k].kind;
            bool has = f->parameters[i].kind == CUSTOM_TENSOR || (f->parameters[i].is_array && *kind == CUSTOM_COUNT);
            if (has && !strncmp(c->name, f->parameters[i].name, size) && !strcmp(c->name + size, parts[k].suffix)) return &f->parameters[i];
        }
    }
    return NULL;
}

static int tensors_before(const custom_function *f, bool is_output) {
    int n = 0;
    for (int i = 0; i < f->n; i++) n += f->parameters[i].kind == CUSTOM_TENSOR && f->parameters[i].is_output == is_output;
    return n;
}

static bool is_array(CXType t) { return t.kind == CXType_ConstantArray || t.kind == CXType_IncompleteArray; }

/* What a pointer points to, an array consists of, a number is. */
static CXType core_type(CXType t) {
    if (is_array(t)) return clang_getArrayElementType(t);
    CXType canonical = clang_getCanonicalType(t);
    if (canonical.kind != CXType_Pointer) return t;
    return clang_getPointeeType(t.kind == CXType_Pointer ? t : canonical);
}

static bool refuse_type(reader *r, const custom_parameter *c, CXType t) {
    return refuse(r, c, hint_forms, arena_printf(r->arena, "is '%.80s', for which there is no use", copied(r, clang_getTypeSpelling(t))));
}

static bool classify_part(reader *r, custom_parameter *c, const custom_parameter *owner, custom_kind kind, bool is_list, bool is_const) {
    bool wants_list = kind == CUSTOM_DIMS;
    c->kind = kind;
    c->is_output = owner->is_output;
    c->tensor = owner->tensor;
    c->attribute = owner->attribute;
    if (c->ctype && !strcmp(c->ctype, "int64_t") && wants_list == is_list && (is_const || !is_list)) return true;
    return refuse(r, c, NULL, arena_printf(r->arena, "is not '%s%s'", wants_list ? "const int64_t *" : "int64_t ", c->name));
}

/* What the name and the type of a parameter say. */
static bool classify(reader *r, custom_parameter *c, CXType type) {
    CXType core = core_type(type);
    bool array = is_array(type), pointer = !array && clang_getCanonicalType(type).kind == CXType_Pointer;
    bool is_const = clang_isConstQualifiedType(clang_getCanonicalType(core));
    custom_kind kind;
    const custom_parameter *owner = find_owner(r->f, c, &kind);
    c->ctype = name_of(r, core);
    c->is_array = array;
    c->length = type.kind == CXType_ConstantArray ? (int64_t)clang_getArraySize(type) : -1;
    c->tensor = -1;
    if (owner) return classify_part(r, c, owner, kind, array || pointer, is_const);
    if (!c->ctype) return refuse_type(r, c, type);
    bool is_text = !strcmp(c->ctype, "char");
    if (pointer && !is_text) {
        c->kind = CUSTOM_TENSOR;
        c->is_output = !is_const;
        c->tensor = tensors_before(r->f, c->is_output);
        return true;
    }
    bool computes = !strcmp(c->ctype, "int64_t") || !strcmp(c->ctype, "float") || !strcmp(c->ctype, "double");
    if (!(pointer ? is_const : computes && (is_const || !array))) return refuse_type(r, c, type);
    c->kind = CUSTOM_ATTRIBUTE;
    c->attribute = c->name;
    return true;
}

/* As the emitted file declares it, with nothing that only the user's file knows. */
static const char *declaration_of(const custom_function *f, arena *a) {
    const char *list = "";
    for (int i = 0; i < f->n; i++) {
        const custom_parameter *c = &f->parameters[i];
        bool pointer = c->kind == CUSTOM_TENSOR || !strcmp(c->ctype, "char") || (c->kind == CUSTOM_DIMS && !c->is_array);
        bool is_const = c->is_array || (pointer && !(c->kind == CUSTOM_TENSOR && c->is_output));
        const char *length = !c->is_array ? "" : c->length < 0 ? "[]" : arena_printf(a, "[%lld]", (long long)c->length);
        list = arena_printf(a, "%s%s%s%s %s%s%s", list, i ? ", " : "", is_const ? "const " : "", c->ctype, pointer ? "*" : "", c->name, length);
    }
    return arena_printf(a, "static void %s(%s)", f->name, f->n ? list : "void");
}

static bool read_function(reader *r) {
    custom_function *f = r->f;
    CXCursor c = r->definition;
    if (clang_Cursor_isNull(c))
        return diag_error(r->diags, f->source.file, NULL, "defines no function '%.100s', as the operator is called", f->name);
    f->at = place_of(c);
    int n = clang_Cursor_getNumArguments(c);
    if (clang_getResultType(clang_getCursorType(c)).kind != CXType_Void || clang_isFunctionTypeVariadic(clang_getCursorType(c)))
        return diag_error_at(r->diags, &f->source, f->at, "static void NAME(const float *x, ..., float *y, ...)", "%.100s must return void, and take a fixed number of arguments", f->name);
    if (n > CUSTOM_MAX_PARAMETERS) return diag_error_at(r->diags, &f->source, f->at, NULL, "more than %d parameters", CUSTOM_MAX_PARAMETERS);
    for (int i = 0; i < n && r->ok; i++) {
        CXCursor p = clang_Cursor_getArgument(c, (unsigned)i);
        custom_parameter one = {.name = copied(r, clang_getCursorSpelling(p)), .at = place_of(p)};
        if (!*one.name) return refuse(r, &one, NULL, "has no name");
        if (!classify(r, &one, clang_getCursorType(p))) return false;
        f->parameters[f->n++] = one;
    }
    f->declaration = declaration_of(f, r->arena);
    return r->ok;
}

bool custom_read(custom_function *f, const char *path, arena *a, diagnostics *d) {
    const char *colon = strrchr(f->operator, ':');
    f->name = identifier_from(a, colon ? colon + 1 : f->operator);
    if (!read_text(f, path, a, d)) return false;
    reader r = {.f = f, .definition = clang_getNullCursor(), .arena = a, .diags = d, .ok = true};
    CXIndex index = clang_createIndex(0, 0);
    bool ok = parse(&r, index);
    if (ok) {
        clang_getInclusions(r.unit, check_include, &r);
        clang_visitChildren(clang_getTranslationUnitCursor(r.unit), visit, &r);
        ok = read_function(&r) && r.ok;
    }
    if (r.unit) clang_disposeTranslationUnit(r.unit);
    clang_disposeIndex(index);
    return ok;
}
