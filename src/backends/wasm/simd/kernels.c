/*
 * Convolutions and their gradients as blocked matrix products, for WebAssembly with 128-bit SIMD.
 *
 * The module works in the memory of the TensorFlow.js backend. It keeps no data of its own and uses no stack, so that the two
 * cannot disturb each other: everything lives in the tensors and in the scratch memory handed in.
 *
 * Pixels are NHWC. A "site" is one pixel of the grid that is computed; a "tap" is a pixel that every site reads, relative to it,
 * together with the slice of the filter it is multiplied by. Forward passes of any stride and dilation, input gradients (one grid
 * for each residue modulo the stride) and plain matrix products (one tap, one row of sites) are all lists of taps.
 */
#include "product.h"

/* Terms summed in one go, rows and columns of the packed blocks: a column panel fits the first cache, a block the second. */
enum { DEPTH = 256, ROWS = 64, COLUMNS = 256 };

struct tap {
  int row, column;
  int filter; /* offset of the slice [channels, outputs] of the filter, in elements */
};

struct site {
  int example, row, column; /* where tap (0, 0) falls */
  float *result;
};

struct convolution {
  const float *image; /* [batch, height, width, channels] */
  int height, width, channels;
  int batch, rows, columns;  /* grid of sites */
  int row_step, column_step; /* from one site to the next, in pixels of the image */
  const struct tap *taps;
  int tap_count;
  const float *filter; /* element (tap, channel, output) at tap.filter + channel * channel_step + output * output_step */
  int channel_step, output_step;
  const float *bias; /* [outputs], or null */
  float *result;
  int outputs;
  int result_height, result_width, result_row, result_column, result_row_step, result_column_step;
  struct scratch *scratch;
};

struct scratch {
  float left[ROWS * DEPTH];
  float right[DEPTH * COLUMNS];
  float zeros[DEPTH];
  float bias[COLUMNS];
  float tile[TILE_ROWS * TILE_COLUMNS];
  struct site sites[DEPTH];
  const float *pixels[DEPTH];
};

__attribute__((noinline)) v128_t load_rest(const float *from, int count) {
  return wasm_f32x4_make(from[0], count > 1 ? from[1] : 0, count > 2 ? from[2] : 0, 0);
}

__attribute__((noinline)) void store_rest(float *to, v128_t x, int count) {
  to[0] = wasm_f32x4_extract_lane(x, 0);
  if (count > 1) to[1] = wasm_f32x4_extract_lane(x, 1);
  if (count > 2) to[2] = wasm_f32x4_extract_lane(x, 2);
}

/* Where the sites from `first` on read and write. */
static __attribute__((noinline)) void locate(const struct convolution *c, int first, int count) {
  int column = first % c->columns;
  int row = first / c->columns % c->rows;
  int example = first / c->columns / c->rows;
  for (int i = 0; i < count; i++) {
    struct site *site = &c->scratch->sites[i];
    site->example = example * c->height;
    site->row = row * c->row_step;
    site->column = column * c->column_step;
    int y = example * c->result_height + c->result_row + row * c->result_row_step;
    int x = c->result_column + column * c->result_column_step;
    site->result = c->result + (y * c->result_width + x) * c->outputs;
    if (++column < c->columns) continue;
    column = 0;
    if (++row < c->rows) continue;
    row = 0;
    example++;
  }
}

/* The pixel that a site reads through a tap, or null in the padding. */
static inline const float *pixel(const struct convolution *c, const struct site *site, const struct tap *tap) {
  int row = site->row + tap->row, column = site->column + tap->column;
  if ((unsigned)row >= (unsigned)c->height || (unsigned)column >= (unsigned)c->width) return 0;
  return c->image + ((site->example + row) * c->width + column) * c->channels;
}

#define SHUFFLE(a, b, i, j, k, l) wasm_i32x4_shuffle(a, b, i, j, k, l)

/* Writes the transpose of four rows of `count` elements; rows of the result are `step` elements apart. */
static __attribute__((noinline)) void transpose(float *to, int step, const float *a, const float *b, const float *c, const float *d, int count) {
  int i = 0;
  for (; i + 4 <= count; i += 4, to += 4 * step) {
    v128_t r0 = wasm_v128_load(a + i), r1 = wasm_v128_load(b + i), r2 = wasm_v128_load(c + i), r3 = wasm_v128_load(d + i);
    v128_t t0 = SHUFFLE(r0, r1, 0, 4, 1, 5), t1 = SHUFFLE(r0, r1, 2, 6, 3, 7);
    v128_t t2 = SHUFFLE(r2, r3, 0, 4, 1, 5), t3 = SHUFFLE(r2, r3, 2, 6, 3, 7);
    wasm_v128_store(to, SHUFFLE(t0, t2, 0, 1, 4, 5));
    wasm_v128_store(to + step, SHUFFLE(t0, t2, 2, 3, 6, 7));
    wasm_v128_store(to + 2 * step, SHUFFLE(t1, t3, 0, 1, 4, 5));
    wasm_v128_store(to + 3 * step, SHUFFLE(t1, t3, 2, 3, 6, 7));
  }
  for (; i < count; i++, to += step) {
    to[0] = a[i];
    to[1] = b[i];
    to[2] = c[i];
    to[3] = d[i];
  }
}

/* Packs what `count` sites read, terms `first` to `last` of all taps and channels: panels of [terms, TILE_ROWS]. */
static __attribute__((noinline)) void pack_sites(const struct convolution *c, int count, int first, int last) {
  const float *zeros = c->scratch->zeros;
  float *to = c->scratch->left;
  for (int i = 0; i < count; i += TILE_ROWS) {
    const struct site *site = &c->scratch->sites[i];
    int tap = first / c->channels, channel = first % c->channels;
    for (int term = first; term < last; tap++, channel = 0) {
      int length = least(c->channels - channel, last - term);
      const float *rows[TILE_ROWS];
      UNROLLED (int j = 0; j < TILE_ROWS; j++) {
        const float *row = i + j < count ? pixel(c, site + j, c->taps + tap) : 0;
        rows[j] = row ? row + channel : zeros;
      }
      transpose(to, TILE_ROWS, rows[0], rows[1], rows[2], rows[3], length);
      to += length * TILE_ROWS;
      term += length;
    }
  }
}

__attribute__((noinline)) void pack_rows(float *to, const float *from, int step, int count, int width) {
  if (width == TILE_COLUMNS) {
    for (int i = 0; i < count; i++, from += step, to += TILE_COLUMNS) {
      wasm_v128_store(to, wasm_v128_load(from));
      wasm_v128_store(to + 4, wasm_v128_load(from + 4));
    }
    return;
  }
  for (int i = 0; i < count; i++, from += step, to += TILE_COLUMNS) {
    for (int j = 0; j < TILE_COLUMNS; j++) to[j] = j < width ? from[j] : 0;
  }
}

__attribute__((noinline)) void pack_columns(float *to, const float *from, int step, int count, int width, const float *zeros) {
  for (int j = 0; j < TILE_COLUMNS; j += 4) {
    const float *row = from + j * step;
    transpose(to + j, TILE_COLUMNS, j < width ? row : zeros, j + 1 < width ? row + step : zeros,
              j + 2 < width ? row + 2 * step : zeros, j + 3 < width ? row + 3 * step : zeros, count);
  }
}

/* Packs terms `first` to `last` of the filter for `width` outputs. */
static __attribute__((noinline)) void pack_filter(const struct convolution *c, int output, int width, int first, int last) {
  float *to = c->scratch->right;
  for (int j = 0; j < width; j += TILE_COLUMNS) {
    int columns = least(TILE_COLUMNS, width - j);
    int tap = first / c->channels, channel = first % c->channels;
    for (int term = first; term < last; tap++, channel = 0) {
      int length = least(c->channels - channel, last - term);
      const float *from = c->filter + c->taps[tap].filter + channel * c->channel_step + (output + j) * c->output_step;
      if (c->output_step == 1) pack_rows(to, from, c->channel_step, length, columns);
      else pack_columns(to, from, c->output_step, length, columns, c->scratch->zeros);
      to += length * TILE_COLUMNS;
      term += length;
    }
  }
}

__attribute__((noinline)) void multiply(int depth, const float *a, const float *b, const float *start, float *r0, float *r1, float *r2,
                                        float *r3) {
  float *const rows[TILE_ROWS] = {r0, r1, r2, r3};
  v128_t sums[TILE_ROWS][2];
  UNROLLED (int i = 0; i < TILE_ROWS; i++) sums[i][0] = sums[i][1] = wasm_f32x4_const_splat(0);
#pragma clang loop unroll(disable)
  for (; depth > 0; depth--, a += TILE_ROWS, b += TILE_COLUMNS) {
    v128_t b0 = wasm_v128_load(b), b1 = wasm_v128_load(b + 4);
    UNROLLED (int i = 0; i < TILE_ROWS; i++) {
      v128_t ai = wasm_v128_load32_splat(a + i);
      sums[i][0] = wasm_f32x4_add(sums[i][0], wasm_f32x4_mul(ai, b0));
      sums[i][1] = wasm_f32x4_add(sums[i][1], wasm_f32x4_mul(ai, b1));
    }
  }
  UNROLLED (int i = 0; i < TILE_ROWS; i++) {
    const float *from = start ? start : rows[i];
    wasm_v128_store(rows[i], wasm_f32x4_add(sums[i][0], wasm_v128_load(from)));
    wasm_v128_store(rows[i] + 4, wasm_f32x4_add(sums[i][1], wasm_v128_load(from + 4)));
  }
}

static void add_row(float *to, const float *tile, const float *start, int width) {
  for (int j = 0; j < width; j++) to[j] = tile[j] + (start ? start[j] : to[j]);
}

/* A tile with fewer rows or columns: by way of the scratch tile. */
static __attribute__((noinline)) void multiply_edge(const struct convolution *c, int depth, const float *a, const float *b,
                                                    const float *start, float *r0, float *r1, float *r2, float *r3,
                                                    int height, int width) {
  float *tile = c->scratch->tile;
  multiply(depth, a, b, c->scratch->zeros, tile, tile + 8, tile + 16, tile + 24);
  add_row(r0, tile, start, width);
  if (height > 1) add_row(r1, tile + 8, start, width);
  if (height > 2) add_row(r2, tile + 16, start, width);
  if (height > 3) add_row(r3, tile + 24, start, width);
}

/* Zeros for the padding. */
static void clear(const struct convolution *c) {
  for (int i = 0; i < DEPTH; i++) c->scratch->zeros[i] = 0;
}

/* Adds the product of the packed blocks to what the sites located before write: `height` sites, `width` outputs from `output` on. */
static void multiply_sites(const struct convolution *c, int depth, const float *start, int height, int output, int width) {
  struct scratch *s = c->scratch;
  for (int j = 0; j < width; j += TILE_COLUMNS) {
    const float *b = s->right + j * depth;
    for (int i = 0; i < height; i += TILE_ROWS) {
      const float *a = s->left + i * depth, *from = start ? start + j : 0;
      const struct site *at = s->sites + i;
      int column = output + j;
      float *r0 = at[0].result + column, *r1 = at[1].result + column;
      float *r2 = at[2].result + column, *r3 = at[3].result + column;
      if (i + TILE_ROWS <= height && j + TILE_COLUMNS <= width) multiply(depth, a, b, from, r0, r1, r2, r3);
      else multiply_edge(c, depth, a, b, from, r0, r1, r2, r3, height - i, least(TILE_COLUMNS, width - j));
    }
  }
}

/* result[site, output] = bias[output] + sum{ image[site + tap, channel] * filter[tap, channel, output] : tap, channel } */
__attribute__((export_name("convolve"))) void convolve(const struct convolution *c) {
  struct scratch *s = c->scratch;
  int terms = c->tap_count * c->channels, sites = c->batch * c->rows * c->columns;
  clear(c);
  for (int output = 0; output < c->outputs; output += COLUMNS) {
    int width = least(COLUMNS, c->outputs - output);
    for (int j = 0; j < COLUMNS; j++) s->bias[j] = c->bias && j < width ? c->bias[output + j] : 0;
    for (int first = 0; first == 0 || first < terms; first += DEPTH) {
      int depth = least(DEPTH, terms - first);
      pack_filter(c, output, width, first, first + depth);
      for (int site = 0; site < sites; site += ROWS) {
        int height = least(ROWS, sites - site);
        locate(c, site, height);
        pack_sites(c, height, first, first + depth);
        multiply_sites(c, depth, first == 0 ? s->bias : 0, height, output, width);
      }
    }
  }
}

/* Packs four channels that `count` sites read: one panel [sites, TILE_ROWS]. */
static __attribute__((noinline)) void pack_channels(const struct convolution *c, float *to, int count, int channel) {
  const float *const *pixels = c->scratch->pixels;
  int length = least(TILE_ROWS, c->channels - channel);
  if (length == TILE_ROWS) {
    for (int i = 0; i < count; i++, to += TILE_ROWS) {
      wasm_v128_store(to, pixels[i] ? wasm_v128_load(pixels[i] + channel) : wasm_f32x4_const_splat(0));
    }
    return;
  }
  for (int i = 0; i < count; i++, to += TILE_ROWS) {
    for (int j = 0; j < TILE_ROWS; j++) to[j] = pixels[i] && j < length ? pixels[i][channel + j] : 0;
  }
}

/* Packs panels `panel` to `last` of all taps and channels for the sites located before. */
static __attribute__((noinline)) void pack_taps(const struct convolution *c, int panel, int last, int sites) {
  int channel_panels = panels(c->channels, TILE_ROWS);
  int located = -1;
  float *to = c->scratch->left;
  for (; panel < last; panel++, to += sites * TILE_ROWS) {
    int tap = panel / channel_panels;
    if (tap != located) {
      for (int i = 0; i < sites; i++) c->scratch->pixels[i] = pixel(c, c->scratch->sites + i, c->taps + tap);
      located = tap;
    }
    pack_channels(c, to, sites, panel % channel_panels * TILE_ROWS);
  }
}

/* Adds the product of the packed blocks to panels `panel` to `last` of the filter's rows: `width` outputs from `output` on. */
static void multiply_taps(const struct convolution *c, int depth, const float *start, int panel, int last, int output, int width) {
  int channel_panels = panels(c->channels, TILE_ROWS), step = c->outputs;
  for (int j = 0; j < width; j += TILE_COLUMNS) {
    const float *b = c->scratch->right + j * depth;
    for (int i = panel; i < last; i++) {
      const float *a = c->scratch->left + (i - panel) * TILE_ROWS * depth;
      int channel = i % channel_panels * TILE_ROWS, height = c->channels - channel;
      float *row = c->result + c->taps[i / channel_panels].filter + channel * step + output + j;
      float *r1 = row + step, *r2 = r1 + step, *r3 = r2 + step;
      if (height >= TILE_ROWS && j + TILE_COLUMNS <= width) multiply(depth, a, b, start, row, r1, r2, r3);
      else multiply_edge(c, depth, a, b, start, row, r1, r2, r3, height, least(TILE_COLUMNS, width - j));
    }
  }
}

/*
 * result[tap, channel, output] = sum{ image[site + tap, channel] * filter[site, output] : site }, where `filter` is the gradient of
 * what `convolve` made and the slices of the result are found by tap.filter.
 */
__attribute__((export_name("correlate"))) void correlate(const struct convolution *c) {
  struct scratch *s = c->scratch;
  int sites = c->batch * c->rows * c->columns, rows = c->tap_count * panels(c->channels, TILE_ROWS);
  clear(c);
  for (int output = 0; output < c->outputs; output += COLUMNS) {
    int width = least(COLUMNS, c->outputs - output);
    for (int first = 0; first == 0 || first < sites; first += DEPTH) {
      int depth = least(DEPTH, sites - first);
      for (int j = 0; j < width; j += TILE_COLUMNS) {
        const float *from = c->filter + first * c->outputs + output + j;
        pack_rows(s->right + j * depth, from, c->outputs, depth, least(TILE_COLUMNS, width - j));
      }
      locate(c, first, depth);
      for (int panel = 0; panel < rows; panel += ROWS / TILE_ROWS) {
        int last = least(rows, panel + ROWS / TILE_ROWS);
        pack_taps(c, panel, last, depth);
        multiply_taps(c, depth, first == 0 ? s->zeros : 0, panel, last, output, width);
      }
    }
  }
}

__attribute__((export_name("scratchBytes"))) int scratch_bytes(void) { return sizeof(struct scratch); }

/* Elementwise kernels run on four elements at a time and on the rest one by one, with the same rounding. */

static inline v128_t scaled_sum(v128_t a, float scale_a, v128_t b, float scale_b) {
  return wasm_f32x4_add(wasm_f32x4_mul(a, wasm_f32x4_splat(scale_a)), wasm_f32x4_mul(b, wasm_f32x4_splat(scale_b)));
}

/*
 * One update of Adam: weight, first and second moment and gradient to the next weight, first and second moment.
 *
 * m = beta1 * m + rest1 * g;  v = beta2 * v + rest2 * g**2;  w = kept * w - rate * m / (sqrt(v) + epsilon)
 */
__attribute__((export_name("adam"))) void adam(int count, const float *weight, const float *first, const float *second,
                                               const float *gradient, float *next_weight, float *next_first, float *next_second,
                                               float beta1, float rest1, float beta2, float rest2, float epsilon, float rate,
                                               float kept) {
  for (int i = 0; i < count; i += 4) {
    int rest = count - i;
    v128_t g = load(gradient + i, rest);
    v128_t m = scaled_sum(load(first + i, rest), beta1, g, rest1);
    v128_t v = scaled_sum(load(second + i, rest), beta2, wasm_f32x4_mul(g, g), rest2);
    v128_t direction = wasm_f32x4_div(m, wasm_f32x4_add(wasm_f32x4_sqrt(v), wasm_f32x4_splat(epsilon)));
    v128_t w = wasm_f32x4_mul(load(weight + i, rest), wasm_f32x4_splat(kept));
    store(next_first + i, m, rest);
    store(next_second + i, v, rest);
    store(next_weight + i, wasm_f32x4_sub(w, wasm_f32x4_mul(direction, wasm_f32x4_splat(rate))), rest);
  }
}

/* to = from + (target - from) * share */
__attribute__((export_name("approach"))) void approach(int count, const float *from, const float *target, float share, float *to) {
  for (int i = 0; i < count; i += 4) {
    v128_t a = load(from + i, count - i), difference = wasm_f32x4_sub(load(target + i, count - i), a);
    store(to + i, wasm_f32x4_add(a, wasm_f32x4_mul(difference, wasm_f32x4_splat(share))), count - i);
  }
}

/* Sum of squares; float32 within a block of elements, float64 over the blocks. */
__attribute__((export_name("sumOfSquares"))) double sum_of_squares(int count, const float *x) {
  enum { BLOCK = 256 };
  double total = 0;
  for (int block = 0; block < count; block += BLOCK) {
    int end = least(count, block + BLOCK);
    v128_t sum = wasm_f32x4_const_splat(0);
    for (int i = block; i < end; i += 4) {
      v128_t a = load(x + i, end - i);
      sum = wasm_f32x4_add(sum, wasm_f32x4_mul(a, a));
    }
    total += wasm_f32x4_extract_lane(sum, 0) + wasm_f32x4_extract_lane(sum, 1) + wasm_f32x4_extract_lane(sum, 2) +
             wasm_f32x4_extract_lane(sum, 3);
  }
  return total;
}

/*
 * Adds the sums of `a` and of `a * b` over all pixels, channel by channel, to `sums` and `products`. They are taken over blocks of
 * pixels first: float32 loses fewer digits.
 */
static __attribute__((noinline)) void add_sums(int pixels, int channels, const float *a, const float *b, float *sums, float *products) {
  enum { BLOCK = 64 };
  for (int block = 0; block < pixels; block += BLOCK) {
    int end = least(pixels, block + BLOCK);
    for (int c = 0; c < channels; c += 4) {
      int rest = channels - c;
      v128_t sum = wasm_f32x4_const_splat(0), product = wasm_f32x4_const_splat(0);
      for (int i = block * channels + c; i < end * channels; i += channels) {
        v128_t x = load(a + i, rest);
        sum = wasm_f32x4_add(sum, x);
        product = wasm_f32x4_add(product, wasm_f32x4_mul(x, load(b + i, rest)));
      }
      store(sums + c, wasm_f32x4_add(load(sums + c, rest), sum), rest);
      store(products + c, wasm_f32x4_add(load(products + c, rest), product), rest);
    }
  }
}

static void fill_zeros(float *to, int count) {
  for (int i = 0; i < count; i++) to[i] = 0;
}

/* to = x * slope + offset, channel by channel, plus dy * scale * gamma where dy is given */
static __attribute__((noinline)) void scale_channels(int pixels, int channels, const float *x, const float *slope, const float *offset,
                                                     const float *dy, const float *scale, const float *gamma, float *to) {
  for (int i = 0; i < pixels * channels; i += channels) {
    for (int c = 0; c < channels; c += 4) {
      int rest = channels - c;
      v128_t y = wasm_f32x4_add(wasm_f32x4_mul(load(x + i + c, rest), load(slope + c, rest)), load(offset + c, rest));
      if (dy) {
        v128_t factor = wasm_f32x4_mul(load(scale + c, rest), load(gamma + c, rest));
        y = wasm_f32x4_add(y, wasm_f32x4_mul(load(dy + i + c, rest), factor));
      }
      store(to + i + c, y, rest);
    }
  }
}

/*
 * Group normalization of every example: y = (x - mean) * scale * gamma + beta with scale = 1 / sqrt(variance + epsilon).
 * Mean and scale of its group are left for each channel; `work` holds two numbers per channel.
 */
__attribute__((export_name("groupNormalize"))) void group_normalize(int batch, int pixels, int channels, int groups, float epsilon,
                                                                    const float *x, const float *gamma, const float *beta, float *y,
                                                                    float *mean, float *scale, float *work) {
  int width = channels / groups;
  float count = (float)pixels * (float)width;
  for (int example = 0; example < batch; example++) {
    fill_zeros(mean, channels);
    fill_zeros(scale, channels);
    add_sums(pixels, channels, x, x, mean, scale);
    for (int first = 0; first < channels; first += width) {
      float sum = 0, squares = 0;
      for (int c = first; c < first + width; c++) {
        sum += mean[c];
        squares += scale[c];
      }
      float m = sum / count, variance = squares / count - m * m;
      float r = 1 / __builtin_sqrtf((variance > 0 ? variance : 0) + epsilon);
      for (int c = first; c < first + width; c++) {
        mean[c] = m;
        scale[c] = r;
        work[c] = r * gamma[c];
        work[channels + c] = beta[c] - m * work[c];
      }
    }
    scale_channels(pixels, channels, x, work, work + channels, 0, 0, 0, y);
    x += pixels * channels;
    y += pixels * channels;
    mean += channels;
    scale += channels;
  }
}

/*
 * The gradients of group_normalize. With n = (x - mean) * scale, g = dy * gamma and means over a group:
 *
 * dx = scale * (g - mean(g) - n * mean(g * n));  dgamma = sum(dy * n);  dbeta = sum(dy)
 */
__attribute__((export_name("groupNormalizeGradient"))) void group_normalize_gradient(
    int batch, int pixels, int channels, int groups, const float *dy, const float *x, const float *gamma, const float *mean,
    const float *scale, float *dx, float *dgamma, float *dbeta, float *work) {
  int width = channels / groups;
  float count = (float)pixels * (float)width;
  fill_zeros(dgamma, channels);
  fill_zeros(dbeta, channels);
  for (int example = 0; example < batch; example++) {
    float *slope = work, *offset = work + channels;
    fill_zeros(work, 2 * channels);
    add_sums(pixels, channels, dy, x, slope, offset);
    for (int first = 0; first < channels; first += width) {
      float m = mean[first], r = scale[first], g = 0, gn = 0;
      for (int c = first; c < first + width; c++) {
        float n = (offset[c] - m * slope[c]) * r;
        dbeta[c] += slope[c];
        dgamma[c] += n;
        g += gamma[c] * slope[c];
        gn += gamma[c] * n;
      }
      float back = r * r * gn / count;
      for (int c = first; c < first + width; c++) {
        slope[c] = -back;
        offset[c] = back * m - r * g / count;
      }
    }
    scale_channels(pixels, channels, x, slope, offset, dy, scale, gamma, dx);
    dy += pixels * channels;
    x += pixels * channels;
    dx += pixels * channels;
    mean += channels;
    scale += channels;
  }
}
