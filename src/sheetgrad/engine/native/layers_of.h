/* The loops over whole layers for one instruction set and one size of numbers; layers.c says which. */

#include "vectors_of.h"

#define U OF(anywhere) /* a vector that need not be aligned */
typedef REAL U __attribute__((vector_size(sizeof(REAL) * TOGETHER), aligned(sizeof(REAL)), may_alias));

#define SLOT(number) ((V *)slots[number])

/* A tape over so many vectors of every slot. */
static void OF(body)(const word *at, void *const *slots, size_t vectors) {
    while (*at != OP_END) switch (*at) {
#define X(name, count, value)                                                                \
        case OP_##name: {                                                                    \
            word times = at[1];                                                              \
            at += 2;                                                                         \
            do {                                                                             \
                SOURCES_##count                                                              \
                V *result = SLOT(at[0]);                                                     \
                for (size_t v = 0; v < vectors; v++) { TAKEN_##count result[v] = value; }    \
                at += 1 + count;                                                             \
            } while (--times);                                                               \
            break;                                                                           \
        }
        OPERATIONS(X)
#undef X
#define X(name, value)                                                                       \
        case OP_##name: {                                                                    \
            word times = at[1];                                                              \
            const size_t pairs = at[2];                                                      \
            at += 3;                                                                         \
            do {                                                                             \
                V *result = SLOT(at[0]);                                                     \
                const word *end = at + 1 + 2 * pairs;                                        \
                for (size_t v = 0; v < vectors; v++) {                                       \
                    V S = SLOT(at[1])[v] * SLOT(at[2])[v];                                   \
                    for (const word *pair = at + 3; pair < end; pair += 2) S += SLOT(pair[0])[v] * SLOT(pair[1])[v]; \
                    result[v] = value;                                                       \
                }                                                                            \
                at = end;                                                                    \
            } while (--times);                                                               \
            break;                                                                           \
        }
        LONG_OPERATIONS(X)
#undef X
        default: return; /* nothing is kept here */
    }
}

INLINE REAL *OF(place)(const surroundings *around, const where *at, const part_of_layer *part, size_t row, size_t column) {
    REAL *base = (REAL *)around->space[at->space] + at->offset;
    if (at->space == BLOCKS) base += part->block * around->per_block;
    if (at->space == LOCAL && part->in_panels) row -= part->row, column -= part->column;
    return base + row * (size_t)at->per_row + column * (size_t)at->per_column;
}

/* Every operand of a row and some columns to its slot, and every direct result. */
static void OF(place_slots)(const layer_loop *made, const surroundings *around, const part_of_layer *part, size_t row, size_t column, size_t count, int again) {
    for (size_t n = 0; n < made->operands; n++) {
        const where *at = made->operand + n;
        if (!at->per_column && again) continue;
        REAL *from = OF(place)(around, at, part, row, column);
        REAL *slot = (REAL *)around->room + (size_t)at->slot * WIDEST;
        around->slot[at->slot] = at->per_column == 1 ? from : slot;
        if (!at->per_column) for (size_t lane = 0; lane < count; lane += TOGETHER) *(V *)(slot + lane) = ALL(*from);
        else if (at->per_column != 1) for (size_t lane = 0; lane < count; lane++) slot[lane] = from[lane * (size_t)at->per_column];
    }
    if (made->kind != BODY) return;
    for (size_t n = 0; n < made->results; n++) {
        const where *at = made->result + n;
        if (at->direct) around->slot[at->slot] = OF(place)(around, at, part, row, column);
    }
}

INLINE REAL OF(sum_of)(V sum) {
    REAL result = 0;
    for (int lane = 0; lane < TOGETHER; lane++) result += sum[lane];
    return result;
}

INLINE REAL OF(larger)(REAL x, REAL y) { return x >= y || x != x ? x : y; }

/* What a row comes to, from a vector of what was gathered in its columns so far. */
INLINE V OF(gathered)(const layer_loop *made, V so_far, const REAL *found, size_t count) {
    size_t lane = 0;
    const int largest = made->kind == LARGEST_OVER_COLUMNS;
    for (; lane + TOGETHER <= count; lane += TOGETHER) {
        const V own = *(const V *)(found + lane);
        so_far = largest ? MAXIMUM_OF(so_far, own) : (V)(so_far + own);
    }
    for (int n = 0; lane < count; lane++, n++) so_far[n] = largest ? OF(larger)(so_far[n], found[lane]) : so_far[n] + found[lane];
    return so_far;
}

/* The results of a row and some columns to where they belong. */
static void OF(place_results)(const layer_loop *made, const surroundings *around, const part_of_layer *part, size_t row, size_t column, size_t count) {
    for (size_t n = 0; n < made->results; n++) {
        const where *at = made->result + n;
        const REAL *found = around->slot[at->slot];
        REAL *to = OF(place)(around, at, part, row, column);
        if (to == found) continue;
        const int again = made->kind != BODY && row > part->row;
        for (size_t lane = 0; lane < count; lane += TOGETHER) {
            V own = *(const V *)(found + lane);
            if (again) {
                const V old = *(const V *)(to + lane);
                own = made->kind == SUM_OVER_ROWS ? (V)(old + own) : MAXIMUM_OF(old, own);
            }
            *(V *)(to + lane) = own;
        }
    }
}

/* Whether rows stand one behind the other in everything, so that they are one long row. */
static int OF(is_one_row)(const layer_loop *made, const part_of_layer *part) {
    const size_t columns = part->columns_end;
    if (made->kind != BODY || part->in_panels || columns % TOGETHER) return 0;
    for (size_t n = 0; n < made->operands + made->results; n++) {
        const where *at = n < made->operands ? made->operand + n : made->result + (n - made->operands);
        if (at->per_column == 1 ? (size_t)at->per_row != columns : at->per_column || at->per_row) return 0;
    }
    return 1;
}

static void OF(rows)(const layer_loop *made, const surroundings *around, part_of_layer part) {
    if (OF(is_one_row)(made, &part)) {
        part.column = part.row * part.columns_end;
        part.columns_end *= part.rows_end;
        part.row = 0, part.rows_end = 1;
    }
    const size_t width = part.columns_end - part.column < WIDEST ? part.columns_end - part.column : WIDEST;
    for (size_t slot = 0; slot < made->slots; slot++) around->slot[slot] = (REAL *)around->room + slot * WIDEST;
    for (size_t n = 0; n < made->constants; n++) {
        REAL *own = around->slot[made->constant[n]];
        for (size_t lane = 0; lane < width; lane += TOGETHER) *(V *)(own + lane) = ALL(made->initial[made->constant[n]]);
    }
    const int across = made->kind == SUM_OVER_COLUMNS || made->kind == LARGEST_OVER_COLUMNS;
    const size_t blocks = made->over_samples ? around->blocks : 1;
    for (size_t row = part.row; row < part.rows_end; row++) {
        V so_far = ALL(made->kind == LARGEST_OVER_COLUMNS ? -(REAL)INFINITY : (REAL)0);
        for (size_t block = 0; block < blocks; block++) {
            size_t end = part.columns_end;
            if (made->over_samples) {
                const size_t left = around->samples - block * around->lanes;
                part.block = block, end = left < around->lanes ? left : around->lanes;
            }
            for (size_t column = part.column; column < end; column += WIDEST) {
                const size_t count = end - column < WIDEST ? end - column : WIDEST;
                OF(place_slots)(made, around, &part, row, column, count, column > part.column || block);
                OF(body)(made->code, around->slot, (count + TOGETHER - 1) / TOGETHER);
                if (across) so_far = OF(gathered)(made, so_far, around->slot[made->result->slot], count);
                else OF(place_results)(made, around, &part, row, column, count);
            }
        }
        if (!across) continue;
        REAL result = so_far[0];
        if (made->kind == SUM_OVER_COLUMNS) result = OF(sum_of)(so_far);
        else for (int lane = 1; lane < TOGETHER; lane++) result = OF(larger)(result, so_far[lane]);
        *OF(place)(around, made->result, &part, row, 0) = result;
    }
}

/* --- products of matrices ----------------------------------------------------------------------------- */

/* Where a product stands: r[row, column] (+)= sum of a[row, n]·x[n, column]. */
typedef struct {
    const REAL *a, *x;
    REAL *r;
    size_t a_row, a_n, x_n, r_row;
} OF(factors);

/* So many rows and vectors of columns of it, all of whose sums stay in registers. */
INLINE void OF(tile)(const OF(factors) *at, size_t row, size_t column, size_t depth, int adds, const int rows, const int vectors) {
    const REAL *a = at->a + row * at->a_row, *x = at->x + column;
    REAL *r = at->r + row * at->r_row + column;
    const size_t a_row = at->a_row, a_n = at->a_n, x_n = at->x_n;
    V sum[TILE_ROWS][TILE_VECTORS];
    UNROLLED
    for (int n = 0; n < rows; n++) {
        UNROLLED
        for (int v = 0; v < vectors; v++) sum[n][v] = adds ? *(const V *)(r + (size_t)n * at->r_row + v * TOGETHER) : (V){0};
    }
    for (; depth; depth--, a += a_n, x += x_n) {
        V own[TILE_VECTORS];
        UNROLLED
        for (int v = 0; v < vectors; v++) own[v] = *(const V *)(x + v * TOGETHER);
        UNROLLED
        for (int n = 0; n < rows; n++) {
            const V factor = ALL(a[(size_t)n * a_row]);
            UNROLLED
            for (int v = 0; v < vectors; v++) sum[n][v] = MULTIPLY_ADD_V(factor, own[v], sum[n][v]);
        }
    }
    UNROLLED
    for (int n = 0; n < rows; n++) {
        UNROLLED
        for (int v = 0; v < vectors; v++) *(V *)(r + (size_t)n * at->r_row + v * TOGETHER) = sum[n][v];
    }
}

#define TILE(rows, vectors) \
    static void OF(tile_##rows##_##vectors)(const OF(factors) *at, size_t row, size_t column, size_t depth, int adds) { OF(tile)(at, row, column, depth, adds, rows, vectors); }
#define TILES(vectors) TILE(6, vectors) TILE(4, vectors) TILE(2, vectors) TILE(1, vectors)
#define NAMES(vectors) {OF(tile_6_##vectors), OF(tile_4_##vectors), OF(tile_2_##vectors), OF(tile_1_##vectors)}
#if TILE_VECTORS == 4
TILES(4)
#endif
TILES(2)
TILES(1)

static void OF(multiply)(const OF(factors) *at, size_t rows, size_t columns, size_t depth, int adds) {
    static const int heights[] = {6, 4, 2, 1};
    static void (*const tiles[][4])(const OF(factors) *, size_t, size_t, size_t, int) = {
#if TILE_VECTORS == 4
        NAMES(4),
#endif
        NAMES(2), NAMES(1)
    };
    OF(factors) now = *at;
    for (size_t done = 0; done < depth || !done; done += DEPTH, adds = 1) {
        const size_t terms = depth - done < DEPTH ? depth - done : DEPTH;
        size_t column = 0;
        for (size_t vectors = TILE_VECTORS, kind = 0; vectors; vectors /= 2, kind++)
            for (; column + vectors * TOGETHER <= columns; column += vectors * TOGETHER)
                for (size_t row = 0, height = 0; row < rows;) {
                    while (row + (size_t)heights[height] > rows) height++;
                    tiles[kind][height](&now, row, column, terms, adds);
                    row += (size_t)heights[height];
                }
        now.a += DEPTH * now.a_n, now.x += DEPTH * now.x_n;
    }
}

static void OF(product)(const layer_loop *made, const surroundings *around, part_of_layer part) {
    const where *a = made->operand, *x = made->operand + 1;
    const size_t blocks = made->over_samples ? around->blocks : 1;
    const size_t columns = (part.columns_end - part.column + TOGETHER - 1) / TOGETHER * TOGETHER;
    for (size_t block = 0; block < blocks; block++) {
        size_t depth = made->depth;
        part_of_layer own = part;
        if (made->over_samples) {
            const size_t left = around->samples - block * around->lanes;
            own.block = block, depth = left < around->lanes ? left : around->lanes;
        }
        const OF(factors) at = {
            OF(place)(around, a, &own, part.row, 0), OF(place)(around, x, &own, 0, part.column),
            OF(place)(around, made->result, &part, part.row, part.column),
            (size_t)a->per_row, (size_t)a->per_column, (size_t)x->per_row, (size_t)made->result->per_row,
        };
        OF(multiply)(&at, part.rows_end - part.row, columns, depth, block > 0);
    }
}

/* Rows as columns. So many of both as a vector has are turned at once where the compiler can shuffle. */
static void OF(turned)(const REAL *const *from, REAL *to, size_t to_row, size_t rows, size_t columns) {
    size_t row = 0;
#ifdef SHUFFLE
    for (; row + TOGETHER <= rows; row += TOGETHER) {
        size_t column = 0;
        for (; column + TOGETHER <= columns; column += TOGETHER) {
            V own[TOGETHER];
            for (int n = 0; n < TOGETHER; n++) own[n] = (V)*(const U *)(from[row + (size_t)n] + column);
            UNROLLED
            for (int half = TOGETHER / 2; half; half /= 2) {
                I first = {0}, second = {0};
                for (int lane = 0; lane < TOGETHER; lane++) {
                    first[lane] = lane & half ? TOGETHER + lane - half : lane;
                    second[lane] = lane & half ? TOGETHER + lane : lane + half;
                }
                UNROLLED
                for (int n = 0; n < TOGETHER; n++) {
                    if (n & half) continue;
                    const V a = own[n], b = own[n + half];
                    own[n] = SHUFFLE(a, b, first), own[n + half] = SHUFFLE(a, b, second);
                }
            }
            for (int n = 0; n < TOGETHER; n++) *(U *)(to + (column + (size_t)n) * to_row + row) = (U)own[n];
        }
        for (; column < columns; column++)
            for (size_t n = row; n < row + TOGETHER; n++) to[column * to_row + n] = from[n][column];
    }
#endif
    for (; row < rows; row++)
        for (size_t column = 0; column < columns; column++) to[column * to_row + row] = from[row][column];
}

static void OF(turn)(const layer_loop *made, const surroundings *around, const part_of_layer *part) {
    const REAL *from[WIDEST];
    for (size_t row = 0; row < made->rows; row += WIDEST) {
        const size_t count = made->rows - row < WIDEST ? made->rows - row : WIDEST;
        for (size_t n = 0; n < count; n++) from[n] = OF(place)(around, made->operand, part, row + n, 0);
        OF(turned)(from, OF(place)(around, made->result, part, row, 0), (size_t)made->result->per_column, count, made->columns);
    }
}

static void OF(layer)(const layer_loop *made, const surroundings *around, part_of_layer part) {
    if (made->kind == PRODUCT) OF(product)(made, around, part);
    else if (made->kind == TURN) OF(turn)(made, around, &part);
    else OF(rows)(made, around, part);
}

/* Rows of samples as columns of a block; the numbers of samples that are not there are 0. */
static void OF(gather)(const void *const *samples, size_t count, size_t width, void *block, size_t lanes) {
    REAL *to = block;
    OF(turned)((const REAL *const *)samples, to, lanes, count, width);
    if (count < lanes) for (size_t n = 0; n < width; n++) memset(to + n * lanes + count, 0, (lanes - count) * sizeof(REAL));
}

#undef SLOT
#undef U
#undef TILE
#undef TILES
#undef NAMES
#include "vectors_end.h"
