/* The grammar of .cnn files; parse.c decides which line ends are ENDs. */
%define api.pure full
%define api.prefix {dsl_}
%define api.location.type {size_t}
%define parse.error custom
%locations
%parse-param {parser *p}
%lex-param {parser *p}

%code requires {
#include "frontend/dsl/parse.h"
}

%code {
#include <string.h>

#include "frontend/dsl/words.h"

#define YYLLOC_DEFAULT(place, rhs, n) ((place) = (n) ? YYRHSLOC(rhs, 1) : YYRHSLOC(rhs, 0))
#define YYMAXDEPTH 2000 /* what evaluates a tree recurses as deep */

int dsl_lex(DSL_STYPE *semantic, size_t *at, parser *p);
static void dsl_error(const size_t *at, parser *p, const char *message);

static ast *make(parser *p, ast_kind kind, size_t at, ast *a, ast *b, ast *c) {
    ast *n = ast_new(p, kind, at);
    n->a = a, n->b = b, n->c = c;
    return n;
}

static ast *binary(parser *p, int op, size_t at, ast *a, ast *b) {
    ast *n = make(p, AST_BINARY, at, a, b, NULL);
    n->op = op;
    return n;
}

static ast *unary(parser *p, int op, size_t at, ast *a) {
    ast *n = make(p, AST_UNARY, at, a, NULL, NULL);
    n->op = op;
    return n;
}

static ast *range(parser *p, int op, size_t at, ast *a, ast *b) {
    ast *n = make(p, AST_RANGE, at, a, b, NULL);
    n->op = op;
    return n;
}

static ast *named(parser *p, ast_kind kind, size_t at, const ast *name, ast *a, ast *b) {
    ast *n = make(p, kind, at, a, b, NULL);
    n->name = name->name;
    return n;
}

static ast *block(parser *p, int op, const ast *name, ast *parameters, ast *body) {
    ast *n = named(p, AST_BLOCK, name->at, name, parameters, body);
    n->op = op;
    return n;
}

/* A name before a colon, or a string, which labels a layer. */
static ast *label(parser *p, ast *name, ast *layer) {
    if (name->kind == AST_NAME) {
        ast *part = make(p, AST_TEXT, name->at, NULL, NULL, NULL);
        part->name = name->name;
        name = make(p, AST_STRING, name->at, part, NULL, NULL);
    }
    return make(p, AST_LABEL, name->at, name, layer, NULL);
}

/* Several patterns with commas between are a pattern of a list. */
static ast *pattern_of(parser *p, ast_list l) { return l.first == l.last ? l.first : make(p, AST_PATTERN, l.first->at, l.first, NULL, NULL); }
}

%union {
    ast *node;
    ast_list list;
}

%token END "the end of the line" LINE_END COMMENT DOC SEMICOLON STRAY "a stray character"
%token <node> NAME "a name" INTEGER "a number" NUMBER "a number with a point" TRUTH "yes or no" NONE "'none'" TYPE "a type"
%token <node> TEXT_PART "text"
%token QUOTE "a string" UNQUOTE "the end of the string" INSERT "'{'" INSERT_END "'}'"
%token <node> BLOCK "'block'" ELSE "'else'" EXIT "'exit'" FOR "'for'" IF "'if'" IN "'in'" INCLUDE "'include'" INLINE "'inline'"
%token <node> LET "'let'" NETWORK "'network'" RETURN "'return'" SCOPE "'scope'" THEN "'then'" WHEN "'when'"
%token ARROW "'->'" PIPE "'|>'" OR "'or'" AND "'and'" NOT "'not'" UPTO "'..'" THROUGH "'..='"
%token EQUAL "'=='" UNEQUAL "'!='" '<' "'<'" '>' "'>'" AT_MOST "'<='" AT_LEAST "'>='"
%token '+' "'+'" '-' "'-'" '*' "'*'" '/' "'/'" '%' "'%'" FLOOR_DIV "'//'" POWER "'**'"
%token '=' "'='" '.' "'.'" ',' "','" ':' "':'" '(' "'('" ')' "')'" '[' "'['" ']' "']'" '{' "an opening brace" '}' "a closing brace"

%precedence BARE
%left OR
%left AND
%precedence NOT
%nonassoc EQUAL UNEQUAL '<' '>' AT_MOST AT_LEAST
%nonassoc UPTO THROUGH
%left '+' '-'
%left '*' '/' '%' FLOOR_DIV
%precedence NEGATIVE
%right POWER
%precedence '['

%type <list> items parameters parameter_list statements arguments argument_list parts elements dims dim_list patterns
%type <node> item declaration parameter type dim body statement choice_statement expression pipe head stage operand postfix primary
%type <node> string part pattern argument name

%start file

%%

file: items { p->program = $1.first; };

items: %empty { $$ = (ast_list){0}; }
     | items END
     | items item { $$ = ast_append($1, $2); };

item: declaration
    | INCLUDE string END { $$ = make(p, AST_INCLUDE, @2, $2, NULL, NULL); }
    | LET patterns '=' expression END { $$ = make(p, AST_LET, @2, pattern_of(p, $2), $4, NULL); }
    | error END { $$ = NULL; yyerrok; }
    | error '}' { $$ = NULL; yyerrok; };

declaration: NETWORK name '(' parameters ')' body { $$ = block(p, BLOCK_NETWORK, $2, $4.first, $6); }
           | BLOCK name '(' parameters ')' body { $$ = block(p, BLOCK_PLAIN, $2, $4.first, $6); }
           | INLINE BLOCK name '(' parameters ')' body { $$ = block(p, BLOCK_INLINE, $3, $5.first, $7); };

name: NAME;

parameters: %empty { $$ = (ast_list){0}; }
          | parameter_list
          | parameter_list ','
          | error { $$ = (ast_list){0}; };

parameter_list: parameter { $$ = ast_append((ast_list){0}, $1); }
              | parameter_list ',' parameter { $$ = ast_append($1, $3); };

parameter: name { $$ = named(p, AST_PARAMETER, @1, $1, NULL, NULL); }
         | name '=' expression { $$ = named(p, AST_PARAMETER, @1, $1, NULL, $3); }
         | name ':' type { $$ = named(p, AST_PARAMETER, @1, $1, $3, NULL); }
         | name ':' type '=' expression { $$ = named(p, AST_PARAMETER, @1, $1, $3, $5); };

type: TYPE %prec BARE
    | TYPE '[' dims ']' { $$ = $1; $$->a = $3.first; $$->op = 1; };

dims: %empty { $$ = (ast_list){0}; }
    | dim_list
    | dim_list ',';

dim_list: dim { $$ = ast_append((ast_list){0}, $1); }
        | dim_list ',' dim { $$ = ast_append($1, $3); };

dim: expression { $$ = make(p, AST_DIM, @1, $1, NULL, NULL); }
   | NAME IN expression { $$ = named(p, AST_DIM, @1, $1, NULL, $3); };

body: '{' statements '}' { $$ = $2.first; };

statements: %empty { $$ = (ast_list){0}; }
          | statement { $$ = ast_append((ast_list){0}, $1); }
          | statements END
          | statements END statement { $$ = ast_append($1, $3); };

statement: LET patterns '=' expression { $$ = make(p, AST_LET, @2, pattern_of(p, $2), $4, NULL); }
         | NAME '=' expression { $$ = named(p, AST_ASSIGN, @1, $1, $3, NULL); }
         | expression { $$ = make(p, AST_EVALUATE, @1, $1, NULL, NULL); }
         | RETURN argument_list { $$ = make(p, AST_RETURN, @1, $2.first, NULL, NULL); }
         | EXIT WHEN expression ARROW argument_list { $$ = make(p, AST_EXIT, @1, $3, $5.first, NULL); }
         | FOR patterns IN expression body { $$ = make(p, AST_FOR, @1, $2.first, $4, $5); }
         | SCOPE expression body { $$ = make(p, AST_SCOPE, @2, $2, $3, NULL); }
         | choice_statement
         | error { $$ = NULL; };

choice_statement: IF expression body { $$ = make(p, AST_WHEN, @1, $2, $3, NULL); }
                | IF expression body ELSE body { $$ = make(p, AST_WHEN, @1, $2, $3, $5); }
                | IF expression body ELSE choice_statement { $$ = make(p, AST_WHEN, @1, $2, $3, $5); };

patterns: pattern { $$ = ast_append((ast_list){0}, $1); }
        | patterns ',' pattern { $$ = ast_append($1, $3); };

pattern: NAME { $$ = named(p, AST_PATTERN, @1, $1, NULL, NULL); }
       | '[' patterns ']' { $$ = make(p, AST_PATTERN, @1, $2.first, NULL, NULL); };

expression: pipe
          | IF expression THEN expression ELSE expression { $$ = make(p, AST_CHOICE, @1, $2, $4, $6); };

pipe: head
    | pipe PIPE stage { $$ = make(p, AST_PIPE, @3, $1, $3, NULL); };

head: operand
    | NAME ':' postfix { $$ = label(p, $1, $3); }
    | string ':' postfix { $$ = label(p, $1, $3); };

stage: postfix
     | NAME ':' postfix { $$ = label(p, $1, $3); }
     | string ':' postfix { $$ = label(p, $1, $3); };

operand: postfix %prec BARE
       | operand OR operand { $$ = binary(p, OR, @2, $1, $3); }
       | operand AND operand { $$ = binary(p, AND, @2, $1, $3); }
       | NOT operand { $$ = unary(p, NOT, @1, $2); }
       | operand EQUAL operand { $$ = binary(p, EQUAL, @2, $1, $3); }
       | operand UNEQUAL operand { $$ = binary(p, UNEQUAL, @2, $1, $3); }
       | operand '<' operand { $$ = binary(p, '<', @2, $1, $3); }
       | operand '>' operand { $$ = binary(p, '>', @2, $1, $3); }
       | operand AT_MOST operand { $$ = binary(p, AT_MOST, @2, $1, $3); }
       | operand AT_LEAST operand { $$ = binary(p, AT_LEAST, @2, $1, $3); }
       | operand UPTO operand { $$ = range(p, UPTO, @2, $1, $3); }
       | operand THROUGH operand { $$ = range(p, THROUGH, @2, $1, $3); }
       | operand '+' operand { $$ = binary(p, '+', @2, $1, $3); }
       | operand '-' operand { $$ = binary(p, '-', @2, $1, $3); }
       | operand '*' operand { $$ = binary(p, '*', @2, $1, $3); }
       | operand '/' operand { $$ = binary(p, '/', @2, $1, $3); }
       | operand '%' operand { $$ = binary(p, '%', @2, $1, $3); }
       | operand FLOOR_DIV operand { $$ = binary(p, FLOOR_DIV, @2, $1, $3); }
       | '-' operand %prec NEGATIVE { $$ = unary(p, '-', @1, $2); }
       | operand POWER operand { $$ = binary(p, POWER, @2, $1, $3); };

postfix: primary
       | postfix '(' arguments ')' { $$ = make(p, AST_CALL, @1, $1, $3.first, NULL); }
       | postfix '[' expression ']' { $$ = make(p, AST_INDEX, @2, $1, $3, NULL); }
       | postfix '.' NAME { $$ = named(p, AST_MEMBER, @3, $3, $1, NULL); };

arguments: %empty { $$ = (ast_list){0}; }
         | argument_list
         | argument_list ',';

argument_list: argument { $$ = ast_append((ast_list){0}, $1); }
             | argument_list ',' argument { $$ = ast_append($1, $3); };

argument: expression { $$ = make(p, AST_ARGUMENT, @1, $1, NULL, NULL); }
        | NAME '=' expression { $$ = named(p, AST_ARGUMENT, @1, $1, $3, NULL); };

primary: INTEGER
       | NUMBER
       | TRUTH
       | NONE
       | NAME
       | string
       | type
       | '(' expression ')' { $$ = $2; }
       | '[' ']' { $$ = make(p, AST_LIST, @1, NULL, NULL, NULL); }
       | '[' elements ']' { $$ = make(p, AST_LIST, @1, $2.first, NULL, NULL); }
       | '[' elements ',' ']' { $$ = make(p, AST_LIST, @1, $2.first, NULL, NULL); }
       | '[' expression FOR patterns IN expression ']' {
             $$ = make(p, AST_COMPREHENSION, @1, $2, make(p, AST_FOR, @3, $4.first, $6, NULL), NULL);
         }
       | '[' error ']' { $$ = make(p, AST_LIST, @1, NULL, NULL, NULL); }
       | '(' error ')' { $$ = make(p, AST_LIST, @1, NULL, NULL, NULL); };

elements: expression { $$ = ast_append((ast_list){0}, $1); }
        | elements ',' expression { $$ = ast_append($1, $3); };

string: QUOTE parts UNQUOTE { $$ = make(p, AST_STRING, @1, $2.first, NULL, NULL); };

parts: %empty { $$ = (ast_list){0}; }
     | parts part { $$ = ast_append($1, $2); };

part: TEXT_PART
    | INSERT expression INSERT_END { $$ = $2; };

%%

static void dsl_error(const size_t *at, parser *p, const char *message) {
    (void)message; /* syntax errors go below: what is left is a stack that is full */
    parser_error(p, *at, "give parts of it names with 'let'", "this is nested too deeply");
}

/* "… or …" of what could have come, while that is few. */
static const char *expected(const yypcontext_t *context, arena *a) {
    enum { FEW = 4 };
    yysymbol_kind_t kinds[FEW + 1];
    int n = yypcontext_expected_tokens(context, kinds, FEW + 1);
    if (n < 1 || n > FEW) return NULL;
    const char *text = yysymbol_name(kinds[0]);
    for (int i = 1; i < n; i++) text = arena_printf(a, "%s%s%s", text, i + 1 < n ? ", " : " or ", yysymbol_name(kinds[i]));
    return text;
}

static bool is_arithmetic(const source_text *s, size_t at) { return at < s->size && s->text[at] && strchr("+-*/%<>", s->text[at]); }

static int yyreport_syntax_error(const yypcontext_t *context, parser *p) {
    const char *wanted = expected(context, p->arena);
    yysymbol_kind_t kind = yypcontext_token(context);
    const char *found = kind == YYSYMBOL_YYEOF ? "the end of the file" : yysymbol_name(kind), *hint = NULL;
    size_t at = *yypcontext_location(context), open;
    if (kind == YYSYMBOL_STRAY) return 0; /* reported by the scanner */
    if (parser_unclosed(p, at, &open)) {
        parser_error(p, open, NULL, "this '%c' is not closed", p->source->text[open]);
        return 0;
    }
    if (kind == YYSYMBOL_NAME) {
        const char *name = word_at(p->arena, p->source, at);
        found = arena_printf(p->arena, "'%s'", name);
        hint = keyword_hint(p->arena, name);
    }
    if (!hint && is_arithmetic(p->source, at)) hint = "what a pipe gives needs parentheses: (x |> f) + y";
    if (wanted) parser_error(p, at, hint, "%s is expected here, not %s", wanted, found);
    else parser_error(p, at, hint, "%s is not expected here", found);
    return 0;
}
