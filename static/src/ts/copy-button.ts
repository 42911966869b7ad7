/**
 * Copies a text: <copy-button text="…" done="Copied"><button type="button" class="btn">Copy link</button></copy-button>.
 *
 * Instead of `text`, `from` may name an element by its id: its value or its words are copied. Afterwards the
 * button says `done` for a moment, also to screen readers.
 */
export class CopyButton extends HTMLElement {
  private readonly voice = document.createElement("span");

  connectedCallback(): void {
    this.voice.className = "visually-hidden";
    this.voice.setAttribute("role", "status");
    this.append(this.voice);
    this.querySelector("button")?.addEventListener("click", () => void this.copy());
  }

  private async copy(): Promise<void> {
    await navigator.clipboard.writeText(this.text());
    const button = this.querySelector("button");
    const done = this.getAttribute("done");
    if (!button || !done || button.textContent === done) return;
    const label = button.textContent;
    button.textContent = done;
    this.voice.textContent = done;
    window.setTimeout(() => {
      button.textContent = label;
      this.voice.textContent = "";
    }, 2000);
  }

  private text(): string {
    const source = document.getElementById(this.getAttribute("from") ?? "");
    if (source instanceof HTMLInputElement || source instanceof HTMLTextAreaElement) return source.value;
    return this.getAttribute("text") ?? source?.textContent?.trim() ?? "";
  }
}

customElements.define("copy-button", CopyButton);
