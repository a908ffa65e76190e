/* The interpreter for lanes for one instruction set; lanes.c says which, and includes this again and again. */

#define V OF(vector)
#define I OF(integers)
#define INLINE static inline __attribute__((always_inline))
typedef double V __attribute__((vector_size(8 * TOGETHER), may_alias));
typedef long long I __attribute__((vector_size(8 * TOGETHER)));

INLINE V OF(choose)(I where, V yes, V no) { return (V)((where & (I)yes) | (~where & (I)no)); }
#define CHOOSE(where, yes, no) OF(choose)(where, yes, no)
#define ALL(value) ((V){0} + (value))
#define ONE 1.0
#define SIGN ((I){0} + (-0x7fffffffffffffffLL - 1))

/* exp(x) = 2^k·exp(r) with r = x - k·ln 2, |r| <= ln 2 / 2, and exp(r) = 1 + r + r²·q(r). The error is below
 * one unit in the last place: with a fused multiply-add the roundings of r and of the last sums are the only ones
 * that count; without it what r loses is carried along. */
#define ROUNDING 6755399441055744.0 /* 1.5·2^52: adding it rounds to an integer, which then stands in the last bits */
#define LOG2_E 0x1.71547652b82fep+0
#define LN2_HIGH 0x1.62e42fefa0000p-1 /* so few bits that its product with k is exact */
#define LN2_LOW 0x1.cf79abc9e3b3ap-40

#ifdef FMA
#define MULTIPLY_ADD_V(a, b, c) FMA(a, b, c)
#else
#define MULTIPLY_ADD_V(a, b, c) ((a) * (b) + (c))
#endif
#ifndef AT_MOST /* not-a-number stays */
#define AT_MOST(x, limit) CHOOSE((x) > ALL(limit), ALL(limit), x)
#define AT_LEAST(x, limit) CHOOSE((x) < ALL(limit), ALL(limit), x)
#endif

/* (exp(r) - 1 - r) / r², so that exp(r) is off by 2^-58 at most. */
INLINE V OF(rest_of_exp)(V r) {
    V q = ALL(0x1.ad7f79dc81232p-26);
    q = MULTIPLY_ADD_V(q, r, ALL(0x1.28ad69a318969p-22));
    q = MULTIPLY_ADD_V(q, r, ALL(0x1.71df253c733fbp-19));
    q = MULTIPLY_ADD_V(q, r, ALL(0x1.a0199a15d9e2cp-16));
    q = MULTIPLY_ADD_V(q, r, ALL(0x1.a01a012a67fffp-13));
    q = MULTIPLY_ADD_V(q, r, ALL(0x1.6c16c18426c8bp-10));
    q = MULTIPLY_ADD_V(q, r, ALL(0x1.1111111127ba2p-7));
    q = MULTIPLY_ADD_V(q, r, ALL(0x1.555555555088ap-5));
    q = MULTIPLY_ADD_V(q, r, ALL(0x1.55555555554fap-3));
    return MULTIPLY_ADD_V(q, r, ALL(0x1.000000000000ap-1));
}

/* 2^k from the sum of k and ROUNDING. */
INLINE V OF(power_of_two)(V sum) { return (V)(((I)sum - (I)ALL(ROUNDING) + 1023) << 52); }

/* exp(sign·x), for a sign of 1 or -1. */
INLINE V OF(exponential)(V x, double sign) {
    x = AT_LEAST(AT_MOST(x, sign > 0 ? 720.0 : 760.0), sign > 0 ? -760.0 : -720.0);
    V sum = MULTIPLY_ADD_V(x, ALL(sign * LOG2_E), ALL(ROUNDING));
    V k = sum - ROUNDING;
#ifdef FMA
    V high = sign > 0 ? FMA(k, ALL(-LN2_HIGH), x) : MINUS_PRODUCT_MINUS(k, ALL(LN2_HIGH), x);
    V r = FMA(k, ALL(-LN2_LOW), high);
    V y = FMA(FMA(OF(rest_of_exp)(r), r, ALL(1.0)), r, ALL(1.0));
#else
    V high = sign * x - k * LN2_HIGH, low = k * LN2_LOW, r = high - low, lost = (high - r) - low;
    V y = 1.0 + (r + (r * r * OF(rest_of_exp)(r) + lost));
#endif
#ifdef SCALE
    return SCALE(y, k);
#else
    V half = MULTIPLY_ADD_V(k, ALL(0.5), ALL(ROUNDING)); /* in two halves: 2^k itself may be out of range */
    V other = (k - (half - ROUNDING)) + ROUNDING;
    return y * OF(power_of_two)(half) * OF(power_of_two)(other);
#endif
}

/* tanh|x| = m/(m + 2) with m = exp(2|x|) - 1 = 2^k·(exp(r) - 1) + (2^k - 1), which loses nothing near 0. */
INLINE V OF(hyperbolic_tangent)(V x) {
    V sign = (V)((I)x & SIGN), a = (V)((I)x ^ (I)sign) * 2.0;
    a = AT_MOST(a, 80.0);
    V sum = MULTIPLY_ADD_V(a, ALL(LOG2_E), ALL(ROUNDING));
    V k = sum - ROUNDING;
    V high = MULTIPLY_ADD_V(k, ALL(-LN2_HIGH), a), low = k * LN2_LOW, r = high - low, lost = (high - r) - low;
    V small = r + MULTIPLY_ADD_V(r * r, OF(rest_of_exp)(r), lost);
    V power = OF(power_of_two)(sum);
    V m = MULTIPLY_ADD_V(power, small, power - 1.0);
    return (V)((I)(m / (m + 2.0)) | (I)sign);
}

INLINE V OF(one_by_one)(V x, double (*function)(double)) {
    for (int lane = 0; lane < TOGETHER; lane++) x[lane] = function(x[lane]);
    return x;
}

/* Where all lanes raise the same number to the same power, as the optimizers do, it is done once. */
static V OF(raised)(V base, V exponent) {
    V result = base;
    for (int lane = 0; lane < TOGETHER; lane++) {
        int again = lane && base[lane] == base[lane - 1] && exponent[lane] == exponent[lane - 1];
        result[lane] = again ? result[lane - 1] : base[lane] == 0.0 && exponent[lane] < 0.0 ? INFINITY : pow(base[lane], exponent[lane]);
    }
    return result;
}

#define ABSOLUTE_OF(x) ((V)((I)(x) & ~SIGN))
#ifdef SQRT_V
#define SQRT_OF(x) SQRT_V(x)
#else
#define SQRT_OF(x) OF(one_by_one)(x, sqrt)
#endif
#define EXP_OF(x) OF(exponential)(x, 1.0)
#define LOG_OF(x) OF(one_by_one)(x, log)
#define TANH_OF(x) OF(hyperbolic_tangent)(x)
#define POSITIVE_OF(x) ((V)((I)((x) > ALL(0.0)) & (I)ALL(1.0)))
#define SIGMOID_OF(x) (1.0 / (1.0 + OF(exponential)(x, -1.0)))
#define MAXIMUM_OF(x, y) CHOOSE(((x) >= (y)) | ((x) != (x)), x, y)
#define MINIMUM_OF(x, y) CHOOSE(((x) <= (y)) | ((x) != (x)), x, y)
#define POWER_OF(x, y) OF(raised)(x, y)

#define OUTPUT_OF(x, target) OF(output)(x, target)

/* A sigmoid and, under half its squared distance from the target, the slope of its argument. */
INLINE V OF(output)(V x, V target) {
    const V y = SIGMOID_OF(x);
    return (y - target) * y * (1.0 - y);
}

static void OF(exp)(double *values, size_t vectors) {
    for (V *x = (V *)values, *end = x + vectors; x < end; x++) *x = OF(exponential)(*x, 1.0);
}

static void OF(tanh)(double *values, size_t vectors) {
    for (V *x = (V *)values, *end = x + vectors; x < end; x++) *x = OF(hyperbolic_tangent)(*x);
}

#define SLOT(number) ((V *)slots + (size_t)(number) * vectors)
#define SOURCE(letter, number) const V *letter##_ = SLOT(at[1 + number]);
#define SOURCES_1 SOURCE(A, 0)
#define SOURCES_2 SOURCES_1 SOURCE(B, 1)
#define SOURCES_3 SOURCES_2 SOURCE(C, 2)
#define SOURCES_4 SOURCES_3 SOURCE(D, 3)
#define SOURCES_5 SOURCES_4 SOURCE(E, 4)
#define SOURCES_6 SOURCES_5 SOURCE(F, 5)
#define SOURCES_7 SOURCES_6 SOURCE(G, 6)
#define SOURCES_8 SOURCES_7 SOURCE(H, 7)
#define TAKEN(letter) const V letter = letter##_[v];
#define TAKEN_1 TAKEN(A)
#define TAKEN_2 TAKEN_1 TAKEN(B)
#define TAKEN_3 TAKEN_2 TAKEN(C)
#define TAKEN_4 TAKEN_3 TAKEN(D)
#define TAKEN_5 TAKEN_4 TAKEN(E)
#define TAKEN_6 TAKEN_5 TAKEN(F)
#define TAKEN_7 TAKEN_6 TAKEN(G)
#define TAKEN_8 TAKEN_7 TAKEN(H)

static void OF(run)(const word *code, double *slots, lane_stretch *work, size_t vectors) {
    const data_source *data = work->steps.data;
    double *row = work->steps.row;
    for (int64_t left = work->steps.steps; left > 0; left--) {
        const word *at = code;
        if (work->steps.varying) {
            tape_place_data(data, work->steps.samples, slots, vectors * TOGETHER);
            work->steps.samples += data->batch;
        }
        while (*at != OP_END) switch (*at) {
            case OP_KEEP:
                for (size_t slot = 0; slot < work->steps.width; slot++, row += work->row_stride)
                    memcpy(row, SLOT(slot), work->lanes * sizeof(double));
                at++;
                break;
#define X(name, count, value)                                                                \
            case OP_##name: {                                                                \
                word times = at[1];                                                          \
                at += 2;                                                                     \
                do {                                                                         \
                    SOURCES_##count                                                          \
                    V *result = SLOT(at[0]);                                                 \
                    for (size_t v = 0; v < vectors; v++) { TAKEN_##count result[v] = value; } \
                    at += 1 + count;                                                         \
                } while (--times);                                                           \
                break;                                                                       \
            }
            OPERATIONS(X)
#undef X
#define X(name, value)                                                                       \
            case OP_##name: {                                                                \
                word times = at[1];                                                          \
                const size_t pairs = at[2];                                                  \
                at += 3;                                                                     \
                do {                                                                         \
                    V *result = SLOT(at[0]);                                                 \
                    const word *end = at + 1 + 2 * pairs;                                    \
                    for (size_t v = 0; v < vectors; v++) {                                   \
                        V S = SLOT(at[1])[v] * SLOT(at[2])[v];                               \
                        for (const word *pair = at + 3; pair < end; pair += 2) S += SLOT(pair[0])[v] * SLOT(pair[1])[v]; \
                        result[v] = value;                                                   \
                    }                                                                        \
                    at = end;                                                                \
                } while (--times);                                                           \
                break;                                                                       \
            }
            LONG_OPERATIONS(X)
#undef X
        }
    }
    work->steps.row = row;
}

/* --- loops over the rows and columns of arrays ------------------------------------------------------- */

#define U OF(anywhere) /* a vector that need not be aligned */
typedef double U __attribute__((vector_size(8 * TOGETHER), aligned(8), may_alias));

INLINE double OF(added_up)(V sum) {
    double result = 0.0;
    for (int lane = 0; lane < TOGETHER; lane++) result += sum[lane];
    return result;
}

/* y[r] = sum of a[r, c]·x[c] */
static void OF(dot_rows)(const double *a, size_t stride, const double *x, double *y, size_t step, size_t rows, size_t columns) {
    const size_t whole = columns - columns % TOGETHER;
    size_t row = 0;
    for (; row + 4 <= rows; row += 4, a += 4 * stride) {
        V s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0};
        for (size_t c = 0; c < whole; c += TOGETHER) {
            const V v = (V)*(const U *)(x + c);
            s0 = MULTIPLY_ADD_V((V)*(const U *)(a + c), v, s0);
            s1 = MULTIPLY_ADD_V((V)*(const U *)(a + stride + c), v, s1);
            s2 = MULTIPLY_ADD_V((V)*(const U *)(a + 2 * stride + c), v, s2);
            s3 = MULTIPLY_ADD_V((V)*(const U *)(a + 3 * stride + c), v, s3);
        }
        double t[4] = {OF(added_up)(s0), OF(added_up)(s1), OF(added_up)(s2), OF(added_up)(s3)};
        for (size_t c = whole; c < columns; c++)
            for (size_t n = 0; n < 4; n++) t[n] += a[n * stride + c] * x[c];
        for (size_t n = 0; n < 4; n++) y[(row + n) * step] = t[n];
    }
    for (; row < rows; row++, a += stride) {
        V sum = {0};
        for (size_t c = 0; c < whole; c += TOGETHER) sum = MULTIPLY_ADD_V((V)*(const U *)(a + c), (V)*(const U *)(x + c), sum);
        double t = OF(added_up)(sum);
        for (size_t c = whole; c < columns; c++) t += a[c] * x[c];
        y[row * step] = t;
    }
}

/* y[c] = sum of d[r]·a[r, c] */
static void OF(add_rows)(const double *d, size_t step, const double *a, size_t stride, double *y, size_t rows, size_t columns) {
    const size_t whole = columns - columns % TOGETHER;
    memset(y, 0, columns * sizeof(double));
    for (size_t row = 0; row < rows;) {
        const size_t left = rows - row, taken = left < 4 ? 1 : 4;
        const double *from = a + row * stride;
        const double d0 = d[row * step];
        if (taken == 4) {
            const double d1 = d[(row + 1) * step], d2 = d[(row + 2) * step], d3 = d[(row + 3) * step];
            for (size_t c = 0; c < whole; c += TOGETHER) {
                V sum = MULTIPLY_ADD_V(ALL(d0), (V)*(const U *)(from + c), (V)*(const U *)(y + c));
                sum = MULTIPLY_ADD_V(ALL(d1), (V)*(const U *)(from + stride + c), sum);
                sum = MULTIPLY_ADD_V(ALL(d2), (V)*(const U *)(from + 2 * stride + c), sum);
                *(U *)(y + c) = (U)MULTIPLY_ADD_V(ALL(d3), (V)*(const U *)(from + 3 * stride + c), sum);
            }
            for (size_t c = whole; c < columns; c++)
                y[c] = y[c] + d0 * from[c] + d1 * from[stride + c] + d2 * from[2 * stride + c] + d3 * from[3 * stride + c];
        } else {
            for (size_t c = 0; c < columns; c++) y[c] += d0 * from[c];
        }
        row += taken;
    }
}

/* w[r, c] = w[r, c] - eta·(d[r]·x[c]) */
static void OF(update_rows)(double *w, size_t stride, double eta, const double *d, size_t step, const double *x, size_t rows, size_t columns) {
    const size_t whole = columns - columns % TOGETHER;
    for (size_t row = 0; row < rows; row++, w += stride) {
        const double own = d[row * step];
        for (size_t c = 0; c < whole; c += TOGETHER)
            *(U *)(w + c) = (U)((V)*(const U *)(w + c) - eta * (own * (V)*(const U *)(x + c)));
        for (size_t c = whole; c < columns; c++) w[c] -= eta * (own * x[c]);
    }
}

/* A row through the body, block by block. `sums` gathers what a row comes to. */
static void OF(loop_row)(const loop *made, double *memory, size_t row, size_t width, double *sums) {
    double *slots = made->slot;
    for (size_t n = 0; n < made->operands; n++) {
        const place *from = made->operand + n;
        if (from->per_column || (row && !from->per_row)) continue;
        double value = memory[from->offset + (int64_t)row * from->per_row], *to = slots + (size_t)from->slot * width;
        for (size_t lane = 0; lane < width; lane++) to[lane] = value;
    }
    for (size_t column = 0; column < made->columns; column += width) {
        const size_t count = made->columns - column < width ? made->columns - column : width;
        for (size_t n = 0; n < made->operands; n++) {
            const place *from = made->operand + n;
            if (!from->per_column) continue;
            const double *begin = memory + from->offset + (int64_t)row * from->per_row + (int64_t)column * from->per_column;
            double *to = slots + (size_t)from->slot * width;
            if (from->per_column == 1) memcpy(to, begin, count * sizeof(double));
            else for (size_t lane = 0; lane < count; lane++) to[lane] = begin[(int64_t)lane * from->per_column];
        }
        lane_stretch once = {{1, NULL, 0, 0, NULL, NULL}, 0, 0};
        OF(run)(made->code, slots, &once, width / TOGETHER);
        for (size_t n = 0; n < made->results; n++) {
            const place *to = made->result + n;
            const double *found = slots + (size_t)to->slot * width;
            double *begin = memory + to->offset + (int64_t)row * to->per_row + (int64_t)column * to->per_column;
            if (made->kind == SUM_COLUMNS) for (size_t lane = 0; lane < count; lane++) sums[lane] += found[lane];
            else if (made->kind == LARGEST_COLUMN) for (size_t lane = 0; lane < count; lane++) sums[lane] = sums[lane] >= found[lane] || sums[lane] != sums[lane] ? sums[lane] : found[lane];
            else if (made->kind == SUM_ROWS && row) for (size_t lane = 0; lane < count; lane++) begin[(int64_t)lane * to->per_column] += found[lane];
            else for (size_t lane = 0; lane < count; lane++) begin[(int64_t)lane * to->per_column] = found[lane];
        }
    }
}

static void OF(loop)(const loop *made, double *memory) {
    const place *in = made->operand, *out = made->result;
    if (made->kind == DOT_ROWS) {
        OF(dot_rows)(memory + in[0].offset, (size_t)in[0].per_row, memory + in[1].offset, memory + out->offset, (size_t)out->per_row, made->rows, made->columns);
        return;
    }
    if (made->kind == ADD_ROWS) {
        OF(add_rows)(memory + in[0].offset, (size_t)in[0].per_row, memory + in[1].offset, (size_t)in[1].per_row, memory + out->offset, made->rows, made->columns);
        return;
    }
    if (made->kind == UPDATE_ROWS) {
        OF(update_rows)(memory + in[0].offset, (size_t)in[0].per_row, memory[in[1].offset], memory + in[2].offset, (size_t)in[2].per_row, memory + in[3].offset, made->rows, made->columns);
        return;
    }
    const size_t blocks = (made->columns + LANES - 1) / LANES, even = (made->columns + blocks - 1) / blocks;
    const size_t width = (even + TOGETHER - 1) / TOGETHER * TOGETHER;
    for (size_t slot = 0; slot < made->slots; slot++)
        for (size_t lane = 0; lane < width; lane++) made->slot[slot * width + lane] = made->initial[slot];
    for (size_t row = 0; row < made->rows; row++) {
        double sums[LANES];
        const int largest = made->kind == LARGEST_COLUMN;
        for (size_t lane = 0; lane < LANES; lane++) sums[lane] = largest ? -INFINITY : 0.0;
        OF(loop_row)(made, memory, row, width, sums);
        if (!largest && made->kind != SUM_COLUMNS) continue;
        double result = sums[0];
        for (size_t lane = 1; lane < width; lane++)
            result = !largest ? result + sums[lane] : result >= sums[lane] || result != result ? result : sums[lane];
        memory[out->offset + (int64_t)row * out->per_row] = result;
    }
}

#undef U
#undef V
#undef I
#undef INLINE
#undef CHOOSE
#undef ALL
#undef ONE
#undef SIGN
#undef MULTIPLY_ADD_V
#undef AT_MOST
#undef AT_LEAST
#undef ABSOLUTE_OF
#undef SQRT_OF
#undef EXP_OF
#undef LOG_OF
#undef TANH_OF
#undef POSITIVE_OF
#undef SIGMOID_OF
#undef MAXIMUM_OF
#undef MINIMUM_OF
#undef POWER_OF
#undef OUTPUT_OF
#undef ROUNDING
#undef LOG2_E
#undef LN2_HIGH
#undef LN2_LOW
#undef SLOT
#undef SOURCE
#undef SOURCES_1
#undef SOURCES_2
#undef SOURCES_3
#undef SOURCES_4
#undef SOURCES_5
#undef SOURCES_6
#undef SOURCES_7
#undef SOURCES_8
#undef TAKEN
#undef TAKEN_1
#undef TAKEN_2
#undef TAKEN_3
#undef TAKEN_4
#undef TAKEN_5
#undef TAKEN_6
#undef TAKEN_7
#undef TAKEN_8
