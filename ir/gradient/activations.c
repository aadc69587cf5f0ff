/* Operators of one argument: dx = dy f'(x), f' written with x and y = f(x). */
#include "ir/gradient/gradient.h"

/* Guided backpropagation (Springenberg et al. 2015) also drops what would lower the result. */
void gradient_relu(backward *b, const node *n, value *const *dy) {
    value *y = n->outputs[0], *dx = b->relu == RELU_GUIDED ? back1(b, OP_relu, dy[0]) : dy[0];
    gradient_add(b, n, 0, back_masked(b, back2(b, OP_greater, y, back_scalar(b, y, 0)), dx));
}

static value *plus(backward *b, value *x, double c) { return back2(b, OP_add, x, back_scalar(b, x, c)); }
static value *from(backward *b, double c, value *x) { return back2(b, OP_sub, back_scalar(b, x, c), x); }
static value *square(backward *b, value *x) { return back2(b, OP_mul, x, x); }

/* The first slope where x < at, the other elsewhere. */
static value *either(backward *b, value *x, double at, value *below, value *above) {
    return back(b, OP_where, 3, (value *[]){back2(b, OP_less, x, back_scalar(b, x, at)), below, above});
}

/* `inside` where low < x < high, `below` and `above` elsewhere. */
static value *ramp(backward *b, value *x, double low, double high, value *inside, double above) {
    return either(b, x, low, back_scalar(b, x, 0), either(b, x, high, inside, back_scalar(b, x, above)));
}

static value *slope(backward *b, const node *n, value *x, value *y) {
    double alpha = op_attr(n->op, "alpha") ? node_float(n, "alpha") : 0;
    value *s;
    switch (n->op) {
    case OP_leaky_relu: return either(b, x, 0, back_scalar(b, x, alpha), back_scalar(b, x, 1));
    case OP_elu: return either(b, x, 0, plus(b, y, alpha), back_scalar(b, x, 1));
    case OP_hard_sigmoid: {
        double beta = node_float(n, "beta");
        if (alpha == 0) return back_scalar(b, x, 0);
        double at0 = -beta / alpha, at1 = (1 - beta) / alpha;
        return ramp(b, x, at0 < at1 ? at0 : at1, at0 < at1 ? at1 : at0, back_scalar(b, x, alpha), 0);
    }
    case OP_hard_swish: return ramp(b, x, -3, 3, plus(b, back_scaled(b, x, 1.0 / 3), 0.5), 1);
    case OP_sigmoid: return back2(b, OP_mul, y, from(b, 1, y));
    case OP_swish: /* s + alpha y (1 - s) */
        s = back1(b, OP_sigmoid, back_scaled(b, x, alpha));
        return back2(b, OP_add, s, back2(b, OP_mul, back_scaled(b, y, alpha), from(b, 1, s)));
    case OP_softplus: return back1(b, OP_sigmoid, x);
    case OP_tanh: return from(b, 1, square(b, y));
    case OP_exp: return y;
    case OP_log: return back1(b, OP_reciprocal, x);
    case OP_sqrt: return back1(b, OP_reciprocal, back_scaled(b, y, 2));
    case OP_reciprocal: return back1(b, OP_neg, square(b, y));
    case OP_neg: return back_scalar(b, x, -1);
    case OP_abs: return back1(b, OP_sign, x);
    case OP_erf: return back_scaled(b, back1(b, OP_exp, back1(b, OP_neg, square(b, x))), 1.1283791670955126); /* 2 / sqrt(pi) */
    case OP_sin: return back1(b, OP_cos, x);
    default: return back1(b, OP_neg, back1(b, OP_sin, x)); /* cos */
    }
}

void gradient_unary(backward *b, const node *n, value *const *dy) {
    gradient_add(b, n, 0, back2(b, OP_mul, dy[0], slope(b, n, n->inputs[0], n->outputs[0])));
}
