/* What Python sees of the loops: Loops(…), an object that checks them and runs steps of them. */
#include "module.h"

#include <stdlib.h>
#include <string.h>

#include "lanes.h"

enum { NUMBERS_A_SLICE = 2000000 }; /* so many are computed between two looks for Ctrl-C */

typedef struct {
    PyObject_HEAD
    loop *loops;
    size_t count, keeps_after;       /* what is kept is written down after so many loops */
    double *memory;                  /* what it holds at first, behind the states */
    size_t size, states, settings;   /* states stand at its beginning, settings behind them */
    int64_t *kept;                   /* pairs: where, how many */
    size_t pieces, width, slots;     /* `slots` of all loops together */
    const instruction_set *set;
} Loops;

static void loops_free(PyObject *object) {
    Loops *made = (Loops *)object;
    for (size_t n = 0; made->loops && n < made->count; n++) {
        PyMem_Free((void *)made->loops[n].operand);
        PyMem_Free((void *)made->loops[n].result);
        PyMem_Free((void *)made->loops[n].code);
        PyMem_Free(made->loops[n].initial);
    }
    PyMem_Free(made->loops);
    PyMem_Free(made->memory);
    PyMem_Free(made->kept);
    PyTypeObject *type = Py_TYPE(object);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    release(object);
    Py_DECREF(type);
}

/* Whether a place stays within the memory and the slots, whatever the row and the column. */
static int is_within(const place *at, const loop *made, size_t size) {
    if (at->offset < 0 || at->per_row < 0 || at->per_column < 0 || at->slot < 0) return 0;
    if ((size_t)at->offset >= size || (size_t)at->slot >= made->slots) return 0;
    size_t left = size - 1 - (size_t)at->offset, rows = made->rows - 1, columns = made->columns - 1;
    if (rows && (size_t)at->per_row > left / rows) return 0;
    left -= rows * (size_t)at->per_row;
    return !columns || (size_t)at->per_column <= left / columns;
}

/* Whether a loop without a tape has the operands that it needs. */
static int is_shaped(const loop *made) {
    const place *in = made->operand, *out = made->result;
    switch (made->kind) {
    case DOT_ROWS: return made->operands == 2 && made->results == 1 && in[0].per_column == 1 && in[1].per_column == 1 && !in[1].per_row && !out->per_column;
    case ADD_ROWS: return made->operands == 2 && made->results == 1 && !in[0].per_column && in[1].per_column == 1 && out->per_column == 1 && !out->per_row;
    case UPDATE_ROWS: return made->operands == 4 && made->results == 1 && in[0].per_column == 1 && !in[1].per_row && !in[1].per_column && !in[2].per_column && in[3].per_column == 1 && !in[3].per_row && out->offset == in[0].offset;
    case SUM_COLUMNS: case LARGEST_COLUMN: return made->results == 1 && !made->result->per_column;
    case SUM_ROWS: return made->results == 1 && !made->result->per_row;
    default: return made->results > 0;
    }
}

static const char *loop_fault(const loop *made, size_t size) {
    if (made->kind < 0 || made->kind >= LOOP_KINDS) return "a loop is of no known kind";
    if (!made->rows || !made->columns || made->rows > size || made->columns > size) return "a loop has an impossible size";
    if (made->slots > (size_t)1 << 20 || !made->slots) return "a loop has an impossible number of slots";
    for (size_t n = 0; n < made->operands; n++)
        if (!is_within(made->operand + n, made, size)) return "an operand leaves the memory";
    for (size_t n = 0; n < made->results; n++)
        if (!is_within(made->result + n, made, size)) return "a result leaves the memory";
    if (!is_shaped(made)) return "a loop has operands that do not suit it";
    return tape_fault(made->code, made->code_length, made->slots, 0, 0);
}

/* One loop from (kind, rows, columns, code, initial, operands, results). */
static int take_loop(loop *made, PyObject *given, size_t size) {
    PyObject *code, *initial, *operands, *results;
    Py_ssize_t rows, columns;
    size_t in = 0, out = 0;
    if (!PyArg_ParseTuple(given, "innOOOO", &made->kind, &rows, &columns, &code, &initial, &operands, &results)) return 0;
    if (rows < 1 || columns < 1) return refused("a loop has an impossible size");
    made->rows = (size_t)rows, made->columns = (size_t)columns;
    if (!(made->code = copied(code, sizeof(word), &made->code_length, "code is 32-bit words"))) return 0;
    if (!(made->initial = copied(initial, sizeof(double), &made->slots, "the first values are doubles"))) return 0;
    if (!(made->operand = copied(operands, sizeof(place), &in, "a place is four numbers"))) return 0;
    if (!(made->result = copied(results, sizeof(place), &out, "a place is four numbers"))) return 0;
    made->operands = in, made->results = out;
    const char *fault = loop_fault(made, size);
    return fault ? refused(fault) : 1;
}

static int take_kept(Loops *made, PyObject *kept) {
    size_t numbers = 0;
    if (!(made->kept = copied(kept, sizeof(int64_t), &numbers, "what is kept is pairs of numbers"))) return 0;
    made->pieces = numbers / 2;
    for (size_t n = 0; n < made->pieces; n++) {
        int64_t offset = made->kept[2 * n], count = made->kept[2 * n + 1];
        if (offset < 0 || count < 0 || (size_t)offset > made->size || (size_t)count > made->size - (size_t)offset) return refused("what is kept leaves the memory");
        made->width += (size_t)count;
    }
    return 1;
}

static PyObject *loops_new(PyTypeObject *type, PyObject *arguments, PyObject *names) {
    static char *words[] = {"memory", "states", "settings", "loops", "keeps_after", "kept", "instructions", NULL};
    PyObject *memory, *loops, *kept;
    Py_ssize_t states, settings, keeps_after;
    const char *name = NULL;
    if (!PyArg_ParseTupleAndKeywords(arguments, names, "OnnOnO|z", words, &memory, &states, &settings, &loops, &keeps_after, &kept, &name)) return NULL;
    const instruction_set *set = instructions(name);
    Py_ssize_t count = PySequence_Size(loops);
    if (!set || count < 0) return NULL;
    allocfunc allocate = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    Loops *made = (Loops *)allocate(type, 0);
    if (!made) return NULL;
    made->set = set, made->count = (size_t)count, made->keeps_after = (size_t)keeps_after;
    made->states = (size_t)states, made->settings = (size_t)settings;
    int good = (made->loops = PyMem_Calloc((size_t)count + 1, sizeof(loop))) || no_memory();
    good = good && (made->memory = copied(memory, sizeof(double), &made->size, "the memory is doubles"));
    if (good && (states < 0 || settings < 0 || made->settings > made->size || made->states > (size_t)1 << 40)) good = refused("the states or the settings leave the memory");
    made->size += good ? made->states : 0;
    if (good && (keeps_after < 0 || keeps_after > count)) good = refused("there are not so many loops");
    for (size_t n = 0; good && n < made->count; n++) {
        PyObject *given = PySequence_GetItem(loops, (Py_ssize_t)n);
        good = given && take_loop(made->loops + n, given, made->size);
        made->slots += made->loops[n].slots;
        Py_XDECREF(given);
    }
    if (good && take_kept(made, kept)) return (PyObject *)made;
    Py_DECREF(made);
    return NULL;
}

/* What a run needs besides the loops. */
typedef struct {
    double *memory, *row;
    const double *data;
    size_t inputs;
    int varying;
} progress;

/* One step; 0 where Ctrl-C was pressed. `done` counts what was computed since somebody last looked. */
static int loops_step(const Loops *made, const loop *loops, progress *now, size_t *done) {
    if (now->varying) {
        memcpy(now->memory + made->states + made->settings, now->data, now->inputs * sizeof(double));
        now->data += now->inputs;
    }
    PyThreadState *released = PyEval_SaveThread();
    for (size_t n = 0; n <= made->count; n++) {
        if (n == made->keeps_after)
            for (size_t piece = 0; piece < made->pieces; piece++) {
                size_t count = (size_t)made->kept[2 * piece + 1];
                memcpy(now->row, now->memory + made->kept[2 * piece], count * sizeof(double));
                now->row += count;
            }
        if (n == made->count) break;
        made->set->loop(loops + n, now->memory);
        *done += loops[n].rows * loops[n].columns + LANES;
        if (*done < NUMBERS_A_SLICE) continue;
        *done = 0;
        PyEval_RestoreThread(released);
        if (PyErr_CheckSignals()) return 0;
        released = PyEval_SaveThread();
    }
    PyEval_RestoreThread(released);
    return 1;
}

static int loops_all(const Loops *made, const Py_buffer *views, int64_t steps, Py_ssize_t offset, size_t inputs) {
    void *whole = NULL, *body = NULL;
    double *memory = aligned(made->size, &whole), *slots = aligned(made->slots * LANES, &body);
    loop *loops = PyMem_Malloc((made->count + 1) * sizeof(loop));
    int good = (memory && slots && loops) || no_memory();
    if (good) {
        memcpy(loops, made->loops, made->count * sizeof(loop));
        for (size_t n = 0, at = 0; n < made->count; at += loops[n++].slots) loops[n].slot = slots + at * LANES;
        memcpy(memory + made->states, made->memory, (made->size - made->states) * sizeof(double));
        memcpy(memory, views[0].buf, made->states * sizeof(double));
        memcpy(memory + made->states, views[1].buf, made->settings * sizeof(double));
        progress now = {memory, (double *)((char *)views[3].buf + offset), views[2].buf, inputs, inputs > 0};
        size_t done = 0;
        for (int64_t step = 0; good && step < steps; step++) good = loops_step(made, loops, &now, &done);
        memcpy(views[0].buf, memory, made->states * sizeof(double));
    }
    PyMem_Free(loops);
    free(whole);
    free(body);
    return good;
}

static PyObject *loops_run(PyObject *object, PyObject *arguments) {
    const Loops *made = (Loops *)object;
    PyObject *objects[4];
    long long steps;
    Py_ssize_t offset, inputs;
    if (!PyArg_ParseTuple(arguments, "OOOnLOn", &objects[0], &objects[1], &objects[2], &inputs, &steps, &objects[3], &offset)) return NULL;
    static const int flags[] = {PyBUF_WRITABLE, PyBUF_SIMPLE, PyBUF_SIMPLE, PyBUF_WRITABLE};
    Py_buffer views[4];
    int held = 0;
    while (held < 4 && !PyObject_GetBuffer(objects[held], &views[held], flags[held])) held++;
    int good = held == 4;
    const size_t item = sizeof(double), limit = (size_t)1 << 48;
    if (good && (steps < 0 || (size_t)steps > limit || inputs < 0 || offset < 0)) good = refused("the number of steps is impossible");
    if (good && ((size_t)views[0].len != made->states * item || (size_t)views[1].len != made->settings * item)) good = refused("the state or the settings have another size");
    if (good && ((size_t)inputs > made->size - made->states - made->settings || (inputs && (size_t)views[2].len / item / (size_t)inputs < (size_t)steps))) good = refused("there are too few samples");
    if (good && made->width && (offset > views[3].len || (size_t)(views[3].len - offset) / item / made->width < (size_t)steps)) good = refused("what is kept does not fit");
    for (int n = 0; good && n < 4; n++)
        if (askew(&views[n], n == 3 ? offset : 0, item)) good = refused("a buffer is not aligned");
    good = good && loops_all(made, views, steps, offset, (size_t)inputs);
    while (held) PyBuffer_Release(&views[--held]);
    if (!good) return NULL;
    Py_RETURN_NONE;
}

PyDoc_STRVAR(run_doc, "run(state, settings, data, inputs, steps, kept, offset)\n--\n\n"
    "Make so many steps, each with `inputs` numbers of data of its own (0: all with those of the memory).");

static PyMethodDef methods[] = {{"run", loops_run, METH_VARARGS, run_doc}, {NULL, NULL, 0, NULL}};

static PyType_Slot slots[] = {
    {Py_tp_new, loops_new},
    {Py_tp_dealloc, loops_free},
    {Py_tp_methods, methods},
    {Py_tp_doc, "Loops over the rows and columns of arrays, checked when they are made."},
    {0, NULL},
};

PyType_Spec loops_spec = {"sheetgrad.engine._native.Loops", sizeof(Loops), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE, slots};
