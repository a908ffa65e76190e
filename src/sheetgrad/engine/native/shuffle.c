/* The shuffle of Python's random module, with the numbers of its Mersenne Twister: the same order for the same seed. */
#include "module.h"

enum { WORDS = 624, AHEAD = 397 };

static void turn_over(uint32_t *words) {
    for (int n = 0; n < WORDS; n++) {
        const uint32_t y = (words[n] & 0x80000000u) | (words[(n + 1) % WORDS] & 0x7fffffffu);
        words[n] = words[(n + AHEAD) % WORDS] ^ (y >> 1) ^ (y & 1 ? 0x9908b0dfu : 0);
    }
}

static uint32_t next_word(uint32_t *words) {
    uint32_t *place = words + WORDS;
    if (*place >= WORDS) turn_over(words), *place = 0;
    uint32_t y = words[(*place)++];
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680u;
    y ^= (y << 15) & 0xefc60000u;
    return y ^ (y >> 18);
}

/* A number below `limit`: as many bits as it has, again and again until they are below. */
static uint32_t below(uint32_t *words, uint32_t limit) {
    int spare = 32;
    for (uint32_t left = limit; left; left >>= 1) spare--;
    uint32_t found = next_word(words) >> spare;
    while (found >= limit) found = next_word(words) >> spare;
    return found;
}

PyObject *shuffled(PyObject *module, PyObject *arguments) {
    (void)module;
    Py_buffer state, order;
    if (!PyArg_ParseTuple(arguments, "w*w*", &state, &order)) return NULL;
    const size_t count = (size_t)order.len / sizeof(int32_t);
    int good = 1;
    if ((size_t)state.len != (WORDS + 1) * sizeof(uint32_t) || askew(&state, 0, sizeof(uint32_t))) good = refused("the state is 625 words");
    else if ((size_t)order.len % sizeof(int32_t) || askew(&order, 0, sizeof(int32_t)) || count > INT32_MAX) good = refused("the order is 32-bit numbers");
    int32_t *numbers = order.buf;
    for (size_t n = count; good && n-- > 1;) {
        const uint32_t other = below(state.buf, (uint32_t)n + 1);
        const int32_t own = numbers[n];
        numbers[n] = numbers[other], numbers[other] = own;
    }
    PyBuffer_Release(&state);
    PyBuffer_Release(&order);
    if (!good) return NULL;
    Py_RETURN_NONE;
}
