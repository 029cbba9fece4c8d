// The thread of the peripherals: sockets, and the line to the test (Wi-Fi, reset, I2C).
//
// The thread of the interpreter asks one question at a time and waits in shared memory for the
// answer: a status (0 or a result, negative: an error number) and bytes.
import dns from "node:dns";
import net from "node:net";
import readline from "node:readline";
import tls from "node:tls";
import { parentPort, workerData } from "node:worker_threads";
import * as memory from "./shared_memory.mjs";

// Error numbers of the ESP32 port.
const ERRORS = {
  EAGAIN: 11,
  EBADF: 9,
  ECONNREFUSED: 111,
  ECONNRESET: 104,
  EHOSTUNREACH: 118,
  EIO: 5,
  ENETUNREACH: 118,
  ETIMEDOUT: 110,
};
const READABLE = 1;
const WRITABLE = 4;

const OPTIONS = JSON.parse(process.env.EMULATED_BOARD);
const { cells, data } = memory.views(workerData.shared);

function answer(status, bytes = new Uint8Array()) {
  data.set(bytes);
  cells[memory.LENGTH] = bytes.length;
  cells[memory.STATUS] = status;
  Atomics.store(cells, memory.IS_ANSWERED, 1);
  Atomics.notify(cells, memory.IS_ANSWERED);
}

function errorNumber(error) {
  return -(ERRORS[error.code] ?? ERRORS.EIO);
}

/** A socket of the board. While there is no Wi-Fi its connection is frozen: nothing goes in or out,
 *  and the peer is not told when the board closes it. */
class BoardSocket {
  constructor() {
    this.stream = null;
    this.received = Buffer.alloc(0);
    this.hasEnded = false;
    this.error = null;
    this.onChange = () => {};
  }

  attach(stream) {
    this.stream = stream;
    const end = () => {
      this.hasEnded = true;
      this.onChange();
    };
    stream.on("data", (bytes) => {
      this.received = Buffer.concat([this.received, bytes]);
      this.onChange();
    });
    stream.on("end", end);
    stream.on("close", end);
    stream.on("error", (error) => {
      this.error = error;
      end();
    });
  }

  detach() {
    for (const event of ["data", "end", "close", "error"]) this.stream.removeAllListeners(event);
    return this.stream;
  }
}

const sockets = new Map();
let lastSocket = 0;

function afterwards(finish) {
  let isDone = false;
  return (...results) => {
    if (isDone) return;
    isDone = true;
    finish(...results);
  };
}

const network = {
  resolve({ host }, reply) {
    if (OPTIONS.names.includes(host)) return reply(0, Buffer.from("127.0.0.1"));
    dns.lookup(host, { family: 4 }, (error, address) =>
      error ? reply(-ERRORS.EHOSTUNREACH) : reply(0, Buffer.from(address)),
    );
  },

  open(_question, reply) {
    lastSocket += 1;
    sockets.set(lastSocket, new BoardSocket());
    reply(lastSocket);
  },

  connect({ socket, host, port, timeoutMs }, reply) {
    const stream = net.connect({ host, port: OPTIONS.ports[port] ?? port });
    const finish = afterwards((status) => {
      clearTimeout(timer);
      if (status < 0) stream.destroy();
      reply(status);
    });
    const timer = setTimeout(() => finish(-ERRORS.ETIMEDOUT), timeoutMs);
    stream.once("connect", () => {
      stream.removeAllListeners("error");
      stream.setNoDelay(true);
      sockets.get(socket).attach(stream);
      finish(0);
    });
    stream.once("error", (error) => finish(errorNumber(error)));
  },

  /** `clockMs` is what the board believes the time to be: mbedTLS compares certificates with it. */
  secure({ socket, serverName, authority, isVerified, clockMs }, reply) {
    const held = sockets.get(socket);
    const plain = held.detach();
    const refuse = (text) => {
      plain.destroy();
      held.hasEnded = true;
      reply(-ERRORS.EIO, Buffer.from(text));
    };
    const onPlainError = (error) => refuse(error.code);
    const stream = tls.connect(
      {
        socket: plain,
        servername: serverName && !net.isIP(serverName) ? serverName : undefined,
        host: serverName ?? undefined,
        ca: authority ?? [],
        rejectUnauthorized: isVerified,
        minVersion: "TLSv1.2",
        maxVersion: "TLSv1.2",
        ...(serverName ? {} : { checkServerIdentity: () => undefined }),
      },
      () => {
        const { valid_from: from, valid_to: to } = stream.getPeerCertificate();
        if (isVerified && (clockMs < Date.parse(from) || clockMs > Date.parse(to))) {
          return refuse("the clock is outside the validity of the certificate");
        }
        stream.removeAllListeners("error");
        // What happens to the connection from now on is told by the stream.
        plain.removeListener("error", onPlainError);
        plain.on("error", () => {});
        held.attach(stream);
        return reply(0);
      },
    );
    stream.once("error", (error) => refuse(error.code ?? error.message));
    plain.once("error", onPlainError);
  },

  send({ socket, hex }, reply) {
    const held = sockets.get(socket);
    if (!held?.stream || held.hasEnded) return reply(-ERRORS.ECONNRESET);
    const bytes = Buffer.from(hex, "hex");
    return held.stream.write(bytes, (error) => reply(error ? errorNumber(error) : bytes.length));
  },

  /** Answer with bytes: all of `size` or what there is at the end when `isExact`, else the first. */
  receive({ socket, size, timeoutMs, isExact }, reply) {
    const held = sockets.get(socket);
    if (!held) return reply(-ERRORS.EBADF);
    const isEnough = (isLate) =>
      held.received.length >= size ||
      (held.received.length > 0 && (!isExact || held.hasEnded || isLate));
    let timer = null;
    let isOver = false;
    const finish = afterwards((status, bytes) => {
      isOver = true;
      held.onChange = () => {};
      clearTimeout(timer);
      reply(status, bytes);
    });
    const look = (isLate) => {
      if (isEnough(isLate)) {
        const taken = held.received.subarray(0, size);
        held.received = held.received.subarray(taken.length);
        finish(0, taken);
      } else if (held.hasEnded) {
        const { error } = held;
        held.error = null;
        finish(error ? errorNumber(error) : 0);
      } else if (isLate) {
        finish(-(timeoutMs === 0 ? ERRORS.EAGAIN : ERRORS.ETIMEDOUT));
      }
    };
    held.onChange = () => look(false);
    look(false);
    // A late look after the answer would take bytes that nobody gets.
    if (timeoutMs >= 0 && !isOver) timer = setTimeout(() => look(true), timeoutMs);
    return undefined;
  },

  poll({ socket }, reply) {
    setImmediate(() => {
      const held = sockets.get(socket);
      if (!held) return reply(-ERRORS.EBADF);
      return reply(held.received.length > 0 || held.hasEnded ? READABLE | WRITABLE : WRITABLE);
    });
  },

  close({ socket }, reply) {
    const held = sockets.get(socket);
    sockets.delete(socket);
    if (held?.stream && cells[memory.HAS_WIFI]) held.stream.end();
    reply(0);
  },

  closeAll(_question, reply) {
    for (const held of sockets.values()) held.stream?.destroy();
    sockets.clear();
    reply(0);
  },
};

// ---- the line to the test: a JSON object per line, both ways ----------------------------------
const control = new net.Socket({ fd: workerData.control, readable: true, writable: true });

function hear(message) {
  if ("wifi" in message) {
    Atomics.store(cells, memory.HAS_WIFI, message.wifi ? 1 : 0);
    for (const { stream } of sockets.values()) {
      if (message.wifi) stream?.resume();
      else stream?.pause();
    }
  }
  if ("command" in message) Atomics.store(cells, memory.COMMAND, message.command);
  if ("i2c" in message) replyOfI2c(message.i2c.status, Buffer.from(message.i2c.hex, "hex"));
}

readline.createInterface({ input: control }).on("line", (line) => hear(JSON.parse(line)));
// A test that is gone needs no board.
control.on("close", () => process.exit(0));

let replyOfI2c = () => {};

parentPort.on("message", ({ operation, ...question }) => {
  // A question has one answer: an event that comes later must not answer the next one.
  const reply = afterwards(answer);
  if (operation === "i2c") {
    replyOfI2c = reply;
    control.write(`${JSON.stringify({ i2c: question })}\n`);
  } else {
    network[operation](question, reply);
  }
});
