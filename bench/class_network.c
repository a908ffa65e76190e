/* The class network as somebody would write it by hand who wants nothing but speed: what the kernels are measured against.
 * `alone` and `traced` use the exp of libm; `lanes` trains many networks side by side with an exp of its own. */
#include <math.h>
#include <stddef.h>
#include <string.h>

#define SIGMOID(x) (1.0 / (1.0 + exp(-(x))))

/* Weights in w; each row of `rows` (41 numbers, in the order of a trace), if any, gets what a step computes. */
static inline __attribute__((always_inline)) void train(double *w, double eta, long steps, double *rows) {
    const double i1 = 0.05, i2 = 0.10, t1 = 0.01, t2 = 0.99;
    double w1 = w[0], w2 = w[1], w3 = w[2], w4 = w[3], w5 = w[4], w6 = w[5], w7 = w[6], w8 = w[7];
    for (long step = 0; step < steps; step++) {
        double h1 = w1 * i1 + w2 * i2, h2 = w3 * i1 + w4 * i2;
        double a1 = SIGMOID(h1), a2 = SIGMOID(h2);
        double o1 = w5 * a1 + w6 * a2, o2 = w7 * a1 + w8 * a2;
        double y1 = SIGMOID(o1), y2 = SIGMOID(o2);
        double g1 = y1 - t1, g2 = y2 - t2;
        double d1 = g1 * y1 * (1.0 - y1), d2 = g2 * y2 * (1.0 - y2);
        double u1 = d1 * w5 + d2 * w7, u2 = d1 * w6 + d2 * w8;
        double e1 = u1 * a1 * (1.0 - a1), e2 = u2 * a2 * (1.0 - a2);
        if (rows) {
            double l1 = 0.5 * ((t1 - y1) * (t1 - y1)), l2 = 0.5 * ((t2 - y2) * (t2 - y2));
            double row[41] = {i1, i2, t1, t2, w1, w2, w3, w4, w5, w6, w7, w8, h1, h2, a1, a2, o1, o2, y1, y2, l1, l2, l1 + l2,
                              1.0, 1.0, g1, g2, d1, d2, d1 * a1, d1 * a2, d2 * a1, d2 * a2, u1, u2, e1, e2,
                              e1 * i1, e1 * i2, e2 * i1, e2 * i2};
            memcpy(rows, row, sizeof row);
            rows += 41;
        }
        w1 -= eta * (e1 * i1), w2 -= eta * (e1 * i2), w3 -= eta * (e2 * i1), w4 -= eta * (e2 * i2);
        w5 -= eta * (d1 * a1), w6 -= eta * (d1 * a2), w7 -= eta * (d2 * a1), w8 -= eta * (d2 * a2);
    }
    w[0] = w1, w[1] = w2, w[2] = w3, w[3] = w4, w[4] = w5, w[5] = w6, w[6] = w7, w[7] = w8;
}

void class_alone(double *w, double eta, long steps) { train(w, eta, steps, NULL); }
void class_traced(double *w, double eta, long steps, double *rows) { train(w, eta, steps, rows); }

/* --- many networks: vectors of the machine's width, TWINS of them at a time, all weights in registers ------- */

#if defined(__AVX512F__)
enum { WIDTH = 8 };
#elif defined(__AVX__)
enum { WIDTH = 4 };
#else
enum { WIDTH = 2 };
#endif
typedef double V __attribute__((vector_size(8 * WIDTH), aligned(8), may_alias));
typedef long long I __attribute__((vector_size(8 * WIDTH)));

static inline __attribute__((always_inline)) V vector_exp(V x) {
    const double shift = 6755399441055744.0;
    V sum = x * 0x1.71547652b82fep+0 + shift, k = sum - shift;
    V r = x - k * 0x1.62e42fefa39efp-1, q = r * 0x1.af38a9b0ec855p-26 + 0x1.289185613a3d6p-22;
    q = q * r + 0x1.71de0dae63bb3p-19;
    q = q * r + 0x1.a019b90d2ae7ap-16;
    q = q * r + 0x1.a01a01a7c41d5p-13;
    q = q * r + 0x1.6c16c1788bd90p-10;
    q = q * r + 0x1.11111111109b3p-7;
    q = q * r + 0x1.5555555553d63p-5;
    q = q * r + 0x1.5555555555556p-3;
    q = q * r + 0.5;
    V y = (q * r + 1.0) * r + 1.0;
    return (V)((I)y + ((I)sum << 52)); /* right while nothing over- or underflows, which here nothing does */
}

#define VSIGMOID(x) (1.0 / (1.0 + vector_exp(-(x))))
#ifndef TWINS
#define TWINS 2
#endif

/* Eight rows of `count` weights each; count must be a multiple of TWINS · WIDTH. */
void class_lanes(double *w, const double *eta, long count, long steps) {
    const double i1 = 0.05, i2 = 0.10, t1 = 0.01, t2 = 0.99;
    for (long lane = 0; lane < count; lane += TWINS * WIDTH) {
        V s[8][TWINS], rate[TWINS];
        for (int n = 0; n < TWINS; n++) {
            rate[n] = *(const V *)(eta + lane + n * WIDTH);
            for (int p = 0; p < 8; p++) s[p][n] = *(V *)(w + p * count + lane + n * WIDTH);
        }
        for (long step = 0; step < steps; step++)
#pragma GCC unroll 4
            for (int n = 0; n < TWINS; n++) {
                V a1 = VSIGMOID(s[0][n] * i1 + s[1][n] * i2), a2 = VSIGMOID(s[2][n] * i1 + s[3][n] * i2);
                V y1 = VSIGMOID(s[4][n] * a1 + s[5][n] * a2), y2 = VSIGMOID(s[6][n] * a1 + s[7][n] * a2);
                V d1 = (y1 - t1) * y1 * (1.0 - y1), d2 = (y2 - t2) * y2 * (1.0 - y2);
                V e1 = (d1 * s[4][n] + d2 * s[6][n]) * a1 * (1.0 - a1) * rate[n];
                V e2 = (d1 * s[5][n] + d2 * s[7][n]) * a2 * (1.0 - a2) * rate[n];
                d1 *= rate[n], d2 *= rate[n];
                s[0][n] -= e1 * i1, s[1][n] -= e1 * i2, s[2][n] -= e2 * i1, s[3][n] -= e2 * i2;
                s[4][n] -= d1 * a1, s[5][n] -= d1 * a2, s[6][n] -= d2 * a1, s[7][n] -= d2 * a2;
            }
        for (int n = 0; n < TWINS; n++)
            for (int p = 0; p < 8; p++) *(V *)(w + p * count + lane + n * WIDTH) = s[p][n];
    }
}
