// One editor's line to either server. Both send the same Yjs updates and hear those of the others; what differs is what
// is put around them.
import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import WebSocket from "ws";
import * as Y from "yjs";

const SYNC = 0, AUTH = 2, SYNC_STATUS = 8, PING = 9, PONG = 10;
const STEP_1 = 0, STEP_2 = 1, UPDATE = 2;

// What the last frame said: two hundred editors are sent the same, and are here one program.
function remembering(read) {
  let last = null, said = null;
  return (data) => {
    if (!last?.equals(data)) [last, said] = [data, read(data)];
    return said;
  };
}

// Which edits an update holds, as "client:clock" of what it inserts.
function edits(update) {
  return Y.decodeUpdate(update).structs.flatMap((struct) =>
    // Edits of one editor that were merged are one structure: one character each is an edit here.
    Array.from({ length: struct.length }, (_, n) => `${struct.id.client}:${struct.id.clock + n}`),
  );
}

const academyFrame = remembering((data) => {
  const said = JSON.parse(data);
  if (said.type === "lines") said.edits = said.updates.flatMap((line) => edits(Buffer.from(line, "base64")));
  return said;
});

export class AcademyLine {
  constructor({ url, origin, cookies }, number, hears) {
    Object.assign(this, { hears, seq: 0, key: 0, waiting: new Map() });
    this.socket = new WebSocket(url, { origin, headers: { Cookie: cookies[number] } });
    this.socket.on("open", () => this.say({ type: "hello", vector: Buffer.from([0]).toString("base64") }));
    this.socket.on("message", (data) => this.hear(academyFrame(data)));
  }

  say(what) {
    this.socket.send(JSON.stringify(what));
  }

  send(update, client) {
    this.key += 1;
    this.say({ type: "update", client, base: this.seq, key: this.key, update: Buffer.from(update).toString("base64") });
    return new Promise((told) => this.waiting.set(this.key, told));
  }

  hear(said) {
    if (said.type === "state") this.hears.state(Buffer.from(said.update, "base64"));
    if (said.type === "state" || said.type === "lines") this.seq = said.seq;
    if (said.type === "lines") this.hears.edits(said.edits);
    if (said.type === "refused") this.hears.refused(said.code);
    if (said.type === "saved" || said.type === "refused") {
      this.waiting.get(said.key)?.();
      this.waiting.delete(said.key);
    }
  }
}

const hocuspocusFrame = remembering((data) => {
  const decoder = decoding.createDecoder(new Uint8Array(data));
  decoding.readVarString(decoder);
  const kind = decoding.readVarUint(decoder);
  if (kind === SYNC) {
    const step = decoding.readVarUint(decoder), content = decoding.readVarUint8Array(decoder);
    return { kind, step, content, edits: step === UPDATE ? edits(content) : [] };
  }
  return { kind, status: kind === SYNC_STATUS ? decoding.readVarUint(decoder) : null };
});

export class HocuspocusLine {
  constructor({ url, document }, _number, hears) {
    Object.assign(this, { hears, document, waiting: [] });
    this.socket = new WebSocket(url);
    this.socket.on("open", () => this.say(AUTH, (encoder) => {
      encoding.writeVarUint(encoder, 0);
      encoding.writeVarString(encoder, "");
    }));
    this.socket.on("message", (data) => this.hear(hocuspocusFrame(data)));
  }

  say(kind, fill) {
    const encoder = encoding.createEncoder();
    encoding.writeVarString(encoder, this.document);
    encoding.writeVarUint(encoder, kind);
    fill(encoder);
    this.socket.send(encoding.toUint8Array(encoder));
  }

  send(update) {
    this.sync(UPDATE, update);
    return new Promise((told) => this.waiting.push(told));
  }

  sync(step, content) {
    this.say(SYNC, (encoder) => {
      encoding.writeVarUint(encoder, step);
      encoding.writeVarUint8Array(encoder, content);
    });
  }

  hear(said) {
    if (said.kind === AUTH) this.sync(STEP_1, new Uint8Array([0]));
    else if (said.kind === PING) this.say(PONG, () => {});
    else if (said.kind === SYNC && said.step === STEP_2) this.hears.state(said.content);
    else if (said.kind === SYNC && said.step === UPDATE) this.hears.edits(said.edits);
    else if (said.kind === SYNC_STATUS) {
      if (said.status !== 1) this.hears.refused("not applied");
      this.waiting.shift()?.();
    }
  }
}
