/** The part of WebAssembly that is used here: it is Node's as well as the browser's, but TypeScript has it only in `dom`. */
declare namespace WebAssembly {
  class Memory {
    constructor(descriptor: { initial: number; maximum?: number; shared?: boolean })
    readonly buffer: ArrayBuffer | SharedArrayBuffer
  }
}
