/* The interpreter for lanes for one instruction set; lanes.c says which, and includes this again and again. */

#include "vectors_of.h"

#define SLOT(number) ((V *)slots + (size_t)(number) * vectors)

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
#undef SLOT
#include "vectors_end.h"
