/** The GPU, or the program in its place, that WebGPU or WebGL runs on. */
export interface AdapterReport {
  /** Vendor, architecture and description, as far as the platform tells. */
  readonly name: string;
  /** Whether it computes on the processor: slower than the wasm backend. */
  readonly isSoftware: boolean;
  /** Largest buffer, in bytes. */
  readonly maxBufferBytes: number;
  /** Largest buffer that a kernel can read or write, in bytes: the largest tensor. */
  readonly maxTensorBytes: number;
  /** Largest side of a texture, in pixels. */
  readonly maxTextureSize: number;
}

/** What software adapters call themselves: those of Chromium, Mesa and Windows. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|warp\b|basic render/i;

/** What TensorFlow.js asks for, so that the adapter described is the one that it gets. */
const REQUEST = { powerPreference: 'high-performance' } as const;

function reportOf({ info, limits }: GPUAdapter): AdapterReport {
  const { vendor, architecture, device, description } = info;
  const parts = [vendor, architecture, description].filter((part) => part !== '');
  const everything = [vendor, architecture, device, description].join(' ');
  return {
    name: parts.join(', ') || 'unnamed GPU',
    isSoftware: info.isFallbackAdapter || SOFTWARE.test(everything),
    maxBufferBytes: limits.maxBufferSize,
    maxTensorBytes: limits.maxStorageBufferBindingSize,
    maxTextureSize: limits.maxTextureDimension2D,
  };
}

/**
 * Asks WebGPU for the adapter that TensorFlow.js will run on.
 *
 * @returns `null` where there is no adapter.
 */
export async function findAdapter(gpu: GPU): Promise<AdapterReport | null> {
  const adapter = await gpu.requestAdapter(REQUEST);
  return adapter === null ? null : reportOf(adapter);
}

const FLOAT32_PIXEL_BYTES = 16;

function webglReport(gl: WebGLRenderingContext | WebGL2RenderingContext): AdapterReport {
  const info = gl.getExtension('WEBGL_debug_renderer_info');
  const name = String(gl.getParameter(info === null ? gl.RENDERER : info.UNMASKED_RENDERER_WEBGL));
  const maxTextureSize = gl.getParameter(gl.MAX_TEXTURE_SIZE) as number;
  const maxTensorBytes = maxTextureSize ** 2 * FLOAT32_PIXEL_BYTES;
  const isSoftware = SOFTWARE.test(name);
  return { name, isSoftware, maxBufferBytes: maxTensorBytes, maxTensorBytes, maxTextureSize };
}

/**
 * Asks WebGL what it renders with. A tensor is a texture there: a buffer is as large as a tensor.
 *
 * @returns `null` where there is no WebGL.
 */
export function findWebglAdapter(): AdapterReport | null {
  const canvas = new OffscreenCanvas(1, 1);
  const gl = canvas.getContext('webgl2') ?? canvas.getContext('webgl');
  if (gl === null) return null;
  const report = webglReport(gl);
  // A page may have only some sixteen contexts.
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return report;
}
