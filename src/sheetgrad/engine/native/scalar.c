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

#define OUTPUT_OF(x, target) output(x, target)

/* A sigmoid and, under half its squared distance from the target, the slope of its argument. */
static inline double output(double x, double target) {
    const double y = SIGMOID_OF(x);
    return (y - target) * y * (1.0 - y);
}

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
#define BARRIER __asm__ volatile("" ::: "memory")
#define START static const void *const places[] = {&&at_END, &&at_KEEP, OPERATIONS(P) LONG_OPERATIONS(P) PAIR_OPERATIONS(P)}; NEXT
#define P(name, ...) &&at_##name,
#define AT(name) at_##name:
#define NEXT goto *places[*at];
#define FINISH
#else
#define BARRIER
#define START for (;;) switch (*at) {
#define AT(name) case OP_##name:
#define NEXT continue;
#define FINISH default: return; }
#endif

#define OPERAND(letter, number) const double letter = slots[from[number]];
#define OPERANDS_1 OPERAND(A, 0)
#define OPERANDS_2 OPERANDS_1 OPERAND(B, 1)
#define OPERANDS_3 OPERANDS_2 OPERAND(C, 2)
#define OPERANDS_4 OPERANDS_3 OPERAND(D, 3)
#define OPERANDS_5 OPERANDS_4 OPERAND(E, 4)
#define OPERANDS_6 OPERANDS_5 OPERAND(F, 5)
#define OPERANDS_7 OPERANDS_6 OPERAND(G, 6)
#define OPERANDS_8 OPERANDS_7 OPERAND(H, 7)

void tape_run(const word *code, double *slots, stretch *work, size_t stride) {
    const word *at = code;
    int64_t left = work->steps;
    double *row = work->row;
    const size_t width = work->width;
    if (left <= 0) return;
    if (work->varying) tape_place_data(work->data, work->samples, slots, 1);
    START

    AT(KEEP) {
        for (size_t slot = 0; slot < width; slot++) { /* number by number: wider loads would wait for the stores */
            row[slot] = slots[slot];
            BARRIER;
        }
        row += width;
        at++;
        NEXT
    }
#define X(name, count, value)                                                                \
    AT(name) {                                                                               \
        word times = at[1];                                                                  \
        at += 2;                                                                             \
        do {                                                                                 \
            const word *const from = at + 1;                                                 \
            OPERANDS_##count                                                                 \
            slots[at[0]] = value;                                                            \
            at += 1 + count;                                                                 \
        } while (--times);                                                                   \
        NEXT                                                                                 \
    }
    OPERATIONS(X)
#undef X
#define X(name, value)                                                                       \
    AT(name) {                                                                               \
        word times = at[1];                                                                  \
        const size_t pairs = at[2];                                                          \
        at += 3;                                                                             \
        do {                                                                                 \
            double *result = slots + *at++, S = slots[at[0]] * slots[at[1]];                 \
            const word *end = at + 2 * pairs;                                                \
            for (at += 2; at < end; at += 2) S += slots[at[0]] * slots[at[1]];               \
            *result = value;                                                                 \
        } while (--times);                                                                   \
        NEXT                                                                                 \
    }
    LONG_OPERATIONS(X)
#undef X
#define X(name, count, first, value)                                                         \
    AT(name) {                                                                               \
        word times = at[1];                                                                  \
        at += 2;                                                                             \
        do {                                                                                 \
            const word *const from = at + 2;                                                 \
            OPERANDS_##count                                                                 \
            const double FIRST = first;                                                      \
            slots[at[1]] = FIRST;                                                            \
            slots[at[0]] = value;                                                            \
            at += 2 + count;                                                                 \
        } while (--times);                                                                   \
        NEXT                                                                                 \
    }
    PAIR_OPERATIONS(X)
#undef X
    AT(END) {
        if (--left == 0) { work->row = row; return; }
        slots += stride;
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
#define X(name, count, first, value) [OP_##name] = count + 1,
    PAIR_OPERATIONS(X)
#undef X
};

static int has_two_results(word operation) {
#define X(name, ...) || operation == OP_##name
    return 0 PAIR_OPERATIONS(X);
#undef X
}

const char *tape_fault(const word *code, size_t length, size_t slots, size_t keeps, int pairs) {
    size_t at = 0;
    while (at < length) {
        const word operation = code[at];
        if (operation == OP_END) return at + 1 == length ? NULL : "code goes on after its end";
        if (operation == OP_KEEP) {
            if (!keeps--) return "something is kept once too often";
            at++;
            continue;
        }
        if (operation >= OP_COUNT || (!pairs && has_two_results(operation))) return "an operation is unknown";
        if (length - at < 4) return "an operation is cut off";
        size_t times = code[at + 1], count = operand_counts[operation];
        at += 2;
        if (!count) {
            if (code[at] < 1 || code[at] > length / 2) return "a sum has an impossible length";
            count = 2 * (size_t)code[at++];
        }
        if (times < 1 || times >= (length - at + count) / (count + 1)) return "an operation is cut off";
        for (const size_t end = at + times * (count + 1); at < end; at++)
            if (code[at] >= slots) return "a result or an operand has no slot";
    }
    return "code has no end";
}
