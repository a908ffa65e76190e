/* The interpreter for lanes, compiled once for each instruction set from the same source (lanes_of.h).
 *
 * Each of them defines a vector V of doubles, its multiply-add and what the compiler has no plain notation for.
 * Nothing is contracted except inside exp and tanh, so two instruction sets differ only in their last bits there.
 */
#include "lanes.h"

#include <math.h>
#include <string.h>

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define ON_X86 1
#endif

#if defined(__clang__)
#define PRAGMA(text) _Pragma(#text)
#define BEGIN_TARGET(set) PRAGMA(clang attribute push(__attribute__((target(set))), apply_to = function))
#define END_TARGET PRAGMA(clang attribute pop)
#else
#define PRAGMA(text) _Pragma(#text)
#define BEGIN_TARGET(set) PRAGMA(GCC push_options) PRAGMA(GCC target(set))
#define END_TARGET PRAGMA(GCC pop_options)
#endif

/* The baseline: what every machine of the architecture has. */
#define OF(name) name##_baseline
#define TOGETHER 2
#ifdef ON_X86
#define SQRT_V(x) ((V)_mm_sqrt_pd((__m128d)(x)))
#endif
#include "lanes_of.h"
#undef OF
#undef TOGETHER
#undef SQRT_V

static int always(void) { return 1; }

#ifdef ON_X86

#define FMA(a, b, c) ((V)_mm256_fmadd_pd((__m256d)(a), (__m256d)(b), (__m256d)(c)))
#define MINUS_PRODUCT_MINUS(a, b, c) ((V)_mm256_fnmsub_pd((__m256d)(a), (__m256d)(b), (__m256d)(c)))
#define AT_MOST(x, limit) ((V)_mm256_min_pd(_mm256_set1_pd(limit), (__m256d)(x))) /* not-a-number stays: it is second */
#define AT_LEAST(x, limit) ((V)_mm256_max_pd(_mm256_set1_pd(limit), (__m256d)(x)))
#define SQRT_V(x) ((V)_mm256_sqrt_pd((__m256d)(x)))
#define OF(name) name##_avx2
#define TOGETHER 4
BEGIN_TARGET("avx2,fma")
#include "lanes_of.h"
END_TARGET
#undef OF
#undef TOGETHER
#undef FMA
#undef MINUS_PRODUCT_MINUS
#undef SQRT_V

#define FMA(a, b, c) ((V)_mm512_fmadd_pd((__m512d)(a), (__m512d)(b), (__m512d)(c)))
#define MINUS_PRODUCT_MINUS(a, b, c) ((V)_mm512_fnmsub_pd((__m512d)(a), (__m512d)(b), (__m512d)(c)))
#define AT_MOST(x, limit) ((V)_mm512_min_pd(_mm512_set1_pd(limit), (__m512d)(x))) /* not-a-number stays: it is second */
#define AT_LEAST(x, limit) ((V)_mm512_max_pd(_mm512_set1_pd(limit), (__m512d)(x)))
#define SQRT_V(x) ((V)_mm512_sqrt_pd((__m512d)(x)))
#define SCALE(x, k) ((V)_mm512_scalef_pd((__m512d)(x), (__m512d)(k)))
#define OF(name) name##_avx512
#define TOGETHER 8
BEGIN_TARGET("avx512f,avx512dq,avx2,fma")
#include "lanes_of.h"
END_TARGET
#undef OF
#undef TOGETHER
#undef FMA
#undef MINUS_PRODUCT_MINUS
#undef SQRT_V
#undef SCALE

static int has_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
static int has_avx512(void) { return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq"); }
#endif

#define ENTRY(set, together, there) {#set, together, there, run_##set, loop_##set, exp_##set, tanh_##set}
const instruction_set instruction_sets[] = {
    ENTRY(baseline, 2, always),
#ifdef ON_X86
    ENTRY(avx2, 4, has_avx2),
    ENTRY(avx512, 8, has_avx512),
#endif
};
const size_t instruction_set_count = sizeof instruction_sets / sizeof *instruction_sets;
