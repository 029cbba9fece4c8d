// The memory that the thread of the interpreter and the thread of the peripherals share.
const HEADER_BYTES = 32;
const DATA_BYTES = 64 * 1024;

export const IS_ANSWERED = 0;
export const STATUS = 1;
export const LENGTH = 2;
export const HAS_WIFI = 3;
export const COMMAND = 4;

export const NO_COMMAND = 0;
export const RESET_COMMAND = 1;
export const POWER_OFF_COMMAND = 2;

export function makeShared() {
  return new SharedArrayBuffer(HEADER_BYTES + DATA_BYTES);
}

/** Return views of the memory: `cells` by the names above, `data` for the bytes of an answer. */
export function views(shared) {
  return {
    cells: new Int32Array(shared, 0, HEADER_BYTES / 4),
    data: new Uint8Array(shared, HEADER_BYTES),
  };
}
