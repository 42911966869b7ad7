// Many editors of one document, of either server: `node editors.mjs '{"server": "academy", …}'` prints figures in JSON.
//
// Paced, each types a character about every second; closed, each types the next one as soon as the last was acknowledged.
// An edit is an insertion of one character behind the editor's own last one. Nobody applies what the others write, as
// every editor has a machine of their own for that; but all of them must be sent every edit of the others.
import { performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import * as Y from "yjs";
import { AcademyLine, HocuspocusLine } from "./lines.mjs";

const QUIET_MS = 10_000, COMING_MS = 90_000;
const asked = JSON.parse(process.argv[2]);
const Line = asked.server === "academy" ? AcademyLine : HocuspocusLine;
const sent = new Map(), acknowledged = [], seen = [], refused = [];
let heard = 0, measuring = false, measured = 0;

class Editor {
  constructor(number) {
    this.doc = new Y.Doc();
    this.number = number;
    this.ready = new Promise((come) => {
      this.line = new Line(asked, number, { state: (update) => come(this.begin(update)), edits: (keys) => this.hear(keys),
        refused: (code) => refused.push(code) });
      this.line.socket.on("error", (error) => refused.push(String(error)));
      this.line.socket.on("close", (code) => { if (!this.over) refused.push(`closed, ${code}`); });
    });
  }

  begin(update) {
    if (this.text) return;
    Y.applyUpdate(this.doc, update);
    const clause = asked.clauses[this.number % asked.clauses.length];
    this.text = this.doc.getMap("blocks").get(clause).get("body").get(0).get(0);
    this.place = this.text.length;
    this.doc.on("update", (made) => { this.made = made; });
  }

  hear(keys) {
    const present = performance.now();
    for (const key of keys) {
      const edit = sent.get(key);
      if (!edit || edit.by === this.number) continue;
      heard += 1;
      if (edit.counts) seen.push(present - edit.at);
    }
  }

  async type() {
    const clock = Y.getState(this.doc.store, this.doc.clientID);
    this.text.insert(this.place, "x");
    this.place += 1;
    const at = performance.now(), counts = measuring;
    sent.set(`${this.doc.clientID}:${clock}`, { at, by: this.number, counts });
    await this.line.send(this.made, this.doc.clientID);
    if (counts) acknowledged.push(performance.now() - at);
    if (measuring) measured += 1;
  }

  async go(until) {
    if (asked.pause) await pause(Math.random() * asked.pause);
    while (performance.now() < until && !refused.length) {
      const typed = this.type();
      if (asked.pause) await pause(asked.pause * (0.5 + Math.random()));
      await typed;
    }
  }
}

function within(ms, promise, what) {
  return Promise.race([promise, pause(ms, null, { ref: false }).then(() => { throw new Error(`${what}: not within ${ms} ms`); })]);
}

function spread(times) {
  const ordered = Float64Array.from(times).sort();
  const at = (share) => Number((ordered[Math.min(ordered.length - 1, Math.floor(ordered.length * share))] ?? 0).toFixed(2));
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), worst: at(1) };
}

const editors = [];
for (let number = 0; number < asked.editors; number += 10) {
  const coming = Array.from({ length: Math.min(10, asked.editors - number) }, (_, n) => new Editor(number + n));
  editors.push(...coming);
  await within(COMING_MS, Promise.all(coming.map((editor) => editor.ready)), "coming in");
}
const begun = performance.now(), warm = 1000 * asked.warming, length = 1000 * asked.seconds;
const going = Promise.all(editors.map((editor) => editor.go(begun + warm + length)));
await pause(warm);
measuring = true;
const before = process.cpuUsage(), from = performance.now();
await pause(length);
measuring = false;
const elapsed = performance.now() - from, used = process.cpuUsage(before);
await within(QUIET_MS, going, "the last acknowledgements").catch((error) => refused.push(String(error)));
const expected = () => sent.size * (editors.length - 1);
for (const end = performance.now() + QUIET_MS; heard < expected() && performance.now() < end;) await pause(20);
for (const editor of editors) {
  editor.over = true;
  editor.line.socket.close();
}
console.log(JSON.stringify({
  edits: sent.size, rate: Math.round((1000 * measured) / elapsed), acknowledged: spread(acknowledged), seen: spread(seen),
  missing: expected() - heard, refused: [...new Set(refused)].slice(0, 5),
  busy: Number(((used.user + used.system) / 1000 / elapsed).toFixed(2)),
}));
process.exit(0);
