const NEAR = 4; // pixels that a press may wander before it is a drag
const NOT_A_HANDLE = "a, input, select, textarea, summary, label, form, button:not(.grip)";

/** What a drag asks of the board, and tells it. */
export interface Draggable {
  take(block: HTMLElement): boolean;
  /** By how many pixels it was dragged down, and onto which day. */
  over(away: number, day: HTMLElement | null): void;
  drop(): void;
  cancel(): void;
}

/** Drags sessions with mouse, pen or finger; Escape cancels. A finger, and any pointer in a list, drags by the handle. */
export class Drag {
  private block: HTMLElement | null = null;
  private isMoving = false;
  private fromY = 0;

  constructor(
    board: HTMLElement,
    private readonly on: Draggable,
  ) {
    board.addEventListener("pointerdown", this.press);
    board.addEventListener("pointermove", this.wander);
    board.addEventListener("pointerup", this.release);
    board.addEventListener("pointercancel", this.stop);
  }

  end(): void {
    document.removeEventListener("keydown", this.escape, true);
    if (this.block) {
      this.block.style.transform = "";
      this.block.classList.remove("is-dragged");
    }
    this.block = null;
    this.isMoving = false;
  }

  private readonly press = (event: PointerEvent): void => {
    const target = event.target instanceof Element ? event.target : null;
    const block = target?.closest<HTMLElement>("[data-start]");
    if (!block || event.button !== 0 || !event.isPrimary || target?.closest(NOT_A_HANDLE)) return;
    const isFree = event.pointerType === "mouse" && getComputedStyle(block).position !== "static";
    if (!isFree && !target?.closest(".grip")) return;
    this.block = block;
    this.fromY = event.pageY;
    document.addEventListener("keydown", this.escape, true);
  };

  private readonly wander = (event: PointerEvent): void => {
    if (!this.block) return;
    const away = event.pageY - this.fromY;
    if (!this.isMoving) {
      if (Math.abs(away) < NEAR || !this.on.take(this.block)) return;
      this.isMoving = true;
      this.block.setPointerCapture(event.pointerId);
      this.block.classList.add("is-dragged");
    }
    event.preventDefault();
    this.block.style.transform = `translateY(${away}px)`;
    const under = document.elementFromPoint(event.clientX, event.clientY);
    this.on.over(away, under?.closest<HTMLElement>("[data-drop-day]") ?? null);
  };

  private readonly release = (): void => {
    const moved = this.isMoving;
    this.end();
    if (moved) this.on.drop();
  };

  private readonly stop = (): void => {
    const moved = this.isMoving;
    this.end();
    if (moved) this.on.cancel();
  };

  private readonly escape = (event: KeyboardEvent): void => {
    if (event.key === "Escape") this.stop();
  };
}
