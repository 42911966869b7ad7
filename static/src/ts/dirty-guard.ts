/** Asks before someone leaves a form with words that were not sent: <dirty-guard><form>…</form></dirty-guard>. */
export class DirtyGuard extends HTMLElement {
  private sent = false;
  private atFirst = "";

  connectedCallback(): void {
    this.atFirst = this.content();
    this.addEventListener("submit", this.whenSent);
    window.addEventListener("beforeunload", this.whenLeaving);
  }

  disconnectedCallback(): void {
    this.removeEventListener("submit", this.whenSent);
    window.removeEventListener("beforeunload", this.whenLeaving);
  }

  private readonly whenSent = (): void => {
    this.sent = true;
  };

  private readonly whenLeaving = (event: BeforeUnloadEvent): void => {
    if (!this.sent && this.content() !== this.atFirst) event.preventDefault();
  };

  private content(): string {
    const form = this.querySelector("form");
    if (!form) return "";
    return JSON.stringify([...new FormData(form)].map(([name, value]) => [name, value instanceof File ? value.name : value]));
  }
}

customElements.define("dirty-guard", DirtyGuard);
