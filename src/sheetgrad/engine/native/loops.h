/* Whole layers, one sample at a time: loops over rows and columns of arrays, with a tape as their body. */
#ifndef SHEETGRAD_LOOPS_H
#define SHEETGRAD_LOOPS_H

#include "tape.h"

/* How a loop computes. The last three are the ones on which the time is spent, without a tape. */
enum { EACH, SUM_COLUMNS, SUM_ROWS, LARGEST_COLUMN, DOT_ROWS, ADD_ROWS, UPDATE_ROWS, LOOP_KINDS };

/* Which number of the memory belongs to a row and a column, and its slot in the body. */
typedef struct {
    int64_t offset, per_row, per_column, slot;
} place;

typedef struct {
    int kind;
    size_t rows, columns, slots, operands, results, code_length;
    const place *operand, *result;
    const word *code;
    double *initial;    /* what the slots hold at first */
    double *slot;       /* the slots of a run, 64 numbers each */
} loop;

#endif
