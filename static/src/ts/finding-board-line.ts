import type { Frame } from "./finding-board-types";

/** How the page hears of news: by socket, by asking again and again, not at all just now, or no longer. */
export type LineState = "live" | "paused" | "away" | "stopped";
/** Whether the board could be asked what is new. */
export type Reached = "reached" | "away" | "refused";

const POLL = 5_000;
const HEARTBEAT = 20_000;
// Everybody asks every five seconds anyhow while there is no line; within those they are live again once there may be one.
const LONGEST_WAIT = 4_000;
const PATIENCE = 30_000;
// Everybody lost the line at the same moment; they need not all ask over HTTP at the same moment, and most are back first.
const SPREAD = 2_000;
const NO_LONGER_ALLOWED = 4403;

/**
 * The line to the server. The socket tells what happens; `catchUp` fetches it over HTTP, every five seconds while there
 * is no socket. Announcements may get lost, so the socket is asked now and then what came after the last one seen.
 */
export class Line {
  private socket: WebSocket | null = null;
  private tries = 0;
  private greeted = false;
  private heard = true;
  private stopped = false;
  private timers = new Map<string, number>();

  constructor(
    private readonly address: string,
    private readonly catchUp: () => Promise<Reached>,
    private readonly show: (state: LineState) => void,
    private readonly tell: (frame: Frame) => void,
    private readonly seen: () => number,
  ) {}

  open(): void {
    if (this.stopped) return;
    const address = new URL(this.address, location.href);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(address);
    this.socket = socket;
    socket.onmessage = (event) => this.whenTold(socket, String(event.data));
    socket.onclose = (event) => this.whenClosed(socket, event.code);
    // A network that swallows packets says nothing at all.
    this.after("patience", PATIENCE, () => this.giveUp(socket));
  }

  close(): void {
    this.stopped = true;
    for (const timer of this.timers.values()) window.clearTimeout(timer);
    this.socket?.close();
  }

  /** Asks what came after the last line seen: the open socket, else over HTTP. */
  askAgain(): void {
    if (this.stopped) return;
    if (this.isOpen()) this.socket?.send(JSON.stringify({ after: this.seen() }));
    else void this.ask();
  }

  private whenTold(socket: WebSocket, said: string): void {
    if (socket !== this.socket) return;
    const isNew = !this.greeted;
    this.greeted = true;
    this.tries = 0;
    this.heard = true;
    this.forget("poll");
    this.forget("patience");
    this.show("live");
    this.after("heartbeat", HEARTBEAT, () => this.beat(socket));
    if (isNew) this.askAgain();
    this.tell(JSON.parse(said) as Frame);
  }

  /** Asks an open socket what it knows; one that does not answer is dead. */
  private beat(socket: WebSocket): void {
    if (socket.readyState !== WebSocket.OPEN) return;
    this.heard = false;
    this.askAgain();
    this.after("heartbeat", POLL, () => {
      if (!this.heard) this.giveUp(socket);
    });
  }

  /** Leaves a socket that says nothing, without waiting until the browser does. */
  private giveUp(socket: WebSocket): void {
    socket.onclose = null;
    socket.close();
    this.whenClosed(socket, 0);
  }

  private whenClosed(socket: WebSocket, code: number): void {
    if (socket !== this.socket || this.stopped) return;
    this.socket = null;
    this.greeted = false;
    this.forget("patience");
    if (code === NO_LONGER_ALLOWED) return this.stop();
    this.show("paused");
    this.after("poll", Math.random() * SPREAD, () => void this.poll());
    const wait = Math.min(LONGEST_WAIT, 1000 * 2 ** this.tries++);
    this.after("open", wait * (0.5 + Math.random() / 2), () => this.open());
  }

  private async poll(): Promise<void> {
    if (this.isOpen()) return;
    const reached = await this.ask();
    if (this.stopped || this.isOpen()) return;
    this.show(reached === "reached" ? "paused" : "away");
    this.after("poll", POLL, () => void this.poll());
  }

  private isOpen(): boolean {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  private async ask(): Promise<Reached> {
    const reached = await this.catchUp();
    if (reached === "refused") this.stop();
    return reached;
  }

  private stop(): void {
    this.close();
    this.show("stopped");
  }

  private after(name: string, wait: number, act: () => void): void {
    this.forget(name);
    if (!this.stopped) this.timers.set(name, window.setTimeout(act, wait));
  }

  private forget(name: string): void {
    window.clearTimeout(this.timers.get(name));
    this.timers.delete(name);
  }
}
