/*
 * Convolutions of stride 1 and their filter gradients by Winograd's algorithm: fewer products than by the definition, four times
 * fewer for 3x3 filters.
 *
 * A tile of SIDE x SIDE pixels of the image and the filter are both evaluated, as polynomials in two unknowns, at SIDE x SIDE points;
 * their products there, summed over channels, are the values of a tile of the result, which is made from them. All three maps are
 * linear, so that gradients are the transposed maps. The points are 0, the square roots of 1/2 and 2 with both signs, and infinity:
 * float32 loses fewer digits there than at the customary 0, 1, 2.
 *
 * See A. Lavin and S. Gray, Fast Algorithms for Convolutional Neural Networks, 2016; S. A. Alam et al., Winograd Convolution for Deep
 * Neural Networks: Efficient Point Selection, 2022.
 */
#include "product.h"

enum {
  SIDE = 6,
  POINTS = SIDE * SIDE,
  FILTER = 3,                 /* taps per axis */
  RESULT = SIDE - FILTER + 1, /* pixels of the result per axis of a tile */
  CHANNELS = 256,             /* transformed in one go */
  BLOCK = 4096,               /* values per point of a block of tiles: tiles times channels */
  TILES = 64,                 /* of a block, at most */
  GAP = 16,                   /* between arrays that are used side by side: at powers of two they would share lines of a cache */
  STRIDE = BLOCK + GAP,       /* from one point of a block to the next */
  LINE = CHANNELS + GAP,
  TERMS = 64                  /* summed in one go: float32 loses fewer digits if such sums are summed */
};

/* The points are 0, P, -P, Q, -Q and infinity; P * Q = 1. */
static const float P = 0.70710678f, Q = 1.41421356f, P2 = 0.5f, Q2 = 2, P3 = 0.35355339f, Q3 = 2.82842712f;

struct work {
  float image[POINTS * STRIDE];    /* values of a block of the image */
  float products[POINTS * STRIDE]; /* of a block of the result */
  float lines[POINTS * LINE];  /* transformed along one axis */
  float taps[FILTER * FILTER * CHANNELS * TILE_COLUMNS];
  float zeros[CHANNELS];
  float unused[CHANNELS];
  float filter[]; /* values of the filter, or of its gradient: [panels of outputs, POINTS, channels, TILE_COLUMNS] */
};

struct winograd {
  const float *image; /* [batch, height, width, channels] */
  int height, width, channels;
  int batch, rows, columns; /* of the result */
  int top, left;            /* pixel of the image that the first tap of the first pixel of the result falls on */
  const float *filter;      /* [taps, channels, outputs], turned [taps from last to first, outputs, channels], or the gradient of the result */
  int is_turned;
  const float *bias; /* [outputs], or null */
  float *result;     /* [batch, rows, columns, outputs], or the gradient of the filter [taps, channels, outputs] */
  int outputs;
  struct work *work;
};

static inline int padded(int size, int panel) { return panels(size, panel) * panel; }

/* From one point of a panel of the filter to the next. */
static inline int point_step(int channels) { return padded(channels, TILE_ROWS) * TILE_COLUMNS + GAP; }

/* From one panel of the filter to the next. Where all tiles are one block, there is only one: each is used before the next is made. */
static inline int panel_step(int channels, int is_one_block) { return is_one_block ? 0 : POINTS * point_step(channels); }

#define ADD(a, b) wasm_f32x4_add(a, b)
#define SUBTRACT(a, b) wasm_f32x4_sub(a, b)
#define TIMES(a, factor) wasm_f32x4_mul(a, wasm_f32x4_splat(factor))

/* The values of a line of the image. */
static inline void transform(const v128_t d[SIDE], v128_t to[SIDE]) {
  v128_t even = SUBTRACT(d[4], TIMES(d[2], Q2)), odd = SUBTRACT(TIMES(d[3], P), TIMES(d[1], Q));
  v128_t other_even = SUBTRACT(d[4], TIMES(d[2], P2)), other_odd = SUBTRACT(TIMES(d[3], Q), TIMES(d[1], P));
  to[0] = SUBTRACT(ADD(d[0], d[4]), TIMES(d[2], P2 + Q2));
  to[1] = ADD(even, odd);
  to[2] = SUBTRACT(even, odd);
  to[3] = ADD(other_even, other_odd);
  to[4] = SUBTRACT(other_even, other_odd);
  to[5] = SUBTRACT(ADD(d[1], d[5]), TIMES(d[3], P2 + Q2));
}

/* The values of the polynomial with `count` coefficients, 3 or 4, those at +-P and +-Q times a factor. */
static inline void evaluate(int count, const v128_t *c, float p_factor, float q_factor, v128_t to[SIDE]) {
  v128_t even = ADD(TIMES(c[0], p_factor), TIMES(c[2], P2 * p_factor)), odd = TIMES(c[1], P * p_factor);
  v128_t other_even = ADD(TIMES(c[0], q_factor), TIMES(c[2], Q2 * q_factor)), other_odd = TIMES(c[1], Q * q_factor);
  if (count > 3) {
    odd = ADD(odd, TIMES(c[3], P3 * p_factor));
    other_odd = ADD(other_odd, TIMES(c[3], Q3 * q_factor));
  }
  to[0] = c[0];
  to[1] = ADD(even, odd);
  to[2] = SUBTRACT(even, odd);
  to[3] = ADD(other_even, other_odd);
  to[4] = SUBTRACT(other_even, other_odd);
  to[5] = c[count - 1];
}

/* The transpose of `evaluate`. */
static inline void collect(int count, const v128_t v[SIDE], float p_factor, float q_factor, v128_t *to) {
  v128_t even = TIMES(ADD(v[1], v[2]), p_factor), odd = TIMES(SUBTRACT(v[1], v[2]), p_factor);
  v128_t other_even = TIMES(ADD(v[3], v[4]), q_factor), other_odd = TIMES(SUBTRACT(v[3], v[4]), q_factor);
  to[0] = ADD(ADD(even, other_even), v[0]);
  to[1] = ADD(TIMES(odd, P), TIMES(other_odd, Q));
  to[2] = ADD(TIMES(even, P2), TIMES(other_even, Q2));
  if (count > 3) to[3] = ADD(TIMES(odd, P3), TIMES(other_odd, Q3));
  to[count - 1] = ADD(to[count - 1], v[5]);
}

/* What the values of the filter are multiplied by: one over the derivative, at the point, of the polynomial with all points as roots. */
static const float P_FACTOR = -2.f / 3, Q_FACTOR = 1.f / 6;

/* A tile of the result: its example and its first pixel. */
struct place {
  int example, row, column;
};

static inline struct place place_of(const struct winograd *w, int tile) {
  int rows = panels(w->rows, RESULT), columns = panels(w->columns, RESULT);
  return (struct place){tile / columns / rows, tile / columns % rows * RESULT, tile % columns * RESULT};
}

/* Pixel of an image of `height` x `width` pixels with `channels` channels, or zeros outside of it. */
static inline const float *pixel(const float *image, struct place at, int height, int width, int channels, const float *zeros) {
  if ((unsigned)at.row >= (unsigned)height || (unsigned)at.column >= (unsigned)width) return zeros;
  return image + ((at.example * height + at.row) * width + at.column) * channels;
}

/* Transforms one column of a tile of the image: `count` channels of six pixels. */
static __attribute__((noinline)) void transform_column(const float *p0, const float *p1, const float *p2, const float *p3,
                                                       const float *p4, const float *p5, int count, float *to) {
  for (int c = 0; c < count; c += 4, to += 4) {
    int rest = count - c;
    v128_t line[SIDE] = {load(p0 + c, rest), load(p1 + c, rest), load(p2 + c, rest), load(p3 + c, rest), load(p4 + c, rest), load(p5 + c, rest)};
    v128_t values[SIDE];
    transform(line, values);
    UNROLLED (int i = 0; i < SIDE; i++) wasm_v128_store(to + i * SIDE * LINE, values[i]);
  }
}

/* Transforms one row of what transform_column left; the results of four channels each are `step` elements apart. */
static __attribute__((noinline)) void transform_row(const float *from, int count, float *to, int step) {
  for (int c = 0; c < count; c += 4, to += step) {
    v128_t line[SIDE], values[SIDE];
    UNROLLED (int j = 0; j < SIDE; j++) line[j] = wasm_v128_load(from + c + j * LINE);
    transform(line, values);
    UNROLLED (int j = 0; j < SIDE; j++) wasm_v128_store(to + j * STRIDE, values[j]);
  }
}

/* The values of a tile of the image, those of four channels `step` elements apart. */
static __attribute__((noinline)) void transform_tile(const struct winograd *w, int tile, float *to, int step) {
  struct work *work = w->work;
  for (int first = 0; first < w->channels; first += CHANNELS, to += CHANNELS / 4 * step) {
    int count = least(CHANNELS, w->channels - first);
    const float *image = w->image + first, *zeros = work->zeros;
    for (int j = 0; j < SIDE; j++) {
      struct place at = place_of(w, tile);
      at.row += w->top;
      at.column += w->left + j;
      const float *p[SIDE];
      UNROLLED (int i = 0; i < SIDE; i++) {
        p[i] = pixel(image, at, w->height, w->width, w->channels, zeros);
        at.row++;
      }
      transform_column(p[0], p[1], p[2], p[3], p[4], p[5], count, work->lines + j * LINE);
    }
    for (int i = 0; i < SIDE; i++) transform_row(work->lines + i * SIDE * LINE, count, to + i * SIDE * STRIDE, step);
  }
}

/* Evaluates three rows of `count` coefficients of the filter, `step` elements apart, at the points; so much for one axis. */
static __attribute__((noinline)) void evaluate_taps(int count, const float *from, int step, float *to, int to_step) {
  for (int i = 0; i < count; i += 4) {
    v128_t line[FILTER], values[SIDE];
    UNROLLED (int k = 0; k < FILTER; k++) line[k] = wasm_v128_load(from + i + k * step);
    evaluate(FILTER, line, P_FACTOR, Q_FACTOR, values);
    UNROLLED (int k = 0; k < SIDE; k++) wasm_v128_store(to + i + k * to_step, values[k]);
  }
}

/* Values of the filter for `count` channels of one panel of outputs; points are `step` elements apart. */
static __attribute__((noinline)) void transform_taps(struct work *work, int count, float *to, int step) {
  enum { SLICE = CHANNELS * TILE_COLUMNS };
  for (int i = 0; i < count * TILE_COLUMNS; i += CHANNELS) {
    int length = least(CHANNELS, count * TILE_COLUMNS - i);
    for (int j = 0; j < FILTER; j++) evaluate_taps(length, work->taps + i + j * SLICE, FILTER * SLICE, work->lines + j * LINE, SIDE * LINE);
    for (int k = 0; k < SIDE; k++) evaluate_taps(length, work->lines + k * SIDE * LINE, LINE, to + i + k * SIDE * step, step);
  }
}

/* The values of a panel of the filter. Channels that fill up a panel of the image are zero. */
static __attribute__((noinline)) void transform_filter(const struct winograd *w, int output, float *to) {
  struct work *work = w->work;
  int channels = padded(w->channels, TILE_ROWS), width = least(TILE_COLUMNS, w->outputs - output);
  for (int first = 0; first < channels; first += CHANNELS) {
    int count = least(CHANNELS, w->channels - first), all = least(CHANNELS, channels - first);
    for (int tap = 0; tap < FILTER * FILTER; tap++) {
      float *slice = work->taps + tap * CHANNELS * TILE_COLUMNS;
      if (w->is_turned) {
        const float *from = w->filter + ((FILTER * FILTER - 1 - tap) * w->outputs + output) * w->channels + first;
        pack_columns(slice, from, w->channels, count, width, work->zeros);
      } else {
        pack_rows(slice, w->filter + (tap * w->channels + first) * w->outputs + output, w->outputs, count, width);
      }
      for (int i = count * TILE_COLUMNS; i < all * TILE_COLUMNS; i++) slice[i] = 0;
    }
    transform_taps(work, all, to + first * TILE_COLUMNS, point_step(w->channels));
  }
}

/*
 * Products of four tiles and one panel of outputs, added to what the rows hold unless they are the first. The values of the tiles are
 * blocks [4 tiles, 4 channels], so that they need not be transposed.
 */
static __attribute__((noinline)) void multiply_tiles(int depth, const float *a, const float *b, float *to, int step, int is_first) {
  v128_t sums[TILE_ROWS][2];
  UNROLLED (int i = 0; i < TILE_ROWS; i++) sums[i][0] = sums[i][1] = wasm_f32x4_const_splat(0);
#pragma clang loop unroll(disable)
  for (; depth > 0; depth -= 4, a += 12) {
#pragma clang loop unroll(disable)
    for (const float *end = a + 4; a < end; a++, b += TILE_COLUMNS) {
      v128_t b0 = wasm_v128_load(b), b1 = wasm_v128_load(b + 4);
      UNROLLED (int i = 0; i < TILE_ROWS; i++) {
        v128_t ai = wasm_v128_load32_splat(a + 4 * i);
        sums[i][0] = ADD(sums[i][0], wasm_f32x4_mul(ai, b0));
        sums[i][1] = ADD(sums[i][1], wasm_f32x4_mul(ai, b1));
      }
    }
  }
  if (!is_first) {
    float *row = to;
    UNROLLED (int i = 0; i < TILE_ROWS; i++, row += step) {
      sums[i][0] = ADD(sums[i][0], wasm_v128_load(row));
      sums[i][1] = ADD(sums[i][1], wasm_v128_load(row + 4));
    }
  }
  UNROLLED (int i = 0; i < TILE_ROWS; i++, to += step) {
    wasm_v128_store(to, sums[i][0]);
    wasm_v128_store(to + 4, sums[i][1]);
  }
}

/* Products of the values of `count` tiles, panels of four, and one panel of outputs. */
static void multiply_block(int depth, int count, const float *a, const float *b, float *to, int step) {
  for (int first = 0; first < depth; first += TERMS) {
    for (int i = 0; i < count; i += TILE_ROWS) {
      multiply_tiles(least(TERMS, depth - first), a + i * depth + first * TILE_ROWS, b + first * TILE_COLUMNS, to + i * step, step, first == 0);
    }
  }
}

static __attribute__((noinline)) void collect_column(const float *from, int count, float *to) {
  for (int o = 0; o < count; o += 4) {
    v128_t line[SIDE], values[RESULT];
    UNROLLED (int i = 0; i < SIDE; i++) line[i] = wasm_v128_load(from + o + i * SIDE * STRIDE);
    collect(RESULT, line, 1, 1, values);
    UNROLLED (int i = 0; i < RESULT; i++) wasm_v128_store(to + o + i * SIDE * LINE, values[i]);
  }
}

static __attribute__((noinline)) void collect_row(const float *from, int count, const float *bias, float *r0, float *r1, float *r2, float *r3) {
  for (int o = 0; o < count; o += 4) {
    int rest = count - o;
    v128_t line[SIDE], values[RESULT], start = load(bias + o, rest);
    UNROLLED (int j = 0; j < SIDE; j++) line[j] = wasm_v128_load(from + o + j * LINE);
    collect(RESULT, line, 1, 1, values);
    store(r0 + o, ADD(values[0], start), rest);
    store(r1 + o, ADD(values[1], start), rest);
    store(r2 + o, ADD(values[2], start), rest);
    store(r3 + o, ADD(values[3], start), rest);
  }
}

/* Writes `count` outputs from `output` on of a tile of the result from its values. */
static __attribute__((noinline)) void collect_tile(const struct winograd *w, int tile, const float *values, int output, int count) {
  struct work *work = w->work;
  const float *bias = w->bias ? w->bias + output : work->zeros;
  struct place at = place_of(w, tile);
  for (int j = 0; j < SIDE; j++) collect_column(values + j * STRIDE, count, work->lines + j * LINE);
  int height = least(RESULT, w->rows - at.row), width = w->columns - at.column;
  float *row = w->result + ((at.example * w->rows + at.row) * w->columns + at.column) * w->outputs + output;
  for (int i = 0; i < height; i++, row += w->columns * w->outputs) {
    float *r1 = width > 1 ? row + w->outputs : work->unused, *r2 = width > 2 ? row + 2 * w->outputs : work->unused;
    float *r3 = width > 3 ? row + 3 * w->outputs : work->unused;
    collect_row(work->lines + i * SIDE * LINE, count, bias, row, r1, r2, r3);
  }
}

static int tiles_of(const struct winograd *w) { return w->batch * panels(w->rows, RESULT) * panels(w->columns, RESULT); }

static void clear(struct work *work) {
  for (int i = 0; i < CHANNELS; i++) work->zeros[i] = 0;
}

/* Products of a block of `count` tiles and `width` outputs. */
static __attribute__((noinline)) void multiply_outputs(const struct winograd *w, int count, const float *filter, int step, int width) {
  struct work *work = w->work;
  int depth = padded(w->channels, TILE_ROWS);
  for (int point = 0; point < POINTS; point++) {
    for (int j = 0; j < width; j += TILE_COLUMNS) {
      const float *b = filter + j / TILE_COLUMNS * step + point * point_step(w->channels);
      multiply_block(depth, count, work->image + point * STRIDE, b, work->products + point * STRIDE + j, width);
    }
  }
}

/* result[y, x, output] = bias[output] + sum{ image[y + top + i, x + left + j, channel] * filter[i, j, channel, output] } */
__attribute__((export_name("winograd"))) void winograd(const struct winograd *w) {
  struct work *work = w->work;
  int tiles = tiles_of(w), depth = padded(w->channels, TILE_ROWS), outputs = padded(w->outputs, TILE_COLUMNS);
  int block = least(TILES, BLOCK / depth / TILE_ROWS * TILE_ROWS), is_one_block = tiles <= block;
  int step = panel_step(w->channels, is_one_block);
  int columns = is_one_block ? TILE_COLUMNS : least(CHANNELS, least(outputs, BLOCK / block / TILE_COLUMNS * TILE_COLUMNS));
  clear(work);
  for (int j = 0; j < outputs && !is_one_block; j += TILE_COLUMNS) transform_filter(w, j, work->filter + j / TILE_COLUMNS * step);
  for (int tile = 0; tile < tiles; tile += block) {
    int count = least(block, tiles - tile);
    for (int i = 0; i < count; i++) {
      transform_tile(w, tile + i, work->image + i / TILE_ROWS * TILE_ROWS * depth + i % TILE_ROWS * 4, 4 * TILE_ROWS);
    }
    for (int output = 0; output < outputs; output += columns) {
      int width = least(columns, outputs - output), written = least(width, w->outputs - output);
      if (is_one_block) transform_filter(w, output, work->filter);
      multiply_outputs(w, count, work->filter + output / TILE_COLUMNS * step, step, width);
      for (int i = 0; i < count; i++) collect_tile(w, tile + i, work->products + i * width, output, written);
    }
  }
}

static __attribute__((noinline)) void evaluate_column(const float *p0, const float *p1, const float *p2, const float *p3, int count, float *to) {
  for (int o = 0; o < count; o += 4, to += 4) {
    int rest = count - o;
    v128_t line[RESULT] = {load(p0 + o, rest), load(p1 + o, rest), load(p2 + o, rest), load(p3 + o, rest)}, values[SIDE];
    evaluate(RESULT, line, 1, 1, values);
    UNROLLED (int i = 0; i < SIDE; i++) wasm_v128_store(to + i * SIDE * LINE, values[i]);
  }
}

static __attribute__((noinline)) void evaluate_row(const float *from, int count, float *to, int step) {
  for (int o = 0; o < count; o += 4, to += o % TILE_COLUMNS ? 4 : step - 4) {
    v128_t line[RESULT], values[SIDE];
    UNROLLED (int j = 0; j < RESULT; j++) line[j] = wasm_v128_load(from + o + j * LINE);
    evaluate(RESULT, line, 1, 1, values);
    UNROLLED (int j = 0; j < SIDE; j++) wasm_v128_store(to + j * STRIDE, values[j]);
  }
}

/* The values of a tile of the gradient of the result; panels of outputs are `step` elements apart. */
static __attribute__((noinline)) void evaluate_tile(const struct winograd *w, int tile, float *to, int step) {
  struct work *work = w->work;
  for (int first = 0; first < w->outputs; first += CHANNELS, to += CHANNELS / TILE_COLUMNS * step) {
    int count = least(CHANNELS, w->outputs - first);
    for (int j = 0; j < RESULT; j++) {
      struct place at = place_of(w, tile);
      at.column += j;
      const float *p[RESULT];
      UNROLLED (int i = 0; i < RESULT; i++) {
        p[i] = pixel(w->filter + first, at, w->rows, w->columns, w->outputs, work->zeros);
        at.row++;
      }
      evaluate_column(p[0], p[1], p[2], p[3], count, work->lines + j * LINE);
    }
    for (int i = 0; i < SIDE; i++) evaluate_row(work->lines + i * SIDE * LINE, count, to + i * SIDE * STRIDE, step);
  }
}

/* The transpose of evaluate_taps. */
static __attribute__((noinline)) void collect_taps(int count, const float *from, int step, float *to, int to_step) {
  for (int i = 0; i < count; i += 4) {
    v128_t line[SIDE], values[FILTER];
    UNROLLED (int k = 0; k < SIDE; k++) line[k] = wasm_v128_load(from + i + k * step);
    collect(FILTER, line, P_FACTOR, Q_FACTOR, values);
    UNROLLED (int k = 0; k < FILTER; k++) wasm_v128_store(to + i + k * to_step, values[k]);
  }
}

/* A panel of the gradient of the filter from its values. */
static __attribute__((noinline)) void collect_filter(const struct winograd *w, const float *values, int output) {
  enum { ROWS = CHANNELS / TILE_COLUMNS };
  float *lines = w->work->lines, *taps = w->work->taps;
  int step = point_step(w->channels), width = least(TILE_COLUMNS, w->outputs - output);
  for (int first = 0; first < w->channels; first += ROWS) {
    int count = least(ROWS, w->channels - first);
    const float *from = values + first * TILE_COLUMNS;
    for (int j = 0; j < SIDE; j++) collect_taps(count * TILE_COLUMNS, from + j * step, SIDE * step, lines + j * LINE, SIDE * LINE);
    for (int i = 0; i < FILTER; i++) collect_taps(count * TILE_COLUMNS, lines + i * SIDE * LINE, LINE, taps + i * FILTER * LINE, LINE);
    for (int tap = 0; tap < FILTER * FILTER; tap++) {
      float *to = w->result + (tap * w->channels + first) * w->outputs + output;
      for (int c = 0; c < count; c++, to += w->outputs) {
        const float *row = taps + tap * LINE + c * TILE_COLUMNS;
        for (int o = 0; o < width; o += 4) store(to + o, wasm_v128_load(row + o), width - o);
      }
    }
  }
}

/* result[i, j, channel, output] = sum{ image[y + top + i, x + left + j, channel] * filter[y, x, output] : y, x }, for the gradient `filter` */
__attribute__((export_name("winogradGradient"))) void winograd_gradient(const struct winograd *w) {
  struct work *work = w->work;
  int tiles = tiles_of(w), channels = padded(w->channels, TILE_ROWS), outputs = padded(w->outputs, TILE_COLUMNS);
  int block = least(TILES, BLOCK / (channels > outputs ? channels : outputs)), step = panel_step(w->channels, tiles <= block);
  clear(work);
  for (int tile = 0; tile < tiles; tile += block) {
    int depth = least(block, tiles - tile);
    const float *start = tile == 0 ? work->zeros : 0;
    for (int i = 0; i < depth; i++) {
      transform_tile(w, tile + i, work->image + i * TILE_ROWS, depth * TILE_ROWS);
      evaluate_tile(w, tile + i, work->products + i * TILE_COLUMNS, depth * TILE_COLUMNS);
    }
    for (int o = 0; o < outputs; o += TILE_COLUMNS) {
      float *panel = work->filter + o / TILE_COLUMNS * step;
      for (int point = 0; point < POINTS; point++) {
        const float *a = work->image + point * STRIDE, *b = work->products + point * STRIDE + o * depth;
        float *row = panel + point * point_step(w->channels);
        for (int c = 0; c < channels; c += TILE_ROWS, a += TILE_ROWS * depth, row += TILE_ROWS * TILE_COLUMNS) {
          multiply(depth, a, b, start, row, row + TILE_COLUMNS, row + 2 * TILE_COLUMNS, row + 3 * TILE_COLUMNS);
        }
      }
      if (tile + depth == tiles) collect_filter(w, panel, o);
    }
  }
}

__attribute__((export_name("winogradBytes"))) int winograd_bytes(int channels, int outputs) {
  return (int)sizeof(struct work) + panels(outputs, TILE_COLUMNS) * panel_step(channels, 0) * (int)sizeof(float);
}
