/* What the parts of the module share: buffers from Python, memory, and errors. */
#ifndef SHEETGRAD_MODULE_H
#define SHEETGRAD_MODULE_H

#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030B0000
#include <Python.h>

#include "lanes.h"

/* 0, with the error set. */
int refused(const char *what);
int no_memory(void);

/* A copy of a bytes-like object of whole items; the number of items goes to `count`. NULL with the error set. */
void *copied(PyObject *object, size_t item, size_t *count, const char *what);

/* Zeroed memory for doubles on a cache line of its own; `*whole` is what must be freed. */
double *aligned(size_t count, void **whole);

/* Whether items of a buffer would not be where they must be; that of nothing may be anywhere. */
int askew(const Py_buffer *view, Py_ssize_t offset, size_t item);

/* The best instruction set that this machine has, or the one that is asked for; NULL with the error set. */
const instruction_set *instructions(const char *name);

PyObject *shuffled(PyObject *module, PyObject *arguments);

extern PyType_Spec loops_spec, layers_spec;

#endif
