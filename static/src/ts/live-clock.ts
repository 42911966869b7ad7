/**
 * Counts down to a moment: <live-clock class="clock" until="2022-02-02T14:00:00+01:00"
 * now="2022-02-02T13:41:18+01:00" warn-at="300" warning="Five minutes left" over="Time is up">18:42</live-clock>.
 *
 * `now` is the server's time when the page was made: the clock trusts it, not the device's. Attributes may
 * be set again while it runs. At `warn-at` seconds before the end it says `warning` once to screen readers, and shows it
 * beside itself. With `left`, a number of seconds, it stands.
 */
export class LiveClock extends HTMLElement {
  static readonly observedAttributes = ["until", "now", "left"];

  private ahead = 0;
  private timer: number | undefined;
  private secondsBefore = 0;
  private readonly voice = document.createElement("span");
  private readonly sign = document.createElement("span");

  connectedCallback(): void {
    this.voice.className = "visually-hidden";
    this.voice.setAttribute("aria-live", "polite");
    this.sign.className = "clock-sign";
    this.sign.setAttribute("aria-hidden", "true");
    this.sign.hidden = true;
    this.after(this.sign, this.voice);
    this.setAttribute("role", "timer");
    this.tick();
  }

  disconnectedCallback(): void {
    window.clearTimeout(this.timer);
    this.voice.remove();
    this.sign.remove();
  }

  attributeChangedCallback(name: string): void {
    if (name === "now") {
      const server = Date.parse(this.getAttribute("now") ?? "");
      this.ahead = Number.isNaN(server) ? 0 : Date.now() - server;
    }
    this.secondsBefore = 0;
    this.voice.textContent = "";
    if (this.isConnected) this.tick();
  }

  private tick(): void {
    window.clearTimeout(this.timer);
    const standing = this.getAttribute("left");
    if (standing) {
      this.textContent = inMinutes(Number(standing));
      this.classList.remove("is-last");
      this.sign.hidden = true;
      return;
    }
    const until = Date.parse(this.getAttribute("until") ?? "");
    if (Number.isNaN(until)) return;
    const left = until - (Date.now() - this.ahead);
    const seconds = Math.max(0, Math.ceil(left / 1000));
    this.textContent = seconds > 0 ? inMinutes(seconds) : (this.getAttribute("over") ?? inMinutes(0));
    this.warn(seconds);
    if (seconds > 0) this.timer = window.setTimeout(() => this.tick(), left % 1000 || 1000);
  }

  /** Says a threshold as it is crossed; a page that opens later stays silent about it. */
  private warn(seconds: number): void {
    const last = Number(this.getAttribute("warn-at") ?? 0);
    this.classList.toggle("is-last", seconds <= last);
    this.sign.hidden = seconds > last || seconds === 0;
    this.sign.textContent = this.getAttribute("warning");
    if (this.secondsBefore > 0 && seconds === 0) this.voice.textContent = this.getAttribute("over");
    else if (this.secondsBefore > last && seconds <= last) this.voice.textContent = this.getAttribute("warning");
    this.secondsBefore = seconds;
  }
}

/** 1122 seconds read as 18:42, and an hour more as 1:18:42. */
function inMinutes(seconds: number): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const tail = two(seconds % 60);
  return hours > 0 ? `${hours}:${two(minutes % 60)}:${tail}` : `${two(minutes)}:${tail}`;
}

customElements.define("live-clock", LiveClock);
