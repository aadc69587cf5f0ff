/* What early exits gain, as a table and as a plot. */
#include "compiler/exits.h"

void exits_print(FILE *f, const exits_result *r) {
    fprintf(f, "%lld samples\n%9s %10s %12s", (long long)r->samples, "threshold", "accuracy", "mean us");
    for (int e = 0; e < r->n_exits; e++) fprintf(f, "   exit %d", e + 1);
    fputc('\n', f);
    for (int i = 0; i < r->n_rows; i++) {
        const exits_row *row = &r->rows[i];
        if (r->has_threshold) fprintf(f, "%9.4g", row->threshold);
        else fprintf(f, "%9s", "-");
        if (r->has_labels) fprintf(f, " %8.2f %%", 100 * row->accuracy);
        else fprintf(f, " %10s", "-");
        fprintf(f, " %12.2f", 1e6 * row->seconds);
        for (int e = 0; e < r->n_exits; e++) fprintf(f, " %6.2f %%", 100 * row->shares[e]);
        fputc('\n', f);
    }
}

/* ---- SVG ---- */

typedef struct range {
    double low, high;
} range;

static void include(range *x, double at) {
    if (at < x->low) x->low = at;
    if (at > x->high) x->high = at;
}

static double place(const range *x, double at, double from, double to) {
    return x->high > x->low ? from + (at - x->low) / (x->high - x->low) * (to - from) : (from + to) / 2;
}

void exits_draw(FILE *f, const exits_result *r) {
    enum { LEFT = 80, RIGHT = 600, TOP = 30, BOTTOM = 340 };
    range x = {1e6 * r->rows[0].seconds, 1e6 * r->rows[0].seconds}, y = {100 * r->rows[0].accuracy, 100 * r->rows[0].accuracy};
    for (int i = 1; i < r->n_rows; i++) include(&x, 1e6 * r->rows[i].seconds), include(&y, 100 * r->rows[i].accuracy);
    fputs("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 640 400\" font-family=\"sans-serif\" font-size=\"12\">\n"
          "<rect width=\"640\" height=\"400\" fill=\"white\"/>\n", f);
    fprintf(f, "<path d=\"M%d %dV%dH%d\" fill=\"none\" stroke=\"black\"/>\n", LEFT - 10, TOP - 10, BOTTOM + 10, RIGHT + 10);
    fprintf(f, "<text x=\"%d\" y=\"390\" text-anchor=\"middle\">mean latency, microseconds</text>\n", (LEFT + RIGHT) / 2);
    fputs("<text x=\"20\" y=\"15\">accuracy, %</text>\n", f);
    for (int i = 0; i < 2; i++) {
        fprintf(f, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%.4g</text>\n", i ? RIGHT : LEFT, BOTTOM + 26, i ? x.high : x.low);
        fprintf(f, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%.4g</text>\n", LEFT - 16, i ? TOP + 4 : BOTTOM + 4, i ? y.high : y.low);
    }
    for (int i = 0; i < r->n_rows; i++) {
        const exits_row *row = &r->rows[i];
        fprintf(f, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"#2266bb\"><title>", place(&x, 1e6 * row->seconds, LEFT, RIGHT),
                place(&y, 100 * row->accuracy, BOTTOM, TOP));
        fprintf(f, "threshold %.4g: %.2f %%, %.2f us</title></circle>\n", row->threshold, 100 * row->accuracy, 1e6 * row->seconds);
    }
    fputs("</svg>\n", f);
}
