/* The operations of a tape: one table, from which both interpreters and the check of a tape are made.
 *
 * Each line is a name, its number of operands, and its value from the operands A, B, C …, whose type is a
 * double in the scalar interpreter and a vector of doubles in the one for lanes. The order of the arithmetic
 * is that of the straight-line Python kernel: a sum of products is added up from the left, and nothing is
 * contracted, so that the scalar interpreter gives the same bits.
 */
#define OPERATIONS(X)                                                                        \
    X(COPY, 1, A)                                                                            \
    X(NEGATIVE, 1, -A)                                                                       \
    X(ABSOLUTE, 1, ABSOLUTE_OF(A))                                                           \
    X(SQRT, 1, SQRT_OF(A))                                                                   \
    X(EXP, 1, EXP_OF(A))                                                                     \
    X(LOG, 1, LOG_OF(A))                                                                     \
    X(TANH, 1, TANH_OF(A))                                                                   \
    X(POSITIVE, 1, POSITIVE_OF(A))                                                           \
    X(SIGMOID, 1, SIGMOID_OF(A))                                                             \
    X(ADD, 2, A + B)                                                                         \
    X(SUBTRACT, 2, A - B)                                                                    \
    X(MULTIPLY, 2, A * B)                                                                    \
    X(DIVIDE, 2, A / B)                                                                      \
    X(MAXIMUM, 2, MAXIMUM_OF(A, B))                                                          \
    X(MINIMUM, 2, MINIMUM_OF(A, B))                                                          \
    X(POWER, 2, POWER_OF(A, B))                                                              \
    X(SLOPE, 2, A * B * (ONE - B))                                                           \
    X(TANH_SLOPE, 2, A * (ONE - B * B))                                                      \
    X(MULTIPLY_3, 3, A * B * C)                                                              \
    X(SQUARED, 3, A * ((B - C) * (B - C)))                                                   \
    X(MULTIPLY_ADD, 3, A * B + C)                                                            \
    X(SUBTRACT_PRODUCT, 3, A - B * C)                                                        \
    X(SUBTRACT_SLOPE, 3, (A - B) * C * (ONE - C))                                            \
    X(UPDATE, 4, A - B * (C * D))                                                            \
    X(DOT_2, 4, A * B + C * D)                                                               \
    X(DOT_2_SIGMOID, 4, SIGMOID_OF(A * B + C * D))                                           \
    X(DOT_2_OUTPUT, 5, OUTPUT_OF(A * B + C * D, E))                                          \
    X(DOT_2_SLOPE, 5, (A * B + C * D) * E * (ONE - E))                                       \
    X(DOT_3, 6, A * B + C * D + E * F)                                                       \
    X(DOT_3_SIGMOID, 6, SIGMOID_OF(A * B + C * D + E * F))                                   \
    X(DOT_3_OUTPUT, 7, OUTPUT_OF(A * B + C * D + E * F, G))                                  \
    X(DOT_3_SLOPE, 7, (A * B + C * D + E * F) * G * (ONE - G))                               \
    X(DOT_4, 8, A * B + C * D + E * F + G * H)                                               \
    X(DOT_4_SIGMOID, 8, SIGMOID_OF(A * B + C * D + E * F + G * H))

/* Sums of any number of products: the number of pairs stands before them. What comes of the sum S: */
#define LONG_OPERATIONS(X)                                                                   \
    X(DOT, S)                                                                                \
    X(DOT_SIGMOID, SIGMOID_OF(S))

/* Operations with two results, for the scalar interpreter: the FIRST one and what comes of it, both written down.
 * The slot of the first stands behind that of the second. */
#define PAIR_OPERATIONS(X)                                                                   \
    X(SUBTRACT_SLOPE_BOTH, 3, A - B, FIRST * C * (ONE - C))                                  \
    X(UPDATE_BOTH, 4, C * D, A - B * FIRST)                                                  \
    X(DOT_2_SIGMOID_BOTH, 4, A * B + C * D, SIGMOID_OF(FIRST))                               \
    X(DOT_2_SLOPE_BOTH, 5, A * B + C * D, FIRST * E * (ONE - E))                             \
    X(DOT_3_SIGMOID_BOTH, 6, A * B + C * D + E * F, SIGMOID_OF(FIRST))                       \
    X(DOT_3_SLOPE_BOTH, 7, A * B + C * D + E * F, FIRST * G * (ONE - G))

enum {
    OP_END,  /* the step is over */
    OP_KEEP, /* write down what is kept */
#define X(name, ...) OP_##name,
    OPERATIONS(X) LONG_OPERATIONS(X) PAIR_OPERATIONS(X)
#undef X
    OP_COUNT
};
