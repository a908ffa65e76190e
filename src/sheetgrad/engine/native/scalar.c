/* The scalar interpreter: one network, the same bits as straight-line Python. */
#include <math.h>
#include <string.h>

#include "tape.h"

#define ONE 1.0
#define ABSOLUTE_OF(x) fabs(x)
#define SQRT_OF(x) sqrt(x)
#define EXP_OF(x) exp(x)
#define LOG_OF(x) log(x)
#define TANH_OF(x) tanh(x)
#define POSITIVE_OF(x) ((x) > 0.0 ? 1.0 : 0.0)
#define SIGMOID_OF(x) (1.0 / (1.0 + exp(-(x))))
#define MAXIMUM_OF(x, y) ((x) >= (y) || (x) != (x) ? (x) : (y))
#define MINIMUM_OF(x, y) ((x) <= (y) || (x) != (x) ? (x) : (y))
#define POWER_OF(x, y) raised(x, y)

/* As the fall-back has it: 0 to a negative power is infinity whatever the sign of the 0. */
static double raised(double base, double exponent) {
    return base == 0.0 && exponent < 0.0 ? INFINITY : pow(base, exponent);
}

void tape_place_data(const data_source *data, const int32_t *samples, double *slots, size_t lanes) {
    const word *slot = data->slots;
    for (size_t table = 0; table < data->tables; table++) {
        size_t width = data->widths[table];
        for (size_t place = 0; place < data->batch; place++) {
            const double *row = data->rows[table] + (size_t)samples[place] * width;
            for (size_t number = 0; number < width; number++) {
                double *to = slots + (size_t)*slot++ * lanes;
                for (size_t lane = 0; lane < lanes; lane++) to[lane] = row[number];
            }
        }
    }
}

/* Where the compiler can jump to an address, each operation jumps to the next one; elsewhere a switch does. */
#if defined(__GNUC__) && !defined(SHEETGRAD_SWITCH)
#define START static const void *const places[] = {&&at_END, &&at_KEEP, OPERATIONS(P) LONG_OPERATIONS(P)}; NEXT
#define P(name, ...) &&at_##name,
#define AT(name) at_##name:
#define NEXT goto *places[*at];
#define FINISH
#else
#define START for (;;) switch (*at) {
#define AT(name) case OP_##name:
#define NEXT continue;
#define FINISH default: return; }
#endif

#define OPERAND(letter, number) const double letter = slots[at[2 + number]];
#define OPERANDS_1 OPERAND(A, 0)
#define OPERANDS_2 OPERANDS_1 OPERAND(B, 1)
#define OPERANDS_3 OPERANDS_2 OPERAND(C, 2)
#define OPERANDS_4 OPERANDS_3 OPERAND(D, 3)
#define OPERANDS_5 OPERANDS_4 OPERAND(E, 4)
#define OPERANDS_6 OPERANDS_5 OPERAND(F, 5)
#define OPERANDS_7 OPERANDS_6 OPERAND(G, 6)
#define OPERANDS_8 OPERANDS_7 OPERAND(H, 7)

void tape_run(const word *code, double *slots, stretch *work) {
    const word *at = code;
    int64_t left = work->steps;
    double *row = work->row;
    const size_t width = work->width;
    if (left <= 0) return;
    if (work->varying) tape_place_data(work->data, work->samples, slots, 1);
    START

    AT(KEEP) {
        if (width == 1) row[0] = slots[0];
        else memcpy(row, slots, width * sizeof(double));
        row += width;
        at++;
        NEXT
    }
#define X(name, count, value) AT(name) { OPERANDS_##count slots[at[1]] = value; at += 2 + count; NEXT }
    OPERATIONS(X)
#undef X
#define X(name, value)                                                                       \
    AT(name) {                                                                               \
        size_t pairs = at[2];                                                                \
        double *result = slots + at[1];                                                      \
        at += 3;                                                                             \
        double S = slots[at[0]] * slots[at[1]];                                              \
        for (at += 2; --pairs; at += 2) S += slots[at[0]] * slots[at[1]];                    \
        *result = value;                                                                     \
        NEXT                                                                                 \
    }
    LONG_OPERATIONS(X)
#undef X
    AT(END) {
        if (--left == 0) { work->row = row; return; }
        if (work->varying) {
            work->samples += work->data->batch;
            tape_place_data(work->data, work->samples, slots, 1);
        }
        at = code;
        NEXT
    }
    FINISH
}

/* --- the check of a tape, before anything runs ------------------------------------------------------- */

static const unsigned char operand_counts[OP_COUNT] = {
#define X(name, count, value) [OP_##name] = count,
    OPERATIONS(X)
#undef X
};

const char *tape_fault(const word *code, size_t length, size_t slots, size_t keeps) {
    size_t at = 0;
    while (at < length) {
        const word operation = code[at];
        if (operation == OP_END) return at + 1 == length ? NULL : "code goes on after its end";
        if (operation == OP_KEEP) {
            if (!keeps--) return "something is kept once too often";
            at++;
            continue;
        }
        if (operation >= OP_COUNT) return "an operation is unknown";
        const size_t fixed = operand_counts[operation];
        if (length - at < 3) return "an operation is cut off";
        size_t first = at + 2, count = fixed;
        if (!fixed) {
            if (code[at + 2] < 1 || code[at + 2] > (length - at) / 2) return "a sum has an impossible length";
            first = at + 3, count = 2 * (size_t)code[at + 2];
        }
        if (first + count >= length) return "an operation is cut off";
        if (code[at + 1] >= slots) return "a result has no slot";
        for (size_t place = first; place < first + count; place++)
            if (code[place] >= slots) return "an operand has no slot";
        at = first + count;
    }
    return "code has no end";
}
