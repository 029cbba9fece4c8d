// What stays when the board resets: its files, and a small state beside them. Both are kept in a
// folder of the test, files in `flash/`, the state in `state.json`.
import fs from "node:fs";
import path from "node:path";

// What the WebAssembly build has in its root that no board has, and the modules of the emulation.
const NOT_ON_FLASH = new Set(["/dev", "/proc", "/tmp", "/home", "/_emulation"]);
const BLOCK_BYTES = 4096;

/** Return the files of an interpreter: path to bytes, or to null for a folder. */
export function filesOf(interpreter, folder = "/", found = new Map()) {
  const { FS } = interpreter;
  for (const name of FS.readdir(folder)) {
    if (name === "." || name === "..") continue;
    const place = path.posix.join(folder, name);
    if (NOT_ON_FLASH.has(place)) continue;
    if (FS.isDir(FS.stat(place).mode)) {
      found.set(place, null);
      filesOf(interpreter, place, found);
    } else {
      found.set(place, FS.readFile(place));
    }
  }
  return found;
}

/** Put files into an interpreter that has just started. */
export function restore(interpreter, files) {
  const { FS } = interpreter;
  for (const [place, content] of files) {
    if (content !== null) FS.writeFile(place, content);
    else if (!FS.analyzePath(place).exists) FS.mkdir(place);
  }
}

/** Return how many blocks of flash the files take, a block each for folders. */
export function usedBlocks(files) {
  let blocks = 0;
  for (const content of files.values()) {
    blocks += 1 + Math.ceil((content?.length ?? 0) / BLOCK_BYTES);
  }
  return blocks;
}

export class Flash {
  constructor(folder) {
    this.filesFolder = path.join(folder, "flash");
    this.stateFile = path.join(folder, "state.json");
  }

  /** Return the files that were on the board when it was switched off. */
  read(relative = "/", found = new Map()) {
    const folder = path.join(this.filesFolder, relative);
    if (!fs.existsSync(folder)) return found;
    for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
      const place = path.posix.join(relative, entry.name);
      if (entry.isDirectory()) {
        found.set(place, null);
        this.read(place, found);
      } else {
        found.set(place, fs.readFileSync(path.join(this.filesFolder, place)));
      }
    }
    return found;
  }

  write(files) {
    fs.rmSync(this.filesFolder, { recursive: true, force: true });
    fs.mkdirSync(this.filesFolder, { recursive: true });
    for (const [place, content] of files) {
      const target = path.join(this.filesFolder, place);
      if (content === null) fs.mkdirSync(target, { recursive: true });
      else fs.writeFileSync(target, content);
    }
  }

  readState() {
    return fs.existsSync(this.stateFile) ? JSON.parse(fs.readFileSync(this.stateFile, "utf8")) : {};
  }

  writeState(state) {
    fs.writeFileSync(this.stateFile, JSON.stringify(state));
  }
}
