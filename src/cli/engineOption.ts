import { choice, type ParsedArguments, UsageError } from './arguments.js';

const ENGINES = ['tfjs', 'onnx'] as const;

/** The option `--engine` of the command that colors. */
export const ENGINE_OPTION = {
  value: 'NAME',
  description: 'tfjs, or onnx: the networks run on onnxruntime-node, which you install (default: tfjs)',
} as const;

/** Options of the command whose work needs gradients or the frames before. */
const TFJS_ONLY = ['sequence', 'hint', 'palette', 'reference', 'lock'] as const;

/**
 * Whether `--engine` asks for ONNX Runtime.
 *
 * @throws {UsageError} If ONNX Runtime is asked for together with what it cannot do.
 */
export function onnxChoice(args: ParsedArguments): boolean {
  if ((choice(args, 'engine', ENGINES) ?? 'tfjs') === 'tfjs') return false;
  const other = TFJS_ONLY.find((option) => args.text(option) !== undefined);
  if (other !== undefined)
    throw new UsageError(
      `Give '--engine onnx' or '--${other}', not both: clips and wishes are the work of TensorFlow.js`,
    );
  return true;
}
