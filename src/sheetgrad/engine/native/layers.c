/* The loops over whole layers, compiled once for each instruction set and for doubles and floats (layers_of.h). */
#include "layers.h"

#include <math.h>
#include <string.h>

#include "operands.h"
#include "targets.h"

#if defined(__clang__)
#define UNROLLED PRAGMA(unroll)
#else
#define UNROLLED PRAGMA(GCC unroll 16)
#define SHUFFLE(a, b, places) __builtin_shuffle(a, b, places)
#endif
#define TILE_ROWS 6

#define REAL double
#define WHOLE long long
#define BITS 64
#define SIZED(name, set) name##_##set##_double
#include "layers_by_set.h"
#undef REAL
#undef WHOLE
#undef BITS
#undef SIZED

#define REAL float
#define WHOLE int
#define BITS 32
#define SIZED(name, set) name##_##set##_float
#include "layers_by_set.h"

#define ENTRY(set, there, size) {#set, there, layer_##set##_##size, gather_##set##_##size, exp_##set##_##size, tanh_##set##_##size}
#ifdef ON_X86
#define ENTRIES(size) {ENTRY(baseline, always, size), ENTRY(avx2, has_avx2, size), ENTRY(avx512, has_avx512, size)}
#else
#define ENTRIES(size) {ENTRY(baseline, always, size)}
#endif
const layer_instructions doubles_by[] = ENTRIES(double), floats_by[] = ENTRIES(float);
const size_t layer_instruction_count = sizeof doubles_by / sizeof *doubles_by;
