/* What Python sees: Tape(…), an object that checks and holds a tape and runs stretches of steps. */
#include "module.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lanes.h"
#include "tape.h"

enum { WORDS_A_SLICE = 1000000 }; /* so much is done between two looks for Ctrl-C: some milliseconds */

typedef struct {
    PyObject_HEAD
    word *once, *step;               /* what is computed at the start of a stretch, and at every step */
    size_t once_length, step_length;
    size_t slots, width;             /* `width` slots are kept at a step: the first ones */
    double *initial;                 /* what the slots hold at first */
    size_t states, settings, inputs; /* how many there are, and the slots of each */
    word *state_slots, *setting_slots, *data_slots;
    size_t tables, samples, batch;
    size_t *widths;
    double **rows;
    int fixed, flows;                /* whether the slots of a step stand one row after those of the step before */
} Tape;

/* 0, with the error set. */
int refused(const char *what) {
    PyErr_SetString(PyExc_ValueError, what);
    return 0;
}

int no_memory(void) {
    PyErr_NoMemory();
    return 0;
}

/* A copy of a bytes-like object of whole items; the number of items goes to `count`. */
void *copied(PyObject *object, size_t item, size_t *count, const char *what) {
    Py_buffer view;
    if (PyObject_GetBuffer(object, &view, PyBUF_SIMPLE)) return NULL;
    void *copy = NULL;
    if ((size_t)view.len % item) refused(what);
    else if (!(copy = PyMem_Malloc((size_t)view.len + item))) PyErr_NoMemory();
    else memcpy(copy, view.buf, (size_t)view.len);
    *count = (size_t)view.len / item;
    PyBuffer_Release(&view);
    return copy;
}

static int all_below(const word *slots, size_t count, size_t limit) {
    for (size_t place = 0; place < count; place++)
        if (slots[place] >= limit) return 0;
    return 1;
}

static void tape_free(PyObject *object) {
    Tape *tape = (Tape *)object;
    void *parts[] = {tape->once, tape->step, tape->initial, tape->state_slots, tape->setting_slots, tape->data_slots, tape->widths};
    for (size_t place = 0; place < sizeof parts / sizeof *parts; place++) PyMem_Free(parts[place]);
    if (tape->rows)
        for (size_t table = 0; table < tape->tables; table++) PyMem_Free(tape->rows[table]);
    PyMem_Free(tape->rows);
    PyTypeObject *type = Py_TYPE(object);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    release(object);
    Py_DECREF(type);
}

/* The tables of data: a sequence of (width, doubles). */
static int take_tables(Tape *tape, PyObject *tables) {
    Py_ssize_t count = PySequence_Size(tables);
    if (count < 0) return 0;
    tape->widths = PyMem_Calloc((size_t)count + 1, sizeof(size_t));
    tape->rows = PyMem_Calloc((size_t)count + 1, sizeof(double *));
    if (!tape->widths || !tape->rows) return no_memory();
    tape->tables = (size_t)count;
    size_t numbers = 0;
    for (Py_ssize_t place = 0; place < count; place++) {
        PyObject *pair = PySequence_GetItem(tables, place), *rows = NULL;
        Py_ssize_t width = 0;
        size_t length = 0;
        int good = pair && PyArg_ParseTuple(pair, "nO", &width, &rows) && (tape->rows[place] = copied(rows, sizeof(double), &length, "a table is not whole doubles"));
        Py_XDECREF(pair);
        if (!good) return 0;
        if (width < 1 || length % (size_t)width) return refused("a table is not whole rows");
        tape->widths[place] = (size_t)width;
        if (place && length / (size_t)width != tape->samples) return refused("the tables differ in their number of rows");
        tape->samples = length / (size_t)width;
        if ((size_t)width > tape->inputs || tape->batch > tape->inputs / (size_t)width) return refused("the data do not fill their slots");
        numbers += (size_t)width * tape->batch;
    }
    return numbers == tape->inputs || refused("the data do not fill their slots");
}

static const char *fault_in(const Tape *tape) {
    if (tape->width > tape->slots) return "more is kept than there is";
    if (tape->slots > (size_t)1 << 28) return "there are too many slots";
    if (tape->flows && (!tape->width || tape->slots < 2 * tape->width)) return "a row flows into no other";
    if (tape->flows && !(all_below(tape->state_slots, tape->states, tape->width) && all_below(tape->setting_slots, tape->settings, tape->slots - tape->width)))
        return "what is given would be lost with the next row";
    if (!all_below(tape->state_slots, tape->states, tape->slots)) return "a state has no slot";
    if (!all_below(tape->setting_slots, tape->settings, tape->slots)) return "a setting has no slot";
    if (!all_below(tape->data_slots, tape->inputs, tape->slots)) return "an input has no slot";
    const char *fault = tape_fault(tape->once, tape->once_length, tape->slots, 0, 0);
    return fault ? fault : tape_fault(tape->step, tape->step_length, tape->slots, tape->width > 0 && !tape->flows, tape->flows);
}

static PyObject *tape_new(PyTypeObject *type, PyObject *arguments, PyObject *names) {
    static char *words[] = {"once", "step", "initial", "states", "settings", "inputs", "width", "tables", "batch", "fixed", "flows", NULL};
    PyObject *once, *step, *initial, *states, *settings, *inputs, *tables;
    Py_ssize_t width, batch;
    int fixed, flows;
    if (!PyArg_ParseTupleAndKeywords(arguments, names, "OOOOOOnOnpp", words, &once, &step, &initial, &states, &settings, &inputs, &width, &tables, &batch, &fixed, &flows))
        return NULL;
    if (width < 0 || batch < 1) {
        refused("the width or the batch is impossible");
        return NULL;
    }
    allocfunc allocate = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    PyObject *object = allocate(type, 0);
    if (!object) return NULL;
    Tape *tape = (Tape *)object;
    tape->width = (size_t)width, tape->batch = (size_t)batch, tape->fixed = fixed, tape->flows = flows;
    const char *not_words = "slots and code are 32-bit words";
    const char *fault = NULL;
    int good = (tape->once = copied(once, sizeof(word), &tape->once_length, not_words))
        && (tape->step = copied(step, sizeof(word), &tape->step_length, not_words))
        && (tape->initial = copied(initial, sizeof(double), &tape->slots, "the first values are doubles"))
        && (tape->state_slots = copied(states, sizeof(word), &tape->states, not_words))
        && (tape->setting_slots = copied(settings, sizeof(word), &tape->settings, not_words))
        && (tape->data_slots = copied(inputs, sizeof(word), &tape->inputs, not_words));
    if (good && (fault = fault_in(tape))) refused(fault);
    if (!good || fault || !take_tables(tape, tables)) {
        Py_DECREF(object);
        return NULL;
    }
    return object;
}

/* Views of what a run reads and writes. */
typedef struct {
    Py_buffer state, settings, samples, kept;
    int held; /* how many of them, in this order */
} views;

static void let_go(views *seen) {
    Py_buffer *all[] = {&seen->state, &seen->settings, &seen->samples, &seen->kept};
    while (seen->held) PyBuffer_Release(all[--seen->held]);
}

static int look(views *seen, PyObject *objects[4]) {
    Py_buffer *all[] = {&seen->state, &seen->settings, &seen->samples, &seen->kept};
    static const int flags[] = {PyBUF_WRITABLE, PyBUF_SIMPLE, PyBUF_SIMPLE, PyBUF_WRITABLE};
    for (seen->held = 0; seen->held < 4; seen->held++)
        if (PyObject_GetBuffer(objects[seen->held], all[seen->held], flags[seen->held])) return 0;
    return 1;
}

static int samples_are_known(const Tape *tape, const int32_t *samples, size_t count) {
    if (!tape->tables) return 1;
    int known = 1;
    for (size_t place = 0; place < count; place++) known &= samples[place] >= 0 && (size_t)samples[place] < tape->samples;
    return known;
}

/* Whether items of a buffer would not be where they must be; that of nothing may be anywhere. */
int askew(const Py_buffer *view, Py_ssize_t offset, size_t item) {
    return view->len && ((uintptr_t)view->buf + (size_t)offset) % item;
}

/* What is wrong with the sizes of what a run is given, or NULL. `lanes` networks, `rows` kept rows from `offset` on. */
static const char *misfit(const Tape *tape, const views *seen, int64_t steps, size_t lanes, Py_ssize_t offset, size_t rows) {
    size_t item = sizeof(double), batches = tape->fixed ? 1 : (size_t)steps;
    if (steps < 0 || steps > INT64_MAX / 64 || offset < 0) return "the number of steps is impossible";
    if ((size_t)seen->state.len != tape->states * lanes * item) return "the state has another size";
    if ((size_t)seen->settings.len != tape->settings * item) return "the settings have another size";
    if (tape->tables && ((size_t)seen->samples.len % (tape->batch * sizeof(int32_t)) || (size_t)seen->samples.len / (tape->batch * sizeof(int32_t)) < batches))
        return "there are too few samples";
    size_t width = tape->width * lanes * item;
    if (width && (offset > seen->kept.len || (size_t)(seen->kept.len - offset) / width < rows)) return "what is kept does not fit";
    if (askew(&seen->state, 0, item) || askew(&seen->settings, 0, item) || (width && askew(&seen->kept, offset, item))) return "a buffer is not aligned";
    if (tape->tables && askew(&seen->samples, 0, sizeof(int32_t))) return "a buffer is not aligned";
    if (tape->tables && !samples_are_known(tape, seen->samples.buf, batches * tape->batch)) return "a sample is unknown";
    return NULL;
}

/* Zeroed memory for doubles on a cache line of its own; `*whole` is what must be freed. */
double *aligned(size_t count, void **whole) {
    *whole = calloc(count * sizeof(double) + 64, 1);
    return *whole ? (double *)(((uintptr_t)*whole + 63) & ~(uintptr_t)63) : NULL;
}

static int64_t slice_of(const Tape *tape, size_t lanes) {
    int64_t steps = (int64_t)(WORDS_A_SLICE / (tape->step_length * lanes / (lanes > 1 ? 8 : 1) + 1));
    return steps > 0 ? steps : 1;
}

/* All steps in slices, without the GIL; between two slices Ctrl-C is heard. */
static int run_slices(const Tape *tape, double *slots, stretch *work, int64_t steps) {
    const size_t stride = tape->flows ? tape->width : 0;
    int good = 1;
    for (int64_t left = steps, slice; good && left > 0; left -= slice) {
        const int32_t *samples = work->samples;
        slice = slice_of(tape, 1);
        work->steps = slice = slice < left ? slice : left;
        Py_BEGIN_ALLOW_THREADS
        tape_run(tape->step, slots, work, stride);
        Py_END_ALLOW_THREADS
        slots += stride * (size_t)slice;
        if (work->varying) work->samples = samples + (size_t)slice * tape->batch;
        good = !PyErr_CheckSignals();
    }
    return good;
}

/* What the slots hold before the first step. */
static void fill_slots(const Tape *tape, const views *seen, data_source *data, double *slots) {
    memcpy(slots, tape->initial, tape->slots * sizeof(double));
    for (size_t place = 0; place < tape->states; place++) slots[tape->state_slots[place]] = ((double *)seen->state.buf)[place];
    for (size_t place = 0; place < tape->settings; place++) slots[tape->setting_slots[place]] = ((double *)seen->settings.buf)[place];
    if (tape->fixed && tape->tables) tape_place_data(data, seen->samples.buf, slots, 1);
    stretch once = {1, NULL, 0, 0, NULL, data};
    tape_run(tape->once, slots, &once, 0);
}

/* Steps whose slots are the rows themselves, one after the other, so that nothing is copied. A step writes to the next
 * row too, and further: the last few are made in memory of their own. */
static int run_flowing(const Tape *tape, const views *seen, int64_t steps, stretch *work, double **after, void **whole) {
    const size_t width = tape->width, rows = (tape->slots + width - 1) / width;
    const size_t direct = (size_t)steps >= rows ? (size_t)steps - rows + 1 : 0, last = (size_t)steps - direct;
    double *own = aligned(last * width + tape->slots, whole), *first = direct ? work->row : own;
    if (!own) return no_memory();
    fill_slots(tape, seen, (data_source *)work->data, first);
    int good = run_slices(tape, first, work, (int64_t)direct);
    if (direct) memcpy(own, first + direct * width, (tape->slots - width) * sizeof(double));
    good = good && run_slices(tape, own, work, (int64_t)last);
    memcpy(work->row + direct * width, own, last * width * sizeof(double));
    *after = own + last * width;
    return good;
}

static int run_scalar(const Tape *tape, const views *seen, int64_t steps, Py_ssize_t offset) {
    data_source data = {tape->tables, tape->samples, tape->batch, tape->widths, (const double **)tape->rows, tape->data_slots};
    stretch work = {0, (double *)((char *)seen->kept.buf + offset), tape->width, !tape->fixed && tape->tables, seen->samples.buf, &data};
    void *whole = NULL;
    double *slots = NULL, *state = seen->state.buf;
    int good;
    if (tape->flows) good = run_flowing(tape, seen, steps, &work, &slots, &whole);
    else if (!(slots = aligned(tape->slots, &whole))) good = no_memory();
    else {
        fill_slots(tape, seen, &data, slots);
        good = run_slices(tape, slots, &work, steps);
    }
    for (size_t place = 0; slots && place < tape->states; place++) state[place] = slots[tape->state_slots[place]];
    free(whole);
    return good;
}

static PyObject *tape_method_run(PyObject *object, PyObject *arguments) {
    const Tape *tape = (Tape *)object;
    PyObject *objects[4];
    long long steps;
    Py_ssize_t offset;
    views seen;
    if (!PyArg_ParseTuple(arguments, "OOOLOn", &objects[0], &objects[1], &objects[2], &steps, &objects[3], &offset)) return NULL;
    int good = look(&seen, objects);
    if (good) {
        const char *fault = misfit(tape, &seen, steps, 1, offset, (size_t)steps);
        good = fault ? refused(fault) : run_scalar(tape, &seen, steps, offset);
    }
    let_go(&seen);
    if (!good) return NULL;
    Py_RETURN_NONE;
}

/* --- many networks ------------------------------------------------------------------------------------- */

/* The best instruction set that this machine has, or the one that is asked for; NULL where there is none. */
const instruction_set *instructions(const char *name) {
    for (size_t place = instruction_set_count; place--;)
        if (instruction_sets[place].is_there() && (!name || !strcmp(name, instruction_sets[place].name))) return &instruction_sets[place];
    refused("this machine has no such instruction set");
    return NULL;
}

/* Where the numbers of a block of networks stand. */
typedef struct {
    const instruction_set *set;
    size_t all, first, lanes, vectors; /* of all networks, `lanes` from `first` on, in so many vectors */
    double *slots;
} block;

/* A number of each network into a slot; what is left of the last vector repeats the last network. */
static void gather(const block *part, word slot, const double *numbers) {
    size_t together = part->vectors * part->set->together;
    double *to = part->slots + (size_t)slot * together;
    memcpy(to, numbers + part->first, part->lanes * sizeof(double));
    for (size_t lane = part->lanes; lane < together; lane++) to[lane] = to[part->lanes - 1];
}

static void spread_over(const block *part, word slot, double number) {
    size_t together = part->vectors * part->set->together;
    for (size_t lane = 0; lane < together; lane++) part->slots[(size_t)slot * together + lane] = number;
}

/* One block through all steps; 0 where Ctrl-C was pressed. */
static int run_block(const Tape *tape, const block *part, const views *seen, const Py_buffer *rates, int64_t steps) {
    data_source data = {tape->tables, tape->samples, tape->batch, tape->widths, (const double **)tape->rows, tape->data_slots};
    size_t together = part->vectors * part->set->together;
    double *state = seen->state.buf;
    for (size_t slot = 0; slot < tape->slots; slot++) spread_over(part, (word)slot, tape->initial[slot]);
    for (size_t place = 0; place < tape->states; place++) gather(part, tape->state_slots[place], state + place * part->all);
    for (size_t place = 0; place < tape->settings; place++) {
        if (place) spread_over(part, tape->setting_slots[place], ((double *)seen->settings.buf)[place]);
        else gather(part, tape->setting_slots[0], rates->buf);
    }
    int varying = !tape->fixed && tape->tables;
    if (!varying && tape->tables) tape_place_data(&data, seen->samples.buf, part->slots, together);
    lane_stretch once = {{1, NULL, 0, 0, NULL, &data}, part->lanes, 0};
    part->set->run(tape->once, part->slots, &once, part->vectors);
    lane_stretch work = {{0, (double *)seen->kept.buf + part->first, tape->width, varying, seen->samples.buf, &data}, part->lanes, part->all};
    int good = 1;
    for (int64_t left = steps, slice; good && left > 0; left -= slice) {
        slice = slice_of(tape, together);
        work.steps.steps = slice = slice < left ? slice : left;
        Py_BEGIN_ALLOW_THREADS
        part->set->run(tape->step, part->slots, &work, part->vectors);
        Py_END_ALLOW_THREADS
        good = !PyErr_CheckSignals();
    }
    for (size_t place = 0; place < tape->states; place++)
        memcpy(state + place * part->all + part->first, part->slots + tape->state_slots[place] * together, part->lanes * sizeof(double));
    return good;
}

static int run_lanes(const Tape *tape, const instruction_set *set, const views *seen, const Py_buffer *rates, int64_t steps) {
    size_t all = (size_t)rates->len / sizeof(double);
    void *whole;
    block part = {set, all, 0, 0, 0, aligned(tape->slots * LANES, &whole)};
    if (!part.slots) return no_memory();
    int good = 1;
    for (; good && part.first < all; part.first += part.lanes) {
        part.lanes = all - part.first < LANES ? all - part.first : LANES;
        part.vectors = (part.lanes + set->together - 1) / set->together;
        good = run_block(tape, &part, seen, rates, steps);
    }
    free(whole);
    return good;
}

static PyObject *tape_method_run_lanes(PyObject *object, PyObject *arguments) {
    const Tape *tape = (Tape *)object;
    PyObject *objects[4];
    Py_buffer rates;
    long long steps;
    const char *name = NULL;
    views seen = {.held = 0};
    if (!PyArg_ParseTuple(arguments, "OOOLOy*|z", &objects[0], &objects[1], &objects[2], &steps, &objects[3], &rates, &name)) return NULL;
    const instruction_set *set = instructions(name);
    int good = set && look(&seen, objects);
    if (good) {
        size_t lanes = (size_t)rates.len / sizeof(double);
        const char *fault = rates.len % (Py_ssize_t)sizeof(double) || askew(&rates, 0, sizeof(double)) ? "the rates are not doubles" : misfit(tape, &seen, steps, lanes, 0, (size_t)steps);
        if (tape->flows) fault = "a tape that flows has no lanes";
        good = fault ? refused(fault) : run_lanes(tape, set, &seen, &rates, steps);
    }
    let_go(&seen);
    PyBuffer_Release(&rates);
    if (!good) return NULL;
    Py_RETURN_NONE;
}

PyDoc_STRVAR(run_lanes_doc, "run_lanes(state, settings, samples, steps, kept, rates, instructions=None)\n--\n\n"
    "The same for as many networks as there are rates: the state and what is kept hold a number of each, side by side.");

PyDoc_STRVAR(run_doc, "run(state, settings, samples, steps, kept, offset)\n--\n\n"
    "Make so many steps; the state is changed in place, what is kept goes into `kept` from a byte on.");

static PyMethodDef tape_methods[] = {
    {"run", tape_method_run, METH_VARARGS, run_doc},
    {"run_lanes", tape_method_run_lanes, METH_VARARGS, run_lanes_doc},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot tape_slots[] = {
    {Py_tp_new, tape_new},
    {Py_tp_dealloc, tape_free},
    {Py_tp_methods, tape_methods},
    {Py_tp_doc, "A list of operations over slots, checked when it is made."},
    {0, NULL},
};

static PyType_Spec tape_spec = {"sheetgrad.engine._native.Tape", sizeof(Tape), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE, tape_slots};

/* The place of the first of every `stride`-th double that is not finite, counted in strides; -1 where all are. */
static PyObject *first_lost(PyObject *module, PyObject *arguments) {
    (void)module;
    Py_buffer view;
    Py_ssize_t start, stride;
    if (!PyArg_ParseTuple(arguments, "y*nn", &view, &start, &stride)) return NULL;
    const double *values = view.buf;
    Py_ssize_t count = view.len / (Py_ssize_t)sizeof(double), found = -1;
    if (start < 0 || stride < 1 || askew(&view, 0, sizeof(double))) {
        PyBuffer_Release(&view);
        refused("the start or the stride is impossible");
        return NULL;
    }
    Py_BEGIN_ALLOW_THREADS
    for (Py_ssize_t place = start, number = 0; place < count; place += stride, number++)
        if (!isfinite(values[place])) {
            found = number;
            break;
        }
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&view);
    return PyLong_FromSsize_t(found);
}

static PyObject *names_of_instructions(PyObject *module, PyObject *nothing) {
    (void)module, (void)nothing;
    PyObject *names = PyList_New(0);
    for (size_t place = 0; names && place < instruction_set_count; place++) {
        if (!instruction_sets[place].is_there()) continue;
        PyObject *name = PyUnicode_FromString(instruction_sets[place].name);
        if (!name || PyList_Append(names, name)) Py_CLEAR(names);
        Py_XDECREF(name);
    }
    return names;
}

/* The functions of the lanes on their own, so that their errors can be measured. */
static PyObject *computed(PyObject *module, PyObject *arguments) {
    (void)module;
    const char *function, *name;
    Py_buffer view;
    if (!PyArg_ParseTuple(arguments, "sw*s", &function, &view, &name)) return NULL;
    const instruction_set *set = instructions(name);
    size_t count = (size_t)view.len / sizeof(double);
    void *whole = NULL;
    double *values = set ? aligned(count + LANES, &whole) : NULL;
    if (set && !values) no_memory();
    if (values) {
        memcpy(values, view.buf, count * sizeof(double));
        (strcmp(function, "tanh") ? set->exp : set->tanh)(values, (count + set->together - 1) / set->together);
        memcpy(view.buf, values, count * sizeof(double));
        free(whole);
    }
    PyBuffer_Release(&view);
    if (!values) return NULL;
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"instructions", names_of_instructions, METH_NOARGS, "instructions()\n--\n\nThe instruction sets that this machine has, the best at the end."},
    {"computed", computed, METH_VARARGS, "computed(function, values, instructions)\n--\n\nexp or tanh of doubles in place, as the lanes compute it."},
    {"shuffled", shuffled, METH_VARARGS, "shuffled(state, order)\n--\n\nShuffle 32-bit numbers in place, as random.Random does it; the state changes too."},
    {"first_lost", first_lost, METH_VARARGS, "first_lost(values, start, stride)\n--\n\nThe first of every stride-th double that is not finite, or -1."},
    {NULL, NULL, 0, NULL},
};

static int add_operations(PyObject *module) {
    static const char *const names[] = {
        "END", "KEEP",
#define X(name, ...) #name,
        OPERATIONS(X) LONG_OPERATIONS(X) PAIR_OPERATIONS(X)
#undef X
    };
    PyObject *table = PyDict_New();
    for (int number = 0; table && number < OP_COUNT; number++) {
        PyObject *value = PyLong_FromLong(number);
        if (!value || PyDict_SetItemString(table, names[number], value)) Py_CLEAR(table);
        Py_XDECREF(value);
    }
    int good = table && !PyModule_AddObjectRef(module, "OPERATIONS", table);
    Py_XDECREF(table);
    return good ? 0 : -1;
}

static int fill(PyObject *module) {
    PyObject *type = PyType_FromModuleAndSpec(module, &tape_spec, NULL);
    if (!type) return -1;
    int bad = PyModule_AddObjectRef(module, "Tape", type);
    Py_DECREF(type);
    if (bad || !(type = PyType_FromModuleAndSpec(module, &loops_spec, NULL))) return -1;
    bad = PyModule_AddObjectRef(module, "Loops", type);
    Py_DECREF(type);
    if (bad || !(type = PyType_FromModuleAndSpec(module, &layers_spec, NULL))) return -1;
    bad = PyModule_AddObjectRef(module, "Layers", type);
    Py_DECREF(type);
    return bad ? -1 : add_operations(module);
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, fill}, {0, NULL}};

static PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_native", "The tape interpreters.", 0, methods, slots, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__native(void) { return PyModuleDef_Init(&definition); }
