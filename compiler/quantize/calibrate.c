#include <math.h>
#include <string.h>

#include "compiler/quantize/quantize.h"

enum { LEVELS = 256, STEP = 16 /* bins from one candidate to the next */ };
#define ALMOST_NOTHING 1e-3 /* values expected in a bin where there was none */

static double edge(const observation *o, int bin) { return o->seen.low + (o->seen.high - o->seen.low) * bin / HISTOGRAM_BINS; }

/* The bin that holds zero; of what is never negative the first. */
static int zero_bin(const observation *o) {
    int bin = (int)(-o->seen.low / (o->seen.high - o->seen.low) * HISTOGRAM_BINS);
    return bin < HISTOGRAM_BINS ? bin : HISTOGRAM_BINS - 1;
}

/* ---- percentile ---- */

/* As much as that of the values lies inside, and as much outside above as below zero where there are both. */
static range by_percentile(const observation *o, double percentile) {
    double total = (double)o->zeros, below = 0, above = 0;
    for (int i = 0; i < HISTOGRAM_BINS; i++) total += (double)o->bins[i];
    double outside = total * (1 - percentile / 100);
    if (o->seen.low < 0 && o->seen.high > 0) outside /= 2;
    int low = 0, high = HISTOGRAM_BINS;
    while (low < zero_bin(o) && below + (double)o->bins[low] <= outside) below += (double)o->bins[low++];
    while (high > zero_bin(o) + 1 && above + (double)o->bins[high - 1] <= outside) above += (double)o->bins[--high];
    return (range){fmin(edge(o, low), 0), fmax(edge(o, high), 0)};
}

/* ---- entropy ---- */

/* Kullback-Leibler divergence of what is left in bins from .. to, put in LEVELS levels, from all values, those outside moved to
 * the edges. */
static double divergence(const observation *o, int from, int to) {
    double total = 0, kept = 0, lower = 0, upper = 0, result = 0;
    for (int i = 0; i < HISTOGRAM_BINS; i++) {
        total += (double)o->bins[i];
        *(i < from ? &lower : i >= to ? &upper : &kept) += (double)o->bins[i];
    }
    if (kept <= 0) return INFINITY;
    for (int level = 0; level < LEVELS; level++) {
        int first = from + (int)((int64_t)(to - from) * level / LEVELS), last = from + (int)((int64_t)(to - from) * (level + 1) / LEVELS);
        double sum = 0;
        int occupied = 0;
        for (int i = first; i < last; i++) sum += (double)o->bins[i], occupied += o->bins[i] > 0;
        for (int i = first; i < last; i++) {
            double p = ((double)o->bins[i] + (i == from ? lower : 0) + (i == to - 1 ? upper : 0)) / total;
            double q = o->bins[i] ? sum / occupied / kept : ALMOST_NOTHING / total;
            if (p > 0) result += p * log(p / q);
        }
    }
    return result;
}

/* The range whose loss of information is the least: up to a magnitude on both sides, as far as there are values. */
static range by_entropy(const observation *o) {
    int zero = zero_bin(o), most = zero > HISTOGRAM_BINS - zero ? zero : HISTOGRAM_BINS - zero, best_from = 0, best_to = HISTOGRAM_BINS;
    double least = INFINITY;
    for (int reach = STEP; reach < most + STEP; reach += STEP) {
        int from = zero - reach < 0 ? 0 : zero - reach, to = zero + reach > HISTOGRAM_BINS ? HISTOGRAM_BINS : zero + reach;
        if (to - from < LEVELS) continue;
        double d = divergence(o, from, to);
        if (d < least) least = d, best_from = from, best_to = to;
    }
    return (range){fmin(edge(o, best_from), 0), fmax(edge(o, best_to), 0)};
}

range calibrate(const observation *o, const calibration *c) {
    if (c->method == CALIBRATE_MINMAX || !o->bins || !(o->seen.high > o->seen.low)) return o->seen;
    return c->method == CALIBRATE_PERCENTILE ? by_percentile(o, c->percentile) : by_entropy(o);
}
