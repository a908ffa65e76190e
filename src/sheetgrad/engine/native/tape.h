/* What a tape is, and what the interpreters of it are given. */
#ifndef SHEETGRAD_TAPE_H
#define SHEETGRAD_TAPE_H

#include <stddef.h>
#include <stdint.h>

#include "operations.h"

#if defined(__FLT_EVAL_METHOD__) && __FLT_EVAL_METHOD__ != 0
#error "doubles must be computed as doubles; the fall-back in Python is used instead"
#endif

/* Code is a list of words: an operation, how many times it is done, and for each time the slot of the result and
 * the slots of the operands. Sums of any length have the number of their pairs behind the number of times. */
typedef uint32_t word;

/* Data of the steps: one row a sample in each of several tables. */
typedef struct {
    size_t tables, samples, batch;
    const size_t *widths;   /* how wide each table is */
    const double **rows;    /* where each begins */
    const word *slots;      /* where the numbers go: table after table, sample after sample */
} data_source;

/* A stretch of steps. */
typedef struct {
    int64_t steps;
    double *row;            /* where the next kept row goes */
    size_t width;           /* how many slots are kept: the first ones */
    int varying;            /* whether each step has samples of its own */
    const int32_t *samples; /* their numbers, `batch` for each step */
    const data_source *data;
} stretch;

/* NULL, or what is wrong with the code, in which something is kept at most so many times, and operations may have two
 * results or not. */
const char *tape_fault(const word *code, size_t length, size_t slots, size_t keeps, int pairs);

void tape_place_data(const data_source *data, const int32_t *samples, double *slots, size_t lanes);

/* After each step the slots move on by `stride`: a row, where what is kept stands where it is computed. */
void tape_run(const word *code, double *slots, stretch *work, size_t stride);

#endif
