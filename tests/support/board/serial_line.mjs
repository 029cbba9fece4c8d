// The board's end of a serial line: the master of a pseudo terminal that was opened non-blocking.
import fs from "node:fs";

const CTRL_C = 3;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const FLUSH_BYTES = 1024;
const SHORTEST_NAP_MS = 1;
const LONGEST_NAP_MS = 8;

const napCell = new Int32Array(new SharedArrayBuffer(4));

/** Block this thread for a time. */
export function nap(durationMs) {
  Atomics.wait(napCell, 0, 0, durationMs);
}

export class SerialLine {
  /** @param {number} descriptor
   *  @param {{onLook: () => void, onOpened: () => void}} hooks  onLook is called whenever the line
   *    is looked at, onOpened when a program opened the other end. */
  constructor(descriptor, hooks) {
    this.descriptor = descriptor;
    this.hooks = hooks;
    this.received = [];
    this.toSend = [];
    this.buffer = Buffer.alloc(4096);
    this.isOpen = false;
    this.isMuted = false;
    this.bytesToSwallow = 0;
    this.lastByte = 0;
  }

  /** Take what has arrived, without waiting. */
  look() {
    for (;;) {
      let size = 0;
      try {
        size = fs.readSync(this.descriptor, this.buffer, 0, this.buffer.length, null);
      } catch (error) {
        if (error.code === "EIO") {
          // Nobody has the other end open.
          this.isOpen = false;
        } else if (error.code === "EAGAIN") {
          this.noteOpen();
        } else {
          throw error;
        }
        break;
      }
      if (size === 0) break;
      this.noteOpen();
      this.received.push(...this.buffer.subarray(0, size));
    }
    this.hooks.onLook();
  }

  noteOpen() {
    if (this.isOpen) return;
    this.isOpen = true;
    this.hooks.onOpened();
  }

  /** Return the next byte, waiting for it. */
  next() {
    this.flush();
    for (let napMs = SHORTEST_NAP_MS; ; napMs = Math.min(LONGEST_NAP_MS, napMs * 2)) {
      if (this.received.length > 0) return this.received.shift();
      this.look();
      if (this.received.length === 0) nap(napMs);
    }
  }

  /** Say whether Ctrl-C has arrived; it and everything before it is then gone. */
  takeInterrupt() {
    this.look();
    const place = this.received.indexOf(CTRL_C);
    if (place < 0) return false;
    this.received.splice(0, place + 1);
    return true;
  }

  /** Send one byte of what Python prints: a line feed becomes CR LF, as on an ESP32. */
  print(byte) {
    if (this.isMuted) return;
    if (this.bytesToSwallow > 0) {
      this.bytesToSwallow -= 1;
      return;
    }
    if (byte === LINE_FEED && this.lastByte !== CARRIAGE_RETURN) this.send(CARRIAGE_RETURN);
    this.lastByte = byte;
    this.send(byte);
  }

  send(...bytes) {
    this.toSend.push(...bytes);
    if (this.toSend.length >= FLUSH_BYTES) this.flush();
  }

  sendText(text) {
    this.send(...Buffer.from(text, "latin1"));
  }

  /** Send what waits; with nobody at the other end it is lost, as on a wire. */
  flush() {
    let rest = Buffer.from(this.toSend);
    this.toSend = [];
    while (rest.length > 0) {
      this.look();
      if (!this.isOpen) return;
      try {
        rest = rest.subarray(fs.writeSync(this.descriptor, rest));
      } catch (error) {
        if (error.code !== "EAGAIN" && error.code !== "EIO") throw error;
        nap(SHORTEST_NAP_MS);
      }
    }
  }
}
