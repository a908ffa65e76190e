/* What Python sees of the loops over many samples: Layers(…), an object that checks them and runs steps of them. */
#include "module.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "layers.h"

#if defined(__unix__) || defined(__APPLE__)
#include <pthread.h>
#include <sched.h>
#define WITH_THREADS 1
#else
#define WITH_THREADS 0
#endif

enum { WORK_A_SLICE = 20000000, MOST_THREADS = 64, SPINS = 4000 };
static const size_t LIMIT = (size_t)1 << 40;

/* Where a parameter or a state stands: rows of columns, the rows apart. */
typedef struct {
    int64_t offset, rows, columns, per_row;
} state_place;

/* Data of the steps: one row a sample, and where it goes in a block: turned, and (unless below 0) as it is. With one
 * sample a step it is not turned, and goes into the shared memory. */
typedef struct {
    size_t width, per_row;
    int64_t turned, plain;
    void *rows;
} layer_table;

/* What is kept: numbers along two axes, one of which may be the sample axis (-1: neither). */
typedef struct {
    int64_t space, offset, first, second, per_first, per_second, sample_axis;
} kept_piece;

typedef struct {
    PyObject_HEAD
    int floats, varying;
    size_t item;
    const layer_instructions *set;
    layer_loop *loops;
    layer_group *groups;
    state_place *states;
    int64_t *settings;
    layer_table *tables;
    kept_piece *kept;
    void *memory;                     /* what SHARED holds at first */
    size_t loop_count, group_count, state_count, setting_count, table_count, kept_count;
    size_t size, per_block, local, blocks, lanes, samples, rows, keeps_after;
    size_t state_numbers, kept_numbers, slots;
} Layers;

static void layers_free(PyObject *object) {
    Layers *made = (Layers *)object;
    for (size_t n = 0; made->loops && n < made->loop_count; n++) {
        PyMem_Free((void *)made->loops[n].operand);
        PyMem_Free((void *)made->loops[n].result);
        PyMem_Free((void *)made->loops[n].code);
        PyMem_Free((void *)made->loops[n].constant);
        PyMem_Free(made->loops[n].initial);
    }
    for (size_t n = 0; made->tables && n < made->table_count; n++) PyMem_Free(made->tables[n].rows);
    void *parts[] = {made->loops, made->groups, made->states, made->settings, made->tables, made->kept, made->memory};
    for (size_t n = 0; n < sizeof parts / sizeof *parts; n++) PyMem_Free(parts[n]);
    PyTypeObject *type = Py_TYPE(object);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    release(object);
    Py_DECREF(type);
}

/* --- checks -------------------------------------------------------------------------------------------- */

static size_t padded(const Layers *made, size_t columns) {
    const size_t together = ALIGN / made->item;
    return (columns + together - 1) / together * together;
}

static size_t size_of_space(const Layers *made, int64_t space) {
    return space == SHARED ? made->size : space == BLOCKS ? made->per_block : made->local;
}

/* Whether a place stays within its space, whatever the row and the column, and is aligned where `vectors` are read. */
static int is_within(const Layers *made, const where *at, size_t slots, size_t rows, size_t columns, int vectors) {
    if (at->space < 0 || at->space >= SPACES || at->offset < 0 || at->per_row < 0 || at->per_column < 0 || at->slot < 0 || (size_t)at->slot >= slots) return 0;
    const size_t size = size_of_space(made, at->space), together = ALIGN / made->item;
    if (vectors && at->per_column == 1) {
        if ((size_t)at->offset % together || (size_t)at->per_row % together) return 0;
        columns = padded(made, columns);
    }
    if ((size_t)at->offset >= size || !rows || !columns) return 0;
    size_t left = size - 1 - (size_t)at->offset;
    if (rows > 1 && (size_t)at->per_row > left / (rows - 1)) return 0;
    left -= (rows - 1) * (size_t)at->per_row;
    return columns == 1 || (size_t)at->per_column <= left / (columns - 1);
}

/* The result may have fewer rows and columns than the product: those of a panel. No vectors are read of a. */
static int is_product_within(const Layers *made, const layer_loop *loop, int in_panels, size_t rows, size_t columns) {
    if (loop->operands != 2 || loop->results != 1) return 0;
    const where *a = loop->operand, *x = loop->operand + 1, *r = loop->result;
    const size_t depth = loop->over_samples ? made->lanes : loop->depth;
    if (!depth || x->per_column != 1 || r->per_column != 1 || (in_panels && (a->space == LOCAL || x->space == LOCAL))) return 0;
    return is_within(made, a, loop->slots, loop->rows, depth, 0) && is_within(made, x, loop->slots, depth, loop->columns, 1) && is_within(made, r, loop->slots, rows, columns, 1);
}

static int is_turn_within(const Layers *made, const layer_loop *loop) {
    if (loop->operands != 1 || loop->results != 1 || loop->operand->per_column != 1 || loop->result->per_row != 1) return 0;
    return is_within(made, loop->operand, loop->slots, loop->rows, loop->columns, 0) && is_within(made, loop->result, loop->slots, loop->rows, loop->columns, 0);
}

static const char *loop_fault(const Layers *made, const layer_loop *loop, const layer_group *group) {
    if (loop->kind < 0 || loop->kind >= LAYER_KINDS) return "a loop is of no known kind";
    const size_t columns = padded(made, loop->columns);
    if (!loop->rows || !loop->columns || loop->rows > LIMIT || loop->columns > LIMIT || loop->depth > LIMIT) return "a loop has an impossible size";
    if (group->kind == FOR_BLOCKS && (loop->columns != made->lanes || loop->over_samples)) return "a loop for blocks has other columns than they have";
    if (group->kind == IN_PANELS && (loop->rows != group->rows || loop->columns != group->columns || (loop->kind != PRODUCT && loop->kind != BODY))) return "a loop does not suit its panels";
    if (!loop->slots || loop->slots > (size_t)1 << 20) return "a loop has an impossible number of slots";
    for (size_t n = 0; n < loop->constants; n++)
        if (loop->constant[n] >= loop->slots) return "a constant has no slot";
    if (loop->over_samples && loop->kind != PRODUCT && loop->columns != made->lanes) return "a sum over samples has other columns than they have";
    size_t local_rows = loop->rows, local_columns = columns;
    if (group->kind == IN_PANELS) {
        if (local_rows > PANEL_ROWS) local_rows = PANEL_ROWS;
        if (local_columns > PANEL_COLUMNS) local_columns = PANEL_COLUMNS;
    }
    if (loop->kind == TURN) return is_turn_within(made, loop) ? NULL : "a turn leaves its space";
    if (loop->kind == PRODUCT) {
        const int is_local = loop->operands == 2 && loop->results == 1 && loop->result->space == LOCAL;
        return is_product_within(made, loop, group->kind == IN_PANELS, is_local ? local_rows : loop->rows, is_local ? local_columns : columns) ? NULL : "a product leaves its space";
    }
    for (size_t n = 0; n < loop->operands + loop->results; n++) {
        const int is_result = n >= loop->operands;
        const where *at = is_result ? loop->result + (n - loop->operands) : loop->operand + n;
        const int is_local = at->space == LOCAL;
        const int across = is_result && (loop->kind == SUM_OVER_COLUMNS || loop->kind == LARGEST_OVER_COLUMNS);
        if (is_result && !across && (at->per_column != 1 || (loop->kind != BODY && at->per_row))) return "a result is not written in vectors";
        if (across && (at->per_column || loop->results != 1)) return "a sum over columns has columns";
        if (!is_within(made, at, loop->slots, is_local ? local_rows : loop->rows, across ? 1 : is_local ? local_columns : loop->columns, 1)) return is_result ? "a result leaves its space" : "an operand leaves its space";
    }
    if (!loop->results || (loop->kind != BODY && loop->results != 1)) return "a loop has no result, or too many";
    return tape_fault(loop->code, loop->code_length, loop->slots, 0, 0);
}

/* --- making -------------------------------------------------------------------------------------------- */

/* One loop from (kind, over_samples, rows, columns, depth, code, initial, constants, operands, results). */
static int take_loop(layer_loop *loop, PyObject *given) {
    PyObject *code, *initial, *constants, *operands, *results;
    Py_ssize_t rows, columns, depth;
    size_t in = 0, out = 0;
    if (!PyArg_ParseTuple(given, "iinnnOOOOO", &loop->kind, &loop->over_samples, &rows, &columns, &depth, &code, &initial, &constants, &operands, &results)) return 0;
    if (rows < 1 || columns < 1 || depth < 0) return refused("a loop has an impossible size");
    loop->rows = (size_t)rows, loop->columns = (size_t)columns, loop->depth = (size_t)depth;
    if (!(loop->code = copied(code, sizeof(word), &loop->code_length, "code is 32-bit words"))) return 0;
    if (!(loop->initial = copied(initial, sizeof(double), &loop->slots, "the first values are doubles"))) return 0;
    if (!(loop->constant = copied(constants, sizeof(word), &loop->constants, "constants are 32-bit words"))) return 0;
    if (!(loop->operand = copied(operands, sizeof(where), &in, "a place is six numbers"))) return 0;
    if (!(loop->result = copied(results, sizeof(where), &out, "a place is six numbers"))) return 0;
    loop->operands = in, loop->results = out;
    return 1;
}

static int take_loops(Layers *made, PyObject *loops) {
    const Py_ssize_t count = PySequence_Size(loops);
    if (count < 0) return 0;
    made->loop_count = (size_t)count;
    if (!(made->loops = PyMem_Calloc(made->loop_count + 1, sizeof(layer_loop)))) return no_memory();
    for (size_t n = 0; n < made->loop_count; n++) {
        PyObject *given = PySequence_GetItem(loops, (Py_ssize_t)n);
        const int good = given && take_loop(made->loops + n, given);
        Py_XDECREF(given);
        if (!good) return 0;
        if (made->loops[n].slots > made->slots) made->slots = made->loops[n].slots;
    }
    return 1;
}

/* Groups from rows of five numbers; together they are all loops in order. */
static int take_groups(Layers *made, PyObject *groups) {
    size_t numbers = 0, next = 0;
    int64_t *given = copied(groups, sizeof(int64_t), &numbers, "a group is five numbers");
    if (!given) return 0;
    made->group_count = numbers / 5;
    made->groups = PyMem_Calloc(made->group_count + 1, sizeof(layer_group));
    const char *fault = made->groups ? NULL : "there is no memory";
    for (size_t n = 0; !fault && n < made->group_count; n++) {
        const int64_t *at = given + 5 * n;
        layer_group *group = made->groups + n;
        if (at[0] < 0 || at[0] >= GROUP_KINDS || at[1] != (int64_t)next || at[2] <= at[1] || at[2] > (int64_t)made->loop_count || at[3] < 1 || at[4] < 1) {
            fault = "a group is not what it must be";
            break;
        }
        *group = (layer_group){(int)at[0], (size_t)at[1], (size_t)at[2], (size_t)at[3], (size_t)at[4]};
        next = group->end;
        for (size_t loop = group->first; !fault && loop < group->end; loop++) fault = loop_fault(made, made->loops + loop, group);
    }
    PyMem_Free(given);
    if (!fault && next != made->loop_count) fault = "a loop is in no group";
    return fault ? refused(fault) : 1;
}

static int take_states(Layers *made, PyObject *states, PyObject *settings) {
    if (!(made->states = copied(states, sizeof(state_place), &made->state_count, "a state is four numbers"))) return 0;
    for (size_t n = 0; n < made->state_count; n++) {
        const state_place *at = made->states + n;
        const size_t size = made->size;
        if (at->offset < 0 || at->rows < 1 || at->columns < 1 || at->per_row < 0 || (size_t)at->offset >= size) return refused("a state leaves the memory");
        const size_t left = size - 1 - (size_t)at->offset;
        if ((size_t)at->columns - 1 > left || (at->rows > 1 && (size_t)at->per_row > (left - ((size_t)at->columns - 1)) / ((size_t)at->rows - 1))) return refused("a state leaves the memory");
        if (at->rows > 1 && at->per_row < at->columns) return refused("rows of a state overlap");
        made->state_numbers += (size_t)at->rows * (size_t)at->columns;
    }
    if (!(made->settings = copied(settings, sizeof(int64_t), &made->setting_count, "settings are places"))) return 0;
    for (size_t n = 0; n < made->setting_count; n++)
        if (made->settings[n] < 0 || (size_t)made->settings[n] >= made->size) return refused("a setting leaves the memory");
    return 1;
}

static int take_table(Layers *made, layer_table *table, PyObject *given) {
    Py_ssize_t width;
    long long turned, plain;
    PyObject *rows;
    size_t numbers = 0;
    if (!PyArg_ParseTuple(given, "nOLL", &width, &rows, &turned, &plain)) return 0;
    if (width < 1 || (size_t)width > LIMIT) return refused("a table has an impossible width");
    double *taken = copied(rows, sizeof(double), &numbers, "data are doubles");
    if (!taken) return 0;
    table->rows = taken, table->width = (size_t)width, table->turned = turned, table->plain = plain;
    table->per_row = padded(made, table->width);
    if (numbers % table->width || (made->rows && numbers / table->width != made->rows)) return refused("tables have different numbers of rows");
    made->rows = numbers / table->width;
    const size_t together = ALIGN / made->item, per_block = made->per_block;
    if (turned == -1) { /* one sample a step: into the shared memory */
        if (plain < 0 || made->samples != 1 || (size_t)plain > made->size || table->width > made->size - (size_t)plain) return refused("data leave the memory");
    } else if (turned < 0 || (size_t)turned % together || (size_t)turned > per_block || table->width > (per_block - (size_t)turned) / made->lanes) return refused("data leave a block");
    if (turned >= 0 && plain >= 0 && ((size_t)plain % together || (size_t)plain > per_block || table->per_row > (per_block - (size_t)plain) / made->lanes)) return refused("data leave a block");
    if (made->floats) for (size_t n = 0; n < numbers; n++) ((float *)table->rows)[n] = (float)taken[n];
    return 1;
}

static int take_tables(Layers *made, PyObject *tables) {
    const Py_ssize_t count = PySequence_Size(tables);
    if (count < 0) return 0;
    made->table_count = (size_t)count;
    if (!(made->tables = PyMem_Calloc(made->table_count + 1, sizeof(layer_table)))) return no_memory();
    for (size_t n = 0; n < made->table_count; n++) {
        PyObject *given = PySequence_GetItem(tables, (Py_ssize_t)n);
        const int good = given && take_table(made, made->tables + n, given);
        Py_XDECREF(given);
        if (!good) return 0;
    }
    return 1;
}

static int is_kept_within(const Layers *made, const kept_piece *at) {
    if (at->offset < 0 || at->first < 1 || at->second < 1 || at->per_first < 0 || at->per_second < 0 || at->sample_axis < -1 || at->sample_axis > 1) return 0;
    if (at->space != (at->sample_axis < 0 ? SHARED : BLOCKS) || (size_t)at->first > LIMIT || (size_t)at->second > LIMIT) return 0;
    const size_t size = size_of_space(made, at->space);
    if ((size_t)at->offset >= size) return 0;
    size_t left = size - 1 - (size_t)at->offset;
    const int64_t counts[] = {at->first, at->second}, steps[] = {at->per_first, at->per_second};
    for (int axis = 0; axis < 2; axis++) {
        if (axis == at->sample_axis && ((size_t)counts[axis] != made->samples)) return 0;
        const size_t count = axis == at->sample_axis ? made->lanes - 1 : (size_t)counts[axis] - 1, step = axis == at->sample_axis ? 1 : (size_t)steps[axis];
        if (count && step > left / count) return 0;
        left -= count * step;
    }
    return 1;
}

static int take_kept(Layers *made, PyObject *kept) {
    if (!(made->kept = copied(kept, sizeof(kept_piece), &made->kept_count, "what is kept is seven numbers"))) return 0;
    for (size_t n = 0; n < made->kept_count; n++) {
        if (!is_kept_within(made, made->kept + n)) return refused("what is kept leaves its space");
        made->kept_numbers += (size_t)made->kept[n].first * (size_t)made->kept[n].second;
        if (made->kept_numbers > LIMIT) return refused("too much is kept");
    }
    return 1;
}

static int take_memory(Layers *made, PyObject *memory) {
    double *taken = copied(memory, sizeof(double), &made->size, "the memory is doubles");
    if (!taken) return 0;
    made->memory = taken;
    if (made->floats) for (size_t n = 0; n < made->size; n++) ((float *)made->memory)[n] = (float)taken[n];
    return 1;
}

static const layer_instructions *layer_set(int floats, const char *name) {
    const layer_instructions *sets = floats ? floats_by : doubles_by;
    for (size_t n = layer_instruction_count; n-- > 0;)
        if (sets[n].is_there() && (!name || !strcmp(name, sets[n].name))) return sets + n;
    refused("this machine has no such instruction set");
    return NULL;
}

static PyObject *layers_new(PyTypeObject *type, PyObject *arguments, PyObject *names) {
    static char *words[] = {"memory", "states", "settings", "tables", "loops", "groups", "keeps_after", "kept", "per_block", "local", "lanes", "samples", "varying", "floats", "instructions", NULL};
    PyObject *memory, *states, *settings, *tables, *loops, *groups, *kept;
    Py_ssize_t keeps_after, per_block, local, lanes, samples;
    int varying, floats;
    const char *name = NULL;
    if (!PyArg_ParseTupleAndKeywords(arguments, names, "OOOOOOnOnnnnpp|z", words, &memory, &states, &settings, &tables, &loops, &groups, &keeps_after, &kept, &per_block, &local, &lanes, &samples, &varying, &floats, &name)) return NULL;
    const layer_instructions *set = layer_set(floats, name);
    if (!set) return NULL;
    allocfunc allocate = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    Layers *made = (Layers *)allocate(type, 0);
    if (!made) return NULL;
    made->set = set, made->floats = floats, made->varying = varying;
    made->item = floats ? sizeof(float) : sizeof(double);
    int good = 1;
    if (per_block < 0 || local < 0 || lanes < 1 || samples < 1 || keeps_after < 0 || (size_t)per_block > LIMIT || (size_t)local > LIMIT || (size_t)lanes > LIMIT || (size_t)samples > LIMIT) good = refused("a size is impossible");
    if (good && (size_t)lanes % (ALIGN / made->item)) good = refused("a block does not have whole vectors");
    if (good) {
        made->per_block = (size_t)per_block, made->local = (size_t)local, made->lanes = (size_t)lanes, made->samples = (size_t)samples;
        made->blocks = (made->samples + made->lanes - 1) / made->lanes, made->keeps_after = (size_t)keeps_after;
        if (made->per_block && made->blocks > LIMIT / made->per_block) good = refused("a size is impossible");
        if (made->per_block % (ALIGN / made->item)) good = refused("a block does not have whole vectors");
    }
    good = good && take_memory(made, memory) && take_states(made, states, settings) && take_tables(made, tables) && take_loops(made, loops) && take_groups(made, groups) && take_kept(made, kept);
    if (good && made->keeps_after > made->group_count) good = refused("there are not so many groups");
    if (good) return (PyObject *)made;
    Py_DECREF(made);
    return NULL;
}

/* --- running ------------------------------------------------------------------------------------------- */

/* What all threads of a run share. */
typedef struct {
    const Layers *made;
    void *shared, *blocks;
    double *row;
    const int32_t *picked;
    int64_t steps;
    int threads;
    PyThreadState *released;
    atomic_int waiting, round, stopped;
} layer_run;

typedef struct {
    layer_run *run;
    int number;
    size_t work;
    surroundings around;
    void *whole[2];
} worker;

static void meet(layer_run *run) {
#if WITH_THREADS
    if (run->threads < 2) return;
    const int round = atomic_load(&run->round);
    if (atomic_fetch_add(&run->waiting, 1) == run->threads - 1) {
        atomic_store(&run->waiting, 0);
        atomic_fetch_add(&run->round, 1);
        return;
    }
    for (int spins = 0; atomic_load(&run->round) == round; spins++)
        if (spins > SPINS) sched_yield();
#else
    (void)run;
#endif
}

/* Now and then the first thread looks for Ctrl-C. */
static int may_go_on(worker *own, size_t work) {
    own->work += work;
    if (own->number == 0 && own->work >= WORK_A_SLICE) {
        own->work = 0;
        PyEval_RestoreThread(own->run->released);
        if (PyErr_CheckSignals()) atomic_store(&own->run->stopped, 1);
        own->run->released = PyEval_SaveThread();
    }
    return !atomic_load_explicit(&own->run->stopped, memory_order_relaxed);
}

static size_t work_of(const layer_loop *loop) {
    const size_t terms = loop->kind == PRODUCT ? (loop->depth / 16 + 1) : 4;
    return (size_t)((double)loop->rows * (double)loop->columns * (double)terms > 1e15 ? (size_t)1e15 : loop->rows * loop->columns * terms);
}

static void run_for_blocks(worker *own, size_t first, size_t end) {
    const Layers *made = own->run->made;
    for (size_t block = (size_t)own->number; block < made->blocks; block += (size_t)own->run->threads)
        for (size_t n = made->groups[first].first; n < made->groups[end - 1].end; n++) {
            const layer_loop *loop = made->loops + n;
            if (!may_go_on(own, work_of(loop))) return;
            made->set->run(loop, &own->around, (part_of_layer){block, 0, loop->rows, 0, loop->columns, 0});
        }
}

static void run_in_panels(worker *own, const layer_group *group) {
    const Layers *made = own->run->made;
    size_t number = 0;
    for (size_t row = 0; row < group->rows; row += PANEL_ROWS)
        for (size_t column = 0; column < group->columns; column += PANEL_COLUMNS, number++) {
            if ((int)(number % (size_t)own->run->threads) != own->number) continue;
            const size_t row_end = row + PANEL_ROWS < group->rows ? row + PANEL_ROWS : group->rows;
            const size_t column_end = column + PANEL_COLUMNS < group->columns ? column + PANEL_COLUMNS : group->columns;
            if (!may_go_on(own, PANEL_ROWS * PANEL_COLUMNS * (made->samples / 8 + 8))) return;
            for (size_t n = group->first; n < group->end; n++)
                made->set->run(made->loops + n, &own->around, (part_of_layer){0, row, row_end, column, column_end, 1});
        }
}

static void run_once(worker *own, const layer_group *group) {
    const Layers *made = own->run->made;
    if (own->number) return;
    for (size_t n = group->first; n < group->end; n++) {
        const layer_loop *loop = made->loops + n;
        if (!may_go_on(own, work_of(loop))) return;
        made->set->run(loop, &own->around, (part_of_layer){0, 0, loop->rows, 0, loop->columns, 0});
    }
}

static double number_at(const Layers *made, const void *from, size_t place) {
    return made->floats ? (double)((const float *)from)[place] : ((const double *)from)[place];
}

static void write_down(layer_run *run) {
    const Layers *made = run->made;
    for (size_t n = 0; n < made->kept_count; n++) {
        const kept_piece *at = made->kept + n;
        for (int64_t i = 0; i < at->first; i++)
            for (int64_t j = 0; j < at->second; j++) {
                const size_t sample = (size_t)(at->sample_axis == 0 ? i : at->sample_axis == 1 ? j : 0);
                size_t place = (size_t)at->offset;
                if (at->sample_axis != 0) place += (size_t)(i * at->per_first);
                if (at->sample_axis != 1) place += (size_t)(j * at->per_second);
                if (at->sample_axis >= 0) place += sample / made->lanes * made->per_block + sample % made->lanes;
                *run->row++ = number_at(made, at->sample_axis < 0 ? run->shared : run->blocks, place);
            }
    }
}

/* The samples of a step into one block. */
static void place_data(const worker *own, size_t block) {
    const layer_run *run = own->run;
    const Layers *made = run->made;
    const size_t first = block * made->lanes, left = made->samples - first, count = left < made->lanes ? left : made->lanes;
    char *to = (char *)run->blocks + block * made->per_block * made->item;
    const void **from = (const void **)own->around.room;
    for (size_t n = 0; n < made->table_count; n++) {
        const layer_table *table = made->tables + n;
        if (table->turned < 0) {
            memcpy((char *)run->shared + (size_t)table->plain * made->item, (const char *)table->rows + (size_t)run->picked[0] * table->width * made->item, table->width * made->item);
            continue;
        }
        for (size_t lane = 0; lane < count; lane++) {
            from[lane] = (const char *)table->rows + (size_t)run->picked[first + lane] * table->width * made->item;
            if (table->plain >= 0) memcpy(to + ((size_t)table->plain + lane * table->per_row) * made->item, from[lane], table->width * made->item);
        }
        made->set->gather(from, count, table->width, to + (size_t)table->turned * made->item, made->lanes);
    }
}

static void one_step(worker *own) {
    layer_run *run = own->run;
    const Layers *made = run->made;
    if (made->varying) for (size_t block = (size_t)own->number; block < made->blocks; block += (size_t)run->threads) place_data(own, block);
    for (size_t n = 0; n <= made->group_count;) {
        if (n == made->keeps_after && made->kept_count) {
            if (own->number == 0 && !atomic_load(&run->stopped)) write_down(run);
            meet(run);
        }
        if (n == made->group_count) break;
        const layer_group *group = made->groups + n;
        size_t end = n + 1;
        if (group->kind == FOR_BLOCKS) {
            while (end < made->group_count && end != made->keeps_after && made->groups[end].kind == FOR_BLOCKS) end++;
            run_for_blocks(own, n, end);
        } else if (group->kind == IN_PANELS) run_in_panels(own, group);
        else run_once(own, group);
        meet(run);
        n = end;
    }
    meet(run); /* the samples of the next step are placed only now */
}

static void *all_steps(void *given) {
    worker *own = given;
    layer_run *run = own->run;
    const Layers *made = run->made;
    if (!made->varying) {
        for (size_t block = (size_t)own->number; block < made->blocks; block += (size_t)run->threads) place_data(own, block);
        meet(run);
    }
    for (int64_t step = 0; step < run->steps && !atomic_load(&run->stopped); step++) {
        one_step(own);
        if (made->varying && own->number == 0) run->picked += made->samples;
        meet(run);
    }
    return NULL;
}

static int ready(worker *own, layer_run *run, int number) {
    const Layers *made = run->made;
    const size_t rooms = made->slots * WIDEST > 2 * made->lanes ? made->slots * WIDEST : 2 * made->lanes;
    *own = (worker){run, number, 0, {{run->shared, run->blocks, NULL}, made->per_block, made->blocks, made->lanes, made->samples, NULL, NULL}, {NULL, NULL}};
    own->around.space[LOCAL] = aligned(made->local + ALIGN, &own->whole[0]);
    own->around.room = aligned(rooms + WIDEST, &own->whole[1]);
    own->around.slot = PyMem_Malloc((made->slots + 1) * sizeof(void *));
    return own->around.space[LOCAL] && own->around.room && own->around.slot;
}

static void crew_runs(layer_run *run, worker *crew) {
    run->released = PyEval_SaveThread();
#if WITH_THREADS
    pthread_t others[MOST_THREADS];
    int started = 1;
    for (int n = 1; n < run->threads; n++, started++)
        if (pthread_create(&others[n], NULL, all_steps, crew + n)) break;
    if (started == run->threads) all_steps(crew);
    else atomic_store(&run->stopped, 2);
    for (int n = 1; n < started; n++) pthread_join(others[n], NULL);
#else
    all_steps(crew);
#endif
    PyEval_RestoreThread(run->released);
}

static void move_states(const Layers *made, void *shared, double *state, int back) {
    for (size_t n = 0; n < made->state_count; n++) {
        const state_place *at = made->states + n;
        for (int64_t row = 0; row < at->rows; row++)
            for (int64_t column = 0; column < at->columns; column++, state++) {
                const size_t place = (size_t)(at->offset + row * at->per_row + column);
                if (back) *state = number_at(made, shared, place);
                else if (made->floats) ((float *)shared)[place] = (float)*state;
                else ((double *)shared)[place] = *state;
            }
    }
}

static int layers_all(layer_run *run, double *state, const double *settings) {
    const Layers *made = run->made;
    void *whole[2] = {NULL, NULL};
    worker crew[MOST_THREADS];
    memset(crew, 0, sizeof crew);
    run->shared = aligned(made->size + ALIGN, &whole[0]);
    run->blocks = aligned(made->blocks * made->per_block + ALIGN, &whole[1]);
    int good = run->shared && run->blocks;
    for (int n = 0; good && n < run->threads; n++) good = ready(crew + n, run, n);
    if (good) {
        memcpy(run->shared, made->memory, made->size * made->item);
        move_states(made, run->shared, state, 0);
        for (size_t n = 0; n < made->setting_count; n++) {
            if (made->floats) ((float *)run->shared)[made->settings[n]] = (float)settings[n];
            else ((double *)run->shared)[made->settings[n]] = settings[n];
        }
        crew_runs(run, crew);
        move_states(made, run->shared, state, 1);
    }
    for (int n = 0; n < run->threads; n++) {
        free(crew[n].whole[0]);
        free(crew[n].whole[1]);
        PyMem_Free(crew[n].around.slot);
    }
    free(whole[0]);
    free(whole[1]);
    if (!good) return no_memory();
    if (atomic_load(&run->stopped) == 2) return refused("a thread could not be started");
    return !atomic_load(&run->stopped);
}

static const char *layers_misfit(const Layers *made, const Py_buffer *views, int64_t steps, Py_ssize_t offset) {
    const size_t item = sizeof(double);
    if (steps < 0 || (size_t)steps > (size_t)1 << 40 || offset < 0) return "the number of steps is impossible";
    if ((size_t)views[0].len != made->state_numbers * item || (size_t)views[1].len != made->setting_count * item) return "the state or the settings have another size";
    const size_t picked = made->table_count ? made->samples * (made->varying ? (size_t)steps : 1) : 0;
    if ((size_t)views[2].len < picked * sizeof(int32_t)) return "there are too few samples";
    for (size_t n = 0; n < picked; n++) {
        const int32_t number = ((const int32_t *)views[2].buf)[n];
        if (number < 0 || (size_t)number >= made->rows) return "a sample is not there";
    }
    if (made->kept_numbers && steps && (offset > views[3].len || (size_t)(views[3].len - offset) / item / made->kept_numbers < (size_t)steps)) return "what is kept does not fit";
    return NULL;
}

static PyObject *layers_run(PyObject *object, PyObject *arguments) {
    const Layers *made = (Layers *)object;
    PyObject *objects[4];
    long long steps;
    Py_ssize_t offset;
    int threads;
    if (!PyArg_ParseTuple(arguments, "OOOLOni", &objects[0], &objects[1], &objects[2], &steps, &objects[3], &offset, &threads)) return NULL;
    static const int flags[] = {PyBUF_WRITABLE, PyBUF_SIMPLE, PyBUF_SIMPLE, PyBUF_WRITABLE};
    static const size_t items[] = {sizeof(double), sizeof(double), sizeof(int32_t), sizeof(double)};
    Py_buffer views[4];
    int held = 0, good = 1;
    while (held < 4 && !PyObject_GetBuffer(objects[held], &views[held], flags[held])) held++;
    if (held < 4) good = 0;
    for (int n = 0; good && n < 4; n++)
        if (askew(&views[n], n == 3 ? offset : 0, items[n])) good = refused("a buffer is not aligned");
    const char *fault = good ? layers_misfit(made, views, steps, offset) : NULL;
    if (fault) good = refused(fault);
    if (good && (threads < 1 || threads > MOST_THREADS)) good = refused("so many threads are not there");
    if (good) {
        layer_run run = {made, NULL, NULL, NULL, views[2].buf, steps, WITH_THREADS ? threads : 1, NULL, 0, 0, 0};
        run.row = made->kept_numbers ? (double *)((char *)views[3].buf + offset) : NULL;
        good = layers_all(&run, views[0].buf, views[1].buf);
    }
    while (held) PyBuffer_Release(&views[--held]);
    if (!good) return NULL;
    Py_RETURN_NONE;
}

PyDoc_STRVAR(run_doc, "run(state, settings, samples, steps, kept, offset, threads)\n--\n\n"
    "Make so many steps; the state is changed in place, what is kept goes into `kept` from a byte on.");

static PyMethodDef methods[] = {{"run", layers_run, METH_VARARGS, run_doc}, {NULL, NULL, 0, NULL}};

static PyType_Slot slots[] = {
    {Py_tp_new, layers_new},
    {Py_tp_dealloc, layers_free},
    {Py_tp_methods, methods},
    {Py_tp_doc, "Loops over layers with many samples, checked when they are made."},
    {0, NULL},
};

PyType_Spec layers_spec = {"sheetgrad.engine._native.Layers", sizeof(Layers), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE, slots};
