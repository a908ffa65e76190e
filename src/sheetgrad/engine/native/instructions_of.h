/* What the compiler has no plain notation for, for vectors of WIDTH bits of REALs of BITS bits: how many go TOGETHER,
 * a fused multiply-add and others where they are there. instructions_end.h forgets it again. */

#define TOGETHER (WIDTH / BITS)

#ifdef ON_X86
#if BITS == 64
#define PACKED_OF(prefix, function) prefix##_##function##_pd
#else
#define PACKED_OF(prefix, function) prefix##_##function##_ps
#endif
#if WIDTH == 512
#define PACKED(function) PACKED_OF(_mm512, function)
#elif WIDTH == 256
#define PACKED(function) PACKED_OF(_mm256, function)
#else
#define PACKED(function) PACKED_OF(_mm, function)
#endif
#if BITS == 64 && WIDTH == 512
#define PACK __m512d
#elif BITS == 64 && WIDTH == 256
#define PACK __m256d
#elif BITS == 64
#define PACK __m128d
#elif WIDTH == 512
#define PACK __m512
#elif WIDTH == 256
#define PACK __m256
#else
#define PACK __m128
#endif

#define SQRT_V(x) ((V)PACKED(sqrt)((PACK)(x)))
#if WIDTH > 128
#define FMA(a, b, c) ((V)PACKED(fmadd)((PACK)(a), (PACK)(b), (PACK)(c)))
#define MINUS_PRODUCT_MINUS(a, b, c) ((V)PACKED(fnmsub)((PACK)(a), (PACK)(b), (PACK)(c)))
#define AT_MOST(x, limit) ((V)PACKED(min)(PACKED(set1)((REAL)(limit)), (PACK)(x))) /* not-a-number stays: it is second */
#define AT_LEAST(x, limit) ((V)PACKED(max)(PACKED(set1)((REAL)(limit)), (PACK)(x)))
#endif
#if WIDTH == 512
#define SCALE(x, k) ((V)PACKED(scalef)((PACK)(x), (PACK)(k)))
#endif
#endif
