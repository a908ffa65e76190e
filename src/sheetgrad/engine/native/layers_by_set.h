/* layers_of.h for every instruction set of the machine, for numbers of one size. */

#define OF(name) SIZED(name, baseline)
#define WIDTH 128
#define TILE_VECTORS 2
#include "instructions_of.h"
#include "layers_of.h"
#include "instructions_end.h"
#undef OF
#undef WIDTH
#undef TILE_VECTORS

#ifdef ON_X86
#define OF(name) SIZED(name, avx2)
#define WIDTH 256
#define TILE_VECTORS 2
#include "instructions_of.h"
BEGIN_TARGET("avx2,fma")
#include "layers_of.h"
END_TARGET
#include "instructions_end.h"
#undef OF
#undef WIDTH
#undef TILE_VECTORS

#define OF(name) SIZED(name, avx512)
#define WIDTH 512
#define TILE_VECTORS 4
#include "instructions_of.h"
BEGIN_TARGET("avx512f,avx512dq,avx2,fma")
#include "layers_of.h"
END_TARGET
#include "instructions_end.h"
#undef OF
#undef WIDTH
#undef TILE_VECTORS
#endif
