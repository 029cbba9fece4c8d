// An emulated ESP32: MicroPython for WebAssembly, its REPL on a pseudo terminal.
//
//     node board.mjs FOLDER SERIAL CONTROL
//
// FOLDER holds what stays when it resets, SERIAL is the descriptor of the pseudo terminal's master,
// CONTROL one of a socket to the test. A hard reset ends the process with code 75: who started it
// starts it again. A soft reset is a new interpreter in the same process.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { loadMicroPython } from "@micropython/micropython-webassembly-pyscript";
import { Flash, filesOf, restore, usedBlocks } from "./flash.mjs";
import { nap, SerialLine } from "./serial_line.mjs";
import * as memory from "./shared_memory.mjs";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const [FOLDER, SERIAL, CONTROL] = process.argv.slice(2);
const OPTIONS = JSON.parse(process.env.EMULATED_BOARD);
const EXIT_RESET = 75;

const CTRL_A = 1;
const CTRL_B = 2;
const CTRL_C = 3;
const CTRL_D = 4;
const CTRL_E = 5;
const RAW_PASTE_WINDOW_BYTES = 128;
const WAIT_SLICE_MS = 20;

// As in machine.reset_cause().
const READABLE = 1;
const POLL_NAP_MS = 2;
const CAUSES = { power: 1, hard: 2, watchdog: 3, deepsleep: 4, soft: 5 };
// 2000-01-01, where the clock of an ESP32 starts.
const CLOCK_START_MS = Date.UTC(2000, 0, 1);

const flash = new Flash(FOLDER);
const state = flash.readState();
const shared = memory.makeShared();
const { cells, data } = memory.views(shared);
cells[memory.HAS_WIFI] = OPTIONS.has_wifi ? 1 : 0;
const worker = new Worker(path.join(HERE, "peripherals.mjs"), {
  workerData: { shared, control: Number(CONTROL) },
});

let interpreter = null;
let files = flash.read();
let cause = CAUSES[state.kind ?? "power"];
let memoryOfClock = state.memory ?? "";
let clockOffsetMs = state.clockOffsetMs ?? (OPTIONS.is_clock_set ? 0 : CLOCK_START_MS - Date.now());
let watchdogMs = 0;
let watchdogEnd = Infinity;

const line = new SerialLine(Number(SERIAL), {
  onLook() {
    if (Date.now() > watchdogEnd) reset("watchdog");
    const command = Atomics.exchange(cells, memory.COMMAND, memory.NO_COMMAND);
    if (command === memory.RESET_COMMAND) reset("power");
    if (command === memory.POWER_OFF_COMMAND) {
      flash.write(filesOf(interpreter));
      flash.writeState({});
      process.exit(0);
    }
  },
  // DTR and RTS of a USB bridge pull the pins EN and GPIO0.
  onOpened() {
    if (OPTIONS.resets_on_open && interpreter !== null) reset("power");
  },
});

/** End this process and let the next one start: nothing but flash and clock memory stays. */
function reset(kind, sleepMs = 0) {
  flash.write(filesOf(interpreter));
  const keepsClock = kind !== "power";
  flash.writeState({
    kind,
    sleepMs,
    memory: keepsClock ? memoryOfClock : "",
    ...(keepsClock ? { clockOffsetMs } : {}),
    wasOpen: line.isOpen,
  });
  process.exit(EXIT_RESET);
}

/** Ask the thread of the peripherals; return the status of its answer. Ctrl-C is seen meanwhile
 *  and raised in Python when the answer is there. */
function ask(operation, question = {}) {
  line.flush();
  Atomics.store(cells, memory.IS_ANSWERED, 0);
  worker.postMessage({ operation, ...question });
  while (Atomics.wait(cells, memory.IS_ANSWERED, 0, WAIT_SLICE_MS) === "timed-out") line.look();
  // Also a program that only ever asks quick questions can be interrupted.
  line.look();
  if (line.received.includes(CTRL_C)) interruptIfAsked();
  return cells[memory.STATUS];
}

const answeredHex = () => Buffer.from(data.slice(0, cells[memory.LENGTH])).toString("hex");

function interruptIfAsked() {
  if (!line.takeInterrupt()) return false;
  interpreter._module._mp_sched_keyboard_interrupt();
  return true;
}

function sleep(durationMs) {
  line.flush();
  const end = Date.now() + durationMs;
  while (!interruptIfAsked()) {
    const restMs = end - Date.now();
    if (restMs <= 0) return;
    nap(Math.min(WAIT_SLICE_MS / 4, restMs));
  }
}

// What the modules in `modules/` call. Bytes cross as hexadecimal text, large numbers as decimal.
const host = {
  sleep_ms: sleep,
  option: (name) => OPTIONS[name],
  clock_ms: () => String(Date.now() + clockOffsetMs),
  set_clock_ms: (text) => {
    clockOffsetMs = Number(text) - Date.now();
  },
  set_clock_right: () => {
    clockOffsetMs = 0;
  },
  has_wifi: () => cells[memory.HAS_WIFI] === 1,
  reset: (kind, sleepMs) => {
    line.flush();
    reset(kind, sleepMs);
  },
  reset_cause: () => cause,
  clock_memory: () => memoryOfClock,
  set_clock_memory: (hex) => {
    memoryOfClock = hex;
  },
  watchdog: (timeoutMs) => {
    if (timeoutMs > 0) watchdogMs = timeoutMs;
    watchdogEnd = Date.now() + watchdogMs;
  },
  used_blocks: () => usedBlocks(filesOf(interpreter)),
  random_hex: (size) => Buffer.from(crypto.getRandomValues(new Uint8Array(size))).toString("hex"),
  answered_hex: answeredHex,
  answered_text: () => Buffer.from(answeredHex(), "hex").toString("utf8"),
  resolve: (name) => ask("resolve", { host: name }),
  open: () => ask("open"),
  connect: (socket, address, port, timeoutMs) =>
    ask("connect", { socket, host: address, port, timeoutMs }),
  secure: (socket, serverName, authority, isVerified) =>
    ask("secure", {
      socket,
      serverName,
      authority,
      isVerified,
      clockMs: Date.now() + clockOffsetMs,
    }),
  send: (socket, hex) => ask("send", { socket, hex }),
  receive: (socket, size, timeoutMs, isExact) =>
    ask("receive", { socket, size, timeoutMs, isExact }),
  poll: (socket) => {
    const answer = ask("poll", { socket });
    // This build of MicroPython asks again at once, for as long as it is to wait: two threads that
    // ask and answer each other take all the processors there are.
    if (answer >= 0 && !(answer & READABLE)) nap(POLL_NAP_MS);
    return answer;
  },
  close: (socket) => ask("close", { socket }),
  i2c: (method, address, hex, size) => ask("i2c", { method, address, hex, size }),
};

// ---- one life of the interpreter -----------------------------------------------------------
async function startInterpreter() {
  interpreter = await loadMicroPython({
    heapsize: 512 * 1024,
    pystack: 16 * 1024,
    linebuffer: false,
    stdout: (bytes) => line.print(bytes[0]),
    stderr: (bytes) => line.print(bytes[0]),
  });
  const { FS } = interpreter;
  FS.mkdir("/lib");
  FS.mkdir("/_emulation");
  for (const name of fs.readdirSync(path.join(HERE, "modules"))) {
    FS.writeFile(`/_emulation/${name}`, fs.readFileSync(path.join(HERE, "modules", name)));
  }
  restore(interpreter, files);
  interpreter.registerJsModule("_host", host);
  interpreter.runPython(
    "import sys\nsys.path.insert(1, '/_emulation')\nimport _boot\ndel sys.modules['_boot']\n",
  );
}

/** Run a file if it is there, as the ESP32 port does; say whether the next one should run. */
function runFile(name) {
  if (!interpreter.FS.analyzePath(`/${name}`).exists) return true;
  try {
    interpreter.runPython(`exec(compile(open("${name}").read(), "${name}", "exec"))`);
  } catch (error) {
    if (error.name !== "PythonError") throw error;
    if (error.type === "SystemExit") return false;
    for (const byte of Buffer.from(error.message)) line.print(byte);
    return error.type !== "KeyboardInterrupt";
  }
  return true;
}

let isRaw = false;
let bytesInLine = 0;

function feedInterpreter(byte) {
  return interpreter.replProcessChar(byte);
}

async function boot() {
  await startInterpreter();
  const goesOn = runFile("boot.py");
  if (goesOn && !isRaw) runFile("main.py");
  bytesInLine = 0;
  if (isRaw) {
    line.isMuted = true;
    interpreter.replInit();
    feedInterpreter(CTRL_A);
    line.isMuted = false;
    line.sendText("raw REPL; CTRL-B to exit\r\n>");
  } else {
    interpreter.replInit();
  }
}

async function softReset() {
  files = filesOf(interpreter);
  cause = CAUSES.soft;
  ask("closeAll");
  line.sendText("MPY: soft reboot\r\n");
  await boot();
}

/** Serve the raw-paste mode (shared/runtime/pyexec.c), which this build of MicroPython cannot: it
 *  never waits for a byte. Return what the interpreter answered. */
function rawPaste() {
  line.send(0x52, 1, RAW_PASTE_WINDOW_BYTES & 255, RAW_PASTE_WINDOW_BYTES >> 8, 1);
  const code = [];
  for (;;) {
    const byte = line.next();
    if (byte === CTRL_C) {
      line.send(CTRL_D);
      line.sendText("\r\nTraceback (most recent call last):\r\nKeyboardInterrupt: \r\n\x04\x04>");
      return 0;
    }
    if (byte === CTRL_D) break;
    code.push(byte);
    if (code.length % RAW_PASTE_WINDOW_BYTES === 0) line.send(1);
  }
  line.send(CTRL_D);
  if (code.length === 0) {
    line.sendText("\x04\x04>");
    return 0;
  }
  line.isMuted = true;
  for (const byte of code) feedInterpreter(byte);
  line.isMuted = false;
  // The plain raw REPL answers OK, raw-paste mode does not.
  line.bytesToSwallow = 2;
  return feedInterpreter(CTRL_D);
}

function takeByte(byte) {
  if (isRaw && bytesInLine === 0 && byte === CTRL_E) {
    const request = [line.next(), line.next()];
    if (request[0] === 0x41 && request[1] === CTRL_A) return rawPaste();
    bytesInLine += 3;
    for (const each of [byte, ...request]) feedInterpreter(each);
    return 0;
  }
  if (byte === CTRL_A && bytesInLine === 0) isRaw = true;
  else if (byte === CTRL_B && (isRaw || bytesInLine === 0)) isRaw = false;
  const endsLine = (byte >= CTRL_A && byte <= CTRL_D) || (!isRaw && (byte === 10 || byte === 13));
  bytesInLine = endsLine ? 0 : bytesInLine + 1;
  return feedInterpreter(byte);
}

if (state.sleepMs) nap(state.sleepMs);
line.isOpen = state.wasOpen ?? false;
line.sendText("ets Jul 29 2019 12:21:46\r\n\r\nrst:0x1 (EMULATED)\r\n");
await boot();
for (;;) {
  const isForcedExit = (takeByte(line.next()) & 0x100) !== 0;
  if (isForcedExit) await softReset();
}
