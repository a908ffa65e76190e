/* Whole layers for many samples: loops over rows and columns in which the samples stand side by side.
 *
 * Numbers are in three places. SHARED holds what has no sample axis, every last axis padded to whole vectors.
 * BLOCKS holds, for so many samples (`lanes`) at a time, one row a number. LOCAL holds what only the loops of one
 * group need, for the rows and columns that are being computed.
 */
#ifndef SHEETGRAD_LAYERS_H
#define SHEETGRAD_LAYERS_H

#include "tape.h"

enum { SHARED, BLOCKS, LOCAL, SPACES };

/* BODY computes a tape at every place; SUM_ and LARGEST_ gather what it comes to, over rows or over columns;
 * PRODUCT is r[row, column] = sum of a[row, n]·x[n, column]; TURN writes rows as columns. */
enum { BODY, SUM_OVER_ROWS, LARGEST_OVER_ROWS, SUM_OVER_COLUMNS, LARGEST_OVER_COLUMNS, PRODUCT, TURN, LAYER_KINDS };

enum {
    ALIGN = 64,         /* bytes: every row begins at a multiple of this */
    WIDEST = 256,       /* a body is computed for at most so many numbers at a time */
    PANEL_ROWS = 128,   /* a group over panels computes so many rows and columns at a time */
    PANEL_COLUMNS = 64,
    DEPTH = 64          /* so many terms of a product at a time, so that they stay in the nearest cache */
};

/* Where the numbers of an operand or a result stand. Of a product's, `per_column` belongs to n in a, `per_row` to n
 * in x. `direct`: a result is computed where it belongs, and not in its slot first. */
typedef struct {
    int64_t space, offset, per_row, per_column, slot, direct;
} where;

typedef struct {
    int kind, over_samples; /* over_samples: the columns of a sum, or n in a product, are all samples of all blocks */
    size_t rows, columns, depth, slots, constants, operands, results, code_length;
    const where *operand, *result;
    const word *code, *constant; /* `constant`: the slots that hold the same number at every place */
    double *initial;        /* what the slots hold at first */
} layer_loop;

/* Loops that are computed one after the other: for each block of samples, or in panels, or once. */
enum { FOR_BLOCKS, IN_PANELS, ONCE, GROUP_KINDS };
typedef struct {
    int kind;
    size_t first, end, rows, columns;
} layer_group;

/* What a loop is given besides itself; sizes are in numbers. */
typedef struct {
    void *space[SPACES];
    size_t per_block, blocks, lanes, samples;
    void *room;             /* WIDEST numbers for every slot of the largest body, and for sums */
    void **slot;            /* where each slot stands */
} surroundings;

/* Which part of a loop: of one block, or of a panel. */
typedef struct {
    size_t block, row, rows_end, column, columns_end;
    int in_panels;
} part_of_layer;

typedef struct {
    const char *name;
    int (*is_there)(void);
    void (*run)(const layer_loop *made, const surroundings *around, part_of_layer part);
    void (*gather)(const void *const *samples, size_t count, size_t width, void *block, size_t lanes);
    void (*exp)(void *values, size_t vectors);
    void (*tanh)(void *values, size_t vectors);
} layer_instructions;

extern const layer_instructions doubles_by[], floats_by[];
extern const size_t layer_instruction_count;

#endif
