/* What the kernels share: tiles of products of packed panels, and moving elements four at a time. */
#ifndef PRODUCT_H
#define PRODUCT_H

#include <wasm_simd128.h>

#define UNROLLED _Pragma("clang loop unroll(full)") for

/* Tile of the result that is held in registers. Larger ones spill: V8 has 16 vector registers on x64. */
enum { TILE_ROWS = 4, TILE_COLUMNS = 8 };

static inline int least(int a, int b) { return a < b ? a : b; }

static inline int panels(int size, int panel) { return (size + panel - 1) / panel; }

/* A vector of the `count` elements at `from`, 1 to 3. */
v128_t load_rest(const float *from, int count);

void store_rest(float *to, v128_t x, int count);

/* A vector of the `count` elements at `from`, at most 4. */
static inline v128_t load(const float *from, int count) { return count >= 4 ? wasm_v128_load(from) : load_rest(from, count); }

static inline void store(float *to, v128_t x, int count) {
  if (count >= 4) wasm_v128_store(to, x);
  else store_rest(to, x, count);
}

/*
 * One tile of the product of two packed panels, [depth, TILE_ROWS] and [depth, TILE_COLUMNS]. It is added to what the rows hold, or
 * to `start`, a row for all, if given.
 */
void multiply(int depth, const float *a, const float *b, const float *start, float *r0, float *r1, float *r2, float *r3);

/* Packs `count` rows of `width` elements, the first at `from`: one panel [count, TILE_COLUMNS], filled up with zeros. */
void pack_rows(float *to, const float *from, int step, int count, int width);

/* As pack_rows, of the transpose: `width` rows of `count` elements; as many are read of `zeros`. */
void pack_columns(float *to, const float *from, int step, int count, int width, const float *zeros);

#endif
