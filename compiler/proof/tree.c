#include "compiler/proof/tree.h"
#include "backend/emit/embedded.h"
#include "backend/emit/vocabulary.h"

#include <clang-c/Index.h>
#include <ctype.h>
#include <string.h>

enum { TABLE = 1 << 14, MAX_LIST = 4096, MAX_KNOWN = 1024 };

typedef struct entry {
    CXCursor cursor;
    void *meaning; /* variable or function */
    struct entry *next;
} entry;

typedef struct known_part {
    size_t from, to;
} known_part;

typedef struct reader {
    const char *text; /* of the main file */
    CXFile file;
    arena *arena;
    tree *tree;
    entry *table[TABLE];
    function *function; /* whose body is being read, or NULL */
    function **last;
    known_part known[MAX_KNOWN];
    int n_known;
} reader;

/* ---- places ---- */

static size_t offset_of(const reader *r, CXSourceLocation at, int *line) {
    CXFile file;
    unsigned l, offset;
    clang_getExpansionLocation(at, &file, &l, NULL, &offset);
    if (line) *line = (int)l;
    return file && clang_File_isEqual(file, r->file) ? offset : 0;
}

static bool from_macro(CXCursor c) {
    CXSourceLocation at = clang_getRangeStart(clang_getCursorExtent(c));
    CXFile file, spelled;
    unsigned offset, spelled_at;
    clang_getExpansionLocation(at, &file, NULL, NULL, &offset);
    clang_getSpellingLocation(at, &spelled, NULL, NULL, &spelled_at);
    return offset != spelled_at || !clang_File_isEqual(file, spelled);
}

/* Which parts are cnnc's runtime, byte for byte: the vocabulary of vectors, and what runs steps on threads or tests them. */
static void find_known(reader *r) {
    vocabulary *v = vocabulary_new(r->arena);
    for (const embedded_text *t = embedded_texts; t->path; t++)
        if (!strncmp(t->path, "runtime/simd/", 13) || !strcmp(t->path, "runtime/step.c") || !strcmp(t->path, "runtime/slices.c") ||
            !strcmp(t->path, "runtime/pool.c") || !strcmp(t->path, "runtime/profile.c") || !strncmp(t->path, "runtime/self_test/", 18))
            vocabulary_add(v, t->text);
    for (int i = 0; i < v->n; i++) {
        const definition *d = v->definitions[i];
        const char *lines = arena_strndup(r->arena, d->text, d->size);
        for (const char *at = r->text; r->n_known < MAX_KNOWN && (at = strstr(at, lines)); at++)
            r->known[r->n_known++] = (known_part){(size_t)(at - r->text), (size_t)(at - r->text) + d->size};
    }
}

static bool is_known(const reader *r, size_t at) {
    for (int i = 0; i < r->n_known; i++)
        if (at >= r->known[i].from && at < r->known[i].to) return true;
    return false;
}

static char *spelling(const reader *r, CXString s) {
    char *copy = arena_strdup(r->arena, clang_getCString(s) ? clang_getCString(s) : "");
    clang_disposeString(s);
    return copy;
}

/* ---- types ---- */

static c_type integer_type(CXType t, int64_t size) {
    bool natural = t.kind == CXType_Bool || t.kind == CXType_Char_U || t.kind == CXType_UChar || t.kind == CXType_UShort ||
                   t.kind == CXType_UInt || t.kind == CXType_ULong || t.kind == CXType_ULongLong;
    c_type r = {.kind = TYPE_INTEGER, .size = size};
    r.hi = size >= 8 ? INT64_MAX : ((int64_t)1 << (natural ? 8 * size : 8 * size - 1)) - 1;
    r.lo = natural ? 0 : -r.hi - 1;
    if (t.kind == CXType_Bool) r.hi = 1;
    return r;
}

/* Not of builtin functions and other things that are no objects: libclang 14 crashes. */
static int64_t size_of(CXType t) {
    if (t.kind == CXType_Unexposed || t.kind == CXType_Invalid || t.kind == CXType_Void || t.kind == CXType_FunctionProto) return -1;
    long long n = clang_Type_getSizeOf(t);
    return n < 0 ? -1 : (int64_t)n;
}

static c_type type_of(CXType t) {
    t = clang_getCanonicalType(t);
    c_type r = {.kind = TYPE_VALUE, .size = size_of(t), .constant = clang_isConstQualifiedType(t)};
    if (t.kind == CXType_Enum) t = clang_getEnumDeclIntegerType(clang_getTypeDeclaration(t));
    bool fixed = r.constant;
    if (t.kind >= CXType_Bool && t.kind <= CXType_LongLong) r = integer_type(t, r.size), r.constant = fixed;
    else if (t.kind == CXType_Pointer) {
        CXType to = clang_getPointeeType(t);
        int64_t n = to.kind == CXType_Void ? 0 : size_of(to);
        r.kind = TYPE_POINTER, r.element = n < 0 ? 0 : n;
    } else if (t.kind == CXType_ConstantArray || t.kind == CXType_IncompleteArray) {
        CXType of = clang_getArrayElementType(t);
        r.kind = TYPE_ARRAY, r.element = size_of(of), r.constant = fixed || clang_isConstQualifiedType(of);
        r.count = t.kind == CXType_ConstantArray ? (int64_t)clang_getArraySize(t) : -1;
    } else if (t.kind == CXType_Record) r.kind = TYPE_STRUCTURE;
    return r;
}

/* ---- names ---- */

static entry **find(reader *r, CXCursor c) {
    entry **e = &r->table[clang_hashCursor(c) % TABLE];
    while (*e && !clang_equalCursors((*e)->cursor, c)) e = &(*e)->next;
    return e;
}

static void *meaning(reader *r, CXCursor c) {
    entry *e = *find(r, clang_getCanonicalCursor(c));
    return e ? e->meaning : NULL;
}

static void define(reader *r, CXCursor c, void *what) {
    c = clang_getCanonicalCursor(c);
    entry **e = find(r, c);
    *e = ARENA_NEW(r->arena, entry);
    (*e)->cursor = c;
    (*e)->meaning = what;
}

static variable *declare(reader *r, CXCursor c) {
    variable *v = ARENA_NEW(r->arena, variable);
    v->name = spelling(r, clang_getCursorSpelling(c));
    v->type = type_of(clang_getCursorType(c));
    offset_of(r, clang_getCursorLocation(c), &v->line);
    v->global = !r->function;
    bool kept = !v->global && (v->type.kind == TYPE_INTEGER || v->type.kind == TYPE_POINTER);
    v->slot = kept ? r->function->n_slots++ : -1;
    define(r, c, v);
    return v;
}

/* The mathematics of the C library, which touches no memory but errno. */
static bool is_mathematics(CXCursor c) {
    CXFile file;
    clang_getFileLocation(clang_getCursorLocation(c), &file, NULL, NULL, NULL);
    if (!file) return false;
    CXString name = clang_getFileName(file);
    const char *s = clang_getCString(name), *slash = s ? strrchr(s, '/') : NULL;
    const char *base = slash ? slash + 1 : s ? s : "";
    bool math = !strncmp(base, "math", 4);
    clang_disposeString(name);
    return math;
}

static function *declare_function(reader *r, CXCursor c) {
    function *f = meaning(r, c);
    if (f) return f;
    f = ARENA_NEW(r->arena, function);
    f->name = spelling(r, clang_getCursorSpelling(c));
    f->is_static = clang_Cursor_getStorageClass(c) == CX_SC_Static;
    f->harmless = is_mathematics(c);
    f->variadic = clang_Cursor_isVariadic(c) != 0;
    f->result = type_of(clang_getCursorResultType(c));
    offset_of(r, clang_getCursorLocation(c), &f->line);
    define(r, c, f);
    *r->last = f;
    r->last = &f->next;
    return f;
}

/* ---- expressions ---- */

typedef struct cursors {
    CXCursor *list;
    int n, capacity;
} cursors;

typedef struct collector {
    reader *r;
    cursors *out;
} collector;

static enum CXChildVisitResult collect(CXCursor c, CXCursor parent, CXClientData data) {
    (void)parent;
    collector *to = data;
    enum CXCursorKind k = clang_getCursorKind(c);
    if (k == CXCursor_TypeRef || clang_isAttribute(k)) return CXChildVisit_Continue;
    if (to->out->n == to->out->capacity) {
        CXCursor *longer = ARENA_ARRAY(to->r->arena, CXCursor, to->out->capacity * 2 + 4);
        if (to->out->n) memcpy(longer, to->out->list, sizeof(CXCursor) * (size_t)to->out->n);
        to->out->list = longer, to->out->capacity = to->out->capacity * 2 + 4;
    }
    to->out->list[to->out->n++] = c;
    return CXChildVisit_Continue;
}

static cursors children(reader *r, CXCursor c) {
    cursors out = {.n = 0};
    clang_visitChildren(c, collect, &(collector){r, &out});
    return out;
}

static tree_node *read_node(reader *r, CXCursor c);

static tree_node *new_node(reader *r, CXCursor c, node_kind kind) {
    tree_node *n = ARENA_NEW(r->arena, tree_node);
    n->kind = kind;
    offset_of(r, clang_getCursorLocation(c), &n->line);
    n->type = type_of(clang_getCursorType(c));
    return n;
}

static void read_kids(reader *r, tree_node *n, const cursors *c) {
    n->kids = ARENA_ARRAY(r->arena, tree_node *, c->n);
    for (int i = 0; i < c->n; i++) n->kids[n->n_kids++] = read_node(r, c->list[i]);
}

/* libclang 14 does not tell operators: they are read from the text, where the left operand ends. */
static const char *skip(const char *s) {
    for (;; s++) {
        if (s[0] == '/' && s[1] == '*' && strstr(s, "*/")) s = strstr(s, "*/") + 1;
        else if (!isspace((unsigned char)*s)) return s;
    }
}

static void read_operator(char op[4], const char *s) {
    static const char *const operators[] = {"<<=", ">>=", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=",
                                            "++", "--", "+", "-", "*", "/", "%", "<", ">", "&", "|", "^", "~", "!", "=", ","};
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        size_t n = strlen(operators[i]);
        if (strncmp(s, operators[i], n)) continue;
        memcpy(op, operators[i], n + 1);
        return;
    }
    op[0] = '\0';
}

static const char *text_at(const reader *r, CXSourceLocation at) { return skip(r->text + offset_of(r, at, NULL)); }

static tree_node *read_constant(reader *r, CXCursor c) {
    CXEvalResult e = clang_Cursor_Evaluate(c);
    bool whole = e && clang_EvalResult_getKind(e) == CXEval_Int;
    tree_node *n = new_node(r, c, whole ? NODE_NUMBER : NODE_DATA);
    if (whole) n->value = clang_EvalResult_getAsLongLong(e);
    if (e) clang_EvalResult_dispose(e);
    return n;
}

static tree_node *read_binary(reader *r, CXCursor c, bool compound) {
    cursors kids = children(r, c);
    tree_node *n = new_node(r, c, NODE_BINARY);
    if (kids.n != 2) return new_node(r, c, NODE_OTHER);
    read_operator(n->op, text_at(r, clang_getRangeEnd(clang_getCursorExtent(kids.list[0]))));
    if (compound) n->op[strlen(n->op) - (n->op[0] != '\0')] = '\0'; /* without its "=" */
    else if (!strcmp(n->op, "=")) compound = true, n->op[0] = '\0';
    if (compound) n->kind = NODE_ASSIGN;
    read_kids(r, n, &kids);
    return n;
}

static tree_node *read_unary(reader *r, CXCursor c) {
    cursors kids = children(r, c);
    tree_node *n = new_node(r, c, NODE_UNARY);
    if (kids.n != 1) return new_node(r, c, NODE_OTHER);
    CXSourceRange whole = clang_getCursorExtent(c), inner = clang_getCursorExtent(kids.list[0]);
    size_t start = offset_of(r, clang_getRangeStart(whole), NULL);
    bool prefix = start < offset_of(r, clang_getRangeStart(inner), NULL);
    read_operator(n->op, prefix ? r->text + start : text_at(r, clang_getRangeEnd(inner)));
    read_kids(r, n, &kids);
    if (!strcmp(n->op, "++") || !strcmp(n->op, "--")) n->kind = NODE_STEP, n->op[1] = '\0';
    if (n->op[0] == '&' && n->kids[0]->kind == NODE_REFERENCE && n->kids[0]->variable) n->kids[0]->variable->taken = true;
    return n;
}

static tree_node *read_reference(reader *r, CXCursor c) {
    CXCursor to = clang_getCursorReferenced(c);
    enum CXCursorKind k = clang_getCursorKind(to);
    if (k == CXCursor_EnumConstantDecl) {
        tree_node *n = new_node(r, c, NODE_NUMBER);
        n->value = clang_getEnumConstantDeclValue(to);
        return n;
    }
    tree_node *n = new_node(r, c, NODE_REFERENCE);
    if (k == CXCursor_FunctionDecl) n->function = declare_function(r, to);
    else n->variable = meaning(r, to);
    return n->function || n->variable ? n : new_node(r, c, NODE_OTHER);
}

static tree_node *read_member(reader *r, CXCursor c) {
    cursors kids = children(r, c);
    CXCursor field = clang_getCursorReferenced(c);
    long long bits = clang_Cursor_getOffsetOfField(field);
    if (kids.n != 1 || bits < 0) return new_node(r, c, NODE_OTHER);
    tree_node *n = new_node(r, c, NODE_MEMBER);
    n->value = bits / 8;
    n->arrow = clang_getCanonicalType(clang_getCursorType(kids.list[0])).kind == CXType_Pointer;
    read_kids(r, n, &kids);
    return n;
}

/* Long tables of numbers are data; nothing is asked of their elements. */
static tree_node *read_list(reader *r, CXCursor c) {
    c_type t = type_of(clang_getCursorType(c));
    tree_node *n = new_node(r, c, NODE_LIST);
    if (t.kind == TYPE_ARRAY && t.count > MAX_LIST) return n;
    cursors kids = children(r, c);
    read_kids(r, n, &kids);
    return n;
}

/* ---- statements ---- */

/* libclang leaves out what is missing of a for: the text tells. */
static tree_node *read_for(reader *r, CXCursor c) {
    cursors kids = children(r, c);
    tree_node *n = new_node(r, c, NODE_FOR);
    const char *s = text_at(r, clang_getRangeStart(clang_getCursorExtent(c)));
    if (strncmp(s, "for", 3)) return new_node(r, c, NODE_OTHER);
    s = skip(s + 3);
    bool starts = *skip(s + 1) != ';';
    if (kids.n != 3 + starts) return new_node(r, c, NODE_OTHER);
    n->kids = ARENA_ARRAY(r->arena, tree_node *, 4);
    n->n_kids = 4;
    for (int i = 0; i < 4; i++) n->kids[i] = !i && !starts ? NULL : read_node(r, kids.list[i - !starts]);
    return n;
}

static bool breaks_off(const tree_node *n) {
    if (!n || n->kind == NODE_FOR) return false;
    bool found = n->kind == NODE_BREAK;
    for (int i = 0; i < n->n_kids; i++) found = found || breaks_off(n->kids[i]);
    return found;
}

/* A case whose block ends with a break and has no other one. */
static bool is_closed_case(const tree_node *body) {
    bool closed = body->kind == NODE_BLOCK && body->n_kids && body->kids[body->n_kids - 1]->kind == NODE_BREAK;
    for (int i = 0; closed && i < body->n_kids - 1; i++) closed = !breaks_off(body->kids[i]);
    return closed;
}

/* A switch as the chain of ifs that it is, where every case is closed and the default does nothing. */
static tree_node *read_switch(reader *r, CXCursor c) {
    cursors kids = children(r, c), cases = kids.n == 2 ? children(r, kids.list[1]) : (cursors){.n = 0};
    tree_node *first = NULL, **last = &first;
    for (int i = 0; i < cases.n; i++) {
        cursors parts = children(r, cases.list[i]);
        if (clang_getCursorKind(cases.list[i]) == CXCursor_DefaultStmt && parts.n == 1 && clang_getCursorKind(parts.list[0]) == CXCursor_BreakStmt) continue;
        if (clang_getCursorKind(cases.list[i]) != CXCursor_CaseStmt || parts.n != 2) return new_node(r, c, NODE_OTHER);
        tree_node *choice = new_node(r, cases.list[i], NODE_IF), *equal = new_node(r, cases.list[i], NODE_BINARY), *body = read_node(r, parts.list[1]);
        if (!is_closed_case(body)) return new_node(r, c, NODE_OTHER);
        body->n_kids--;
        memcpy(equal->op, "==", 3);
        equal->type = integer_type(clang_getCursorType(kids.list[0]), 4);
        equal->kids = ARENA_ARRAY(r->arena, tree_node *, 2);
        equal->kids[equal->n_kids++] = read_node(r, kids.list[0]);
        equal->kids[equal->n_kids++] = read_node(r, parts.list[0]);
        choice->kids = ARENA_ARRAY(r->arena, tree_node *, 3);
        choice->kids[choice->n_kids++] = equal;
        choice->kids[choice->n_kids++] = body;
        if (*last) (*last)->kids[(*last)->n_kids++] = choice;
        else first = choice;
        last = first == choice ? &first : &(*last)->kids[2];
    }
    return first ? first : new_node(r, c, NODE_OTHER);
}

static tree_node *read_variable(reader *r, CXCursor c) {
    tree_node *n = new_node(r, c, NODE_DECLARE);
    CXCursor initial = clang_Cursor_getVarDeclInitializer(c);
    bool constant_data = clang_Cursor_getStorageClass(c) == CX_SC_Static;
    n->variable = declare(r, c);
    if (constant_data && !n->variable->type.constant) n->kind = NODE_OTHER; /* a variable that outlives the call */
    if (clang_Cursor_isNull(initial)) return n;
    n->kids = ARENA_ARRAY(r->arena, tree_node *, 1);
    n->kids[n->n_kids++] = read_node(r, initial);
    return n;
}

static tree_node *read_compound(reader *r, CXCursor c, node_kind kind) {
    tree_node *n = new_node(r, c, kind);
    cursors kids = children(r, c);
    read_kids(r, n, &kids);
    return n;
}

/* The one part that counts of a wrapper: parentheses, casts that the compiler adds, attributed loops. */
static tree_node *read_inner(reader *r, CXCursor c, node_kind kind) {
    cursors kids = children(r, c);
    if (!kids.n) return read_constant(r, c);
    tree_node *inner = read_node(r, kids.list[kids.n - 1]);
    c_type t = type_of(clang_getCursorType(c));
    bool decays = inner->type.kind == TYPE_ARRAY || (inner->kind == NODE_REFERENCE && inner->function);
    if (kind != NODE_CAST && decays) return inner; /* which becomes a pointer */
    bool changes = t.kind == TYPE_INTEGER && (inner->type.kind != TYPE_INTEGER || inner->type.lo < t.lo || inner->type.hi > t.hi);
    if (kind != NODE_CAST && !changes && t.kind != TYPE_POINTER) return inner;
    tree_node *n = new_node(r, c, NODE_CAST);
    n->kids = ARENA_ARRAY(r->arena, tree_node *, 1);
    n->kids[n->n_kids++] = inner;
    return n;
}

static tree_node *read_node(reader *r, CXCursor c) {
    enum CXCursorKind k = clang_getCursorKind(c);
    bool operators = k == CXCursor_BinaryOperator || k == CXCursor_CompoundAssignOperator || k == CXCursor_UnaryOperator;
    if (operators && from_macro(c)) return read_constant(r, c);
    switch (k) {
    case CXCursor_IntegerLiteral:
    case CXCursor_CharacterLiteral:
    case CXCursor_UnaryExpr: return read_constant(r, c); /* sizeof */
    case CXCursor_FloatingLiteral:
    case CXCursor_StringLiteral: return new_node(r, c, NODE_DATA);
    case CXCursor_ParenExpr:
    case CXCursor_UnexposedStmt:
    case CXCursor_UnexposedExpr: return read_inner(r, c, NODE_OTHER);
    case CXCursor_CStyleCastExpr: return read_inner(r, c, NODE_CAST);
    case CXCursor_BinaryOperator: return read_binary(r, c, false);
    case CXCursor_CompoundAssignOperator: return read_binary(r, c, true);
    case CXCursor_UnaryOperator: return read_unary(r, c);
    case CXCursor_DeclRefExpr: return read_reference(r, c);
    case CXCursor_MemberRefExpr: return read_member(r, c);
    case CXCursor_ConditionalOperator: return read_compound(r, c, NODE_CONDITIONAL);
    case CXCursor_ArraySubscriptExpr: return read_compound(r, c, NODE_INDEX);
    case CXCursor_CallExpr: return read_compound(r, c, NODE_CALL);
    case CXCursor_InitListExpr: return read_list(r, c);
    case CXCursor_StructDecl:
    case CXCursor_UnionDecl: return new_node(r, c, NODE_BLOCK); /* a type: nothing to do */
    case CXCursor_CompoundStmt:
    case CXCursor_DeclStmt:
    case CXCursor_NullStmt: return read_compound(r, c, NODE_BLOCK);
    case CXCursor_VarDecl: return read_variable(r, c);
    case CXCursor_SwitchStmt: return read_switch(r, c);
    case CXCursor_IfStmt: return read_compound(r, c, NODE_IF);
    case CXCursor_ForStmt: return read_for(r, c);
    case CXCursor_ReturnStmt: return read_compound(r, c, NODE_RETURN);
    case CXCursor_BreakStmt: return read_compound(r, c, NODE_BREAK);
    case CXCursor_ContinueStmt: return read_compound(r, c, NODE_CONTINUE);
    default: return new_node(r, c, NODE_OTHER);
    }
}

/* ---- what a round of a loop changes ---- */

static void add_changed(reader *r, tree_node *loop, variable *v) {
    for (int i = 0; i < loop->n_changed; i++)
        if (loop->changed[i] == v) return;
    variable **longer = ARENA_ARRAY(r->arena, variable *, loop->n_changed + 1);
    if (loop->n_changed) memcpy(longer, loop->changed, sizeof(variable *) * (size_t)loop->n_changed);
    longer[loop->n_changed++] = v;
    loop->changed = longer;
}

static void find_changes(reader *r, tree_node *loop, const tree_node *n, bool inner) {
    if (!n) return;
    if ((n->kind == NODE_ASSIGN || n->kind == NODE_STEP) && n->kids[0]->kind == NODE_REFERENCE && n->kids[0]->variable &&
        n->kids[0]->variable->slot >= 0)
        add_changed(r, loop, n->kids[0]->variable);
    loop->breaks = loop->breaks || (n->kind == NODE_BREAK && !inner);
    loop->continues = loop->continues || (n->kind == NODE_CONTINUE && !inner);
    for (int i = 0; i < n->n_kids; i++) find_changes(r, loop, n->kids[i], inner || n->kind == NODE_FOR);
}

/* Variables of a round itself do not outlive it. */
static void drop_declared(tree_node *loop, const tree_node *n) {
    if (!n) return;
    for (int i = 0; i < loop->n_changed && n->kind == NODE_DECLARE; i++)
        if (loop->changed[i] == n->variable) loop->changed[i--] = loop->changed[--loop->n_changed];
    for (int i = 0; i < n->n_kids; i++) drop_declared(loop, n->kids[i]);
}

static void find_loops(reader *r, tree_node *n) {
    if (!n) return;
    for (int i = 0; i < n->n_kids; i++) find_loops(r, n->kids[i]);
    if (n->kind != NODE_FOR) return;
    find_changes(r, n, n->kids[2], true);
    find_changes(r, n, n->kids[3], false);
    drop_declared(n, n->kids[3]);
}

/* ---- the file ---- */

static enum CXChildVisitResult read_parameter(CXCursor c, CXCursor parent, CXClientData data) {
    (void)parent;
    reader *r = data;
    if (clang_getCursorKind(c) != CXCursor_ParmDecl) return CXChildVisit_Continue;
    function *f = r->function;
    variable **longer = ARENA_ARRAY(r->arena, variable *, f->n_parameters + 1);
    if (f->n_parameters) memcpy(longer, f->parameters, sizeof(variable *) * (size_t)f->n_parameters);
    longer[f->n_parameters++] = declare(r, c);
    f->parameters = longer;
    return CXChildVisit_Continue;
}

static void read_function(reader *r, CXCursor c) {
    function *f = declare_function(r, c);
    if (!clang_isCursorDefinition(c)) return;
    size_t at = offset_of(r, clang_getCursorLocation(c), &f->line);
    f->is_static = clang_Cursor_getStorageClass(c) == CX_SC_Static;
    f->known = is_known(r, at);
    r->function = f;
    clang_visitChildren(c, read_parameter, r);
    cursors parts = children(r, c);
    for (int i = 0; i < parts.n && !f->known; i++)
        if (clang_getCursorKind(parts.list[i]) == CXCursor_CompoundStmt) f->body = read_node(r, parts.list[i]);
    find_loops(r, f->body);
    r->function = NULL;
}

static void read_global(reader *r, CXCursor c) {
    tree_node *n = read_variable(r, c);
    n->variable->initial = n->n_kids ? n->kids[0] : NULL;
    tree *t = r->tree;
    variable **longer = ARENA_ARRAY(r->arena, variable *, t->n_globals + 1);
    if (t->n_globals) memcpy(longer, t->globals, sizeof(variable *) * (size_t)t->n_globals);
    longer[t->n_globals++] = n->variable;
    t->globals = longer;
}

static enum CXChildVisitResult read_top(CXCursor c, CXCursor parent, CXClientData data) {
    (void)parent;
    reader *r = data;
    CXFile file; /* where a name that a macro gives is used */
    clang_getExpansionLocation(clang_getCursorLocation(c), &file, NULL, NULL, NULL);
    if (!file || !clang_File_isEqual(file, r->file)) return CXChildVisit_Continue;
    if (clang_getCursorKind(c) == CXCursor_FunctionDecl) read_function(r, c);
    else if (clang_getCursorKind(c) == CXCursor_VarDecl) read_global(r, c);
    return CXChildVisit_Continue;
}

static bool report(CXTranslationUnit unit, const char *path, diagnostics *d) {
    bool clean = true;
    for (unsigned i = 0, n = clang_getNumDiagnostics(unit); i < n; i++) {
        CXDiagnostic said = clang_getDiagnostic(unit, i);
        CXString line = clang_formatDiagnostic(said, clang_defaultDiagnosticDisplayOptions());
        if (clang_getDiagnosticSeverity(said) >= CXDiagnostic_Error) clean = diag_error(d, path, NULL, "%s", clang_getCString(line));
        clang_disposeString(line);
        clang_disposeDiagnostic(said);
    }
    return clean;
}

tree *tree_parse(const char *path, const char *content, const char *header_path, const char *header, const char *machine, arena *a, diagnostics *d) {
    const char *flags[] = {arena_printf(a, "--target=%s-linux-gnu", machine), "-std=c11", "-fno-math-errno"};
    struct CXUnsavedFile files[] = {{path, content, (unsigned long)strlen(content)},
                                    {header_path, header, header ? (unsigned long)strlen(header) : 0}};
    CXIndex index = clang_createIndex(0, 0);
    CXTranslationUnit unit = NULL;
    enum CXErrorCode error = clang_parseTranslationUnit2(index, path, flags, (int)(sizeof flags / sizeof *flags), files, header ? 2 : 1, CXTranslationUnit_None, &unit);
    bool ok = error == CXError_Success ? report(unit, path, d) : diag_error(d, path, NULL, "libclang cannot parse it");
    tree *t = ARENA_NEW(a, tree);
    t->machine = machine;
    if (ok) {
        reader *r = ARENA_NEW(a, reader);
        *r = (reader){.text = content, .file = clang_getFile(unit, path), .arena = a, .tree = t, .last = &t->functions};
        find_known(r);
        clang_visitChildren(clang_getTranslationUnitCursor(unit), read_top, r);
    }
    if (unit) clang_disposeTranslationUnit(unit);
    clang_disposeIndex(index);
    return ok ? t : NULL;
}
