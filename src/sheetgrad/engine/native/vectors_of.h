/* Vectors of REALs (doubles or floats, of so many BITS; WHOLE is the integer of that size) and the functions of the
 * operations on them, for one instruction set: what includes this says OF, TOGETHER and, where they are there, FMA and
 * others. vectors_end.h forgets all of it again. */

#define V OF(vector)
#define I OF(integers)
#define INLINE static inline __attribute__((always_inline))
typedef REAL V __attribute__((vector_size(sizeof(REAL) * TOGETHER), may_alias));
typedef WHOLE I __attribute__((vector_size(sizeof(REAL) * TOGETHER)));

INLINE V OF(choose)(I where, V yes, V no) { return (V)((where & (I)yes) | (~where & (I)no)); }
#define CHOOSE(where, yes, no) OF(choose)(where, yes, no)
#define ALL(value) ((V){0} + (REAL)(value))
#define ONE ((REAL)1)
#define SIGN (((I){0} + 1) << (BITS - 1))

/* exp(x) = 2^k·exp(r) with r = x - k·ln 2, |r| <= ln 2 / 2, and exp(r) = 1 + r + r²·q(r). The error is below
 * one unit in the last place: with a fused multiply-add the roundings of r and of the last sums are the only ones
 * that count; without it what r loses is carried along. */
#if BITS == 64
#define ROUNDING 6755399441055744.0 /* 1.5·2^52: adding it rounds to an integer, which then stands in the last bits */
#define FRACTION 52
#define BIAS 1023
#define LOWEST (-760.0)
#define HIGHEST 720.0
#define LN2_HIGH 0x1.62e42fefa0000p-1 /* so few bits that its product with k is exact */
#define LN2_LOW 0x1.cf79abc9e3b3ap-40
#define ONE_TO_TANH 80.0 /* tanh of half of it is 1 */
#else
#define ROUNDING 12582912.0 /* 1.5·2^23 */
#define FRACTION 23
#define BIAS 127
#define LOWEST (-105.0)
#define HIGHEST 89.0
#define LN2_HIGH 0x1.62e400p-1
#define LN2_LOW 0x1.7f7d1cp-20
#define ONE_TO_TANH 40.0
#endif
#define LOG2_E 0x1.71547652b82fep+0

#ifdef FMA
#define MULTIPLY_ADD_V(a, b, c) FMA(a, b, c)
#else
#define MULTIPLY_ADD_V(a, b, c) ((a) * (b) + (c))
#endif
#ifndef AT_MOST /* not-a-number stays */
#define AT_MOST(x, limit) CHOOSE((x) > ALL(limit), ALL(limit), x)
#define AT_LEAST(x, limit) CHOOSE((x) < ALL(limit), ALL(limit), x)
#endif

/* (exp(r) - 1 - r) / r², so that exp(r) is off by 2^-58 at most, as floats by 2^-27. */
INLINE V OF(rest_of_exp)(V r) {
#if BITS == 64
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
#else
    V q = ALL(1.0 / 5040);
    q = MULTIPLY_ADD_V(q, r, ALL(1.0 / 720));
    q = MULTIPLY_ADD_V(q, r, ALL(1.0 / 120));
    q = MULTIPLY_ADD_V(q, r, ALL(1.0 / 24));
    q = MULTIPLY_ADD_V(q, r, ALL(1.0 / 6));
    return MULTIPLY_ADD_V(q, r, ALL(0.5));
#endif
}

/* 2^k from the sum of k and ROUNDING. */
INLINE V OF(power_of_two)(V sum) { return (V)(((I)sum - (I)ALL(ROUNDING) + BIAS) << FRACTION); }

/* exp(sign·x), for a sign of 1 or -1. */
INLINE V OF(exponential)(V x, REAL sign) {
    x = AT_LEAST(AT_MOST(x, sign > 0 ? HIGHEST : -LOWEST), sign > 0 ? LOWEST : -HIGHEST);
    V sum = MULTIPLY_ADD_V(x, ALL(sign * LOG2_E), ALL(ROUNDING));
    V k = sum - (REAL)ROUNDING;
#ifdef FMA
    V high = sign > 0 ? FMA(k, ALL(-LN2_HIGH), x) : MINUS_PRODUCT_MINUS(k, ALL(LN2_HIGH), x);
    V r = FMA(k, ALL(-LN2_LOW), high);
    V y = FMA(FMA(OF(rest_of_exp)(r), r, ALL(1.0)), r, ALL(1.0));
#else
    V high = sign * x - k * (REAL)LN2_HIGH, low = k * (REAL)LN2_LOW, r = high - low, lost = (high - r) - low;
    V y = ONE + (r + (r * r * OF(rest_of_exp)(r) + lost));
#endif
#ifdef SCALE
    return SCALE(y, k);
#else
    V half = MULTIPLY_ADD_V(k, ALL(0.5), ALL(ROUNDING)); /* in two halves: 2^k itself may be out of range */
    V other = (k - (half - (REAL)ROUNDING)) + (REAL)ROUNDING;
    return y * OF(power_of_two)(half) * OF(power_of_two)(other);
#endif
}

/* tanh|x| = m/(m + 2) with m = exp(2|x|) - 1 = 2^k·(exp(r) - 1) + (2^k - 1), which loses nothing near 0. */
INLINE V OF(hyperbolic_tangent)(V x) {
    V sign = (V)((I)x & SIGN), a = (V)((I)x ^ (I)sign) * (REAL)2;
    a = AT_MOST(a, ONE_TO_TANH);
    V sum = MULTIPLY_ADD_V(a, ALL(LOG2_E), ALL(ROUNDING));
    V k = sum - (REAL)ROUNDING;
    V high = MULTIPLY_ADD_V(k, ALL(-LN2_HIGH), a), low = k * (REAL)LN2_LOW, r = high - low, lost = (high - r) - low;
    V small = r + MULTIPLY_ADD_V(r * r, OF(rest_of_exp)(r), lost);
    V power = OF(power_of_two)(sum);
    V m = MULTIPLY_ADD_V(power, small, power - ONE);
    return (V)((I)(m / (m + (REAL)2)) | (I)sign);
}

INLINE V OF(one_by_one)(V x, double (*function)(double)) {
    for (int lane = 0; lane < TOGETHER; lane++) x[lane] = (REAL)function((double)x[lane]);
    return x;
}

/* Where all lanes raise the same number to the same power, as the optimizers do, it is done once. */
static V OF(raised)(V base, V exponent) {
    V result = base;
    for (int lane = 0; lane < TOGETHER; lane++) {
        int again = lane && base[lane] == base[lane - 1] && exponent[lane] == exponent[lane - 1];
        result[lane] = again ? result[lane - 1] : base[lane] == 0 && exponent[lane] < 0 ? (REAL)INFINITY : (REAL)pow((double)base[lane], (double)exponent[lane]);
    }
    return result;
}

#define ABSOLUTE_OF(x) ((V)((I)(x) & ~SIGN))
#ifdef SQRT_V
#define SQRT_OF(x) SQRT_V(x)
#else
#define SQRT_OF(x) OF(one_by_one)(x, sqrt)
#endif
#define EXP_OF(x) OF(exponential)(x, ONE)
#define LOG_OF(x) OF(one_by_one)(x, log)
#define TANH_OF(x) OF(hyperbolic_tangent)(x)
#define POSITIVE_OF(x) ((V)((I)((x) > ALL(0.0)) & (I)ALL(1.0)))
#define SIGMOID_OF(x) (ONE / (ONE + OF(exponential)(x, -ONE)))
#define MAXIMUM_OF(x, y) CHOOSE(((x) >= (y)) | ((x) != (x)), x, y)
#define MINIMUM_OF(x, y) CHOOSE(((x) <= (y)) | ((x) != (x)), x, y)
#define POWER_OF(x, y) OF(raised)(x, y)

#define OUTPUT_OF(x, target) OF(output)(x, target)

/* A sigmoid and, under half its squared distance from the target, the slope of its argument. */
INLINE V OF(output)(V x, V target) {
    const V y = SIGMOID_OF(x);
    return (y - target) * y * (ONE - y);
}

static void OF(exp)(void *values, size_t vectors) {
    for (V *x = (V *)values, *end = x + vectors; x < end; x++) *x = OF(exponential)(*x, ONE);
}

static void OF(tanh)(void *values, size_t vectors) {
    for (V *x = (V *)values, *end = x + vectors; x < end; x++) *x = OF(hyperbolic_tangent)(*x);
}
