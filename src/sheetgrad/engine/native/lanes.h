/* Many networks at once: a slot holds a number of each network, side by side. */
#ifndef SHEETGRAD_LANES_H
#define SHEETGRAD_LANES_H

#include "loops.h"
#include "operands.h"
#include "tape.h"

enum { LANES = 64 }; /* so many networks share a pass over the code */

/* A stretch of steps of a block of networks. */
typedef struct {
    stretch steps;
    size_t lanes;           /* how many networks the block has */
    size_t row_stride;      /* from one kept number of a network to its next */
} lane_stretch;

/* What an instruction set brings: its name, how many lanes go together, and the interpreter written for it. */
typedef struct {
    const char *name;
    size_t together;
    int (*is_there)(void);
    void (*run)(const word *code, double *slots, lane_stretch *work, size_t vectors);
    void (*loop)(const loop *made, double *memory);
    void (*exp)(void *values, size_t vectors);
    void (*tanh)(void *values, size_t vectors);
} instruction_set;

/* From the plainest on; the last that is there is the best. */
extern const instruction_set instruction_sets[];
extern const size_t instruction_set_count;

#endif
