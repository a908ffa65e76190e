/* The interpreter for lanes, compiled once for each instruction set from the same source (lanes_of.h).
 *
 * Nothing is contracted except inside exp and tanh, so two instruction sets differ only in their last bits there.
 */
#include "lanes.h"

#include <math.h>
#include <string.h>

#include "targets.h"

#define REAL double
#define WHOLE long long
#define BITS 64

/* The baseline: what every machine of the architecture has. */
#define OF(name) name##_baseline
#define WIDTH 128
#include "instructions_of.h"
#include "lanes_of.h"
#include "instructions_end.h"
#undef OF
#undef WIDTH

#ifdef ON_X86
#define OF(name) name##_avx2
#define WIDTH 256
#include "instructions_of.h"
BEGIN_TARGET("avx2,fma")
#include "lanes_of.h"
END_TARGET
#include "instructions_end.h"
#undef OF
#undef WIDTH

#define OF(name) name##_avx512
#define WIDTH 512
#include "instructions_of.h"
BEGIN_TARGET("avx512f,avx512dq,avx2,fma")
#include "lanes_of.h"
END_TARGET
#include "instructions_end.h"
#undef OF
#undef WIDTH
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
