// Reads the page anew when news came that the page cannot put in by itself. Rule: readers of one thread do not all ask in the same
// moment, and an answer that was overtaken by later news is not shown.
import { holdLine } from "./line.js";

export const refreshWithin = 2_000; // ms
export const atOnce = 300; // when a text that is shown may be read no more
export const resyncWithin = 5_000; // after a restart, when all of them missed too much
export const againWithin = 10_000; // when the server could not be asked

export class Refresher {
  private timer = 0;
  private timerAt = 0;
  private turn = 0;
  private isOver = false;
  private release: (() => void) | undefined;

  /** `read`: the page, or null when it cannot be had now; `take`: shows it, or answers false when it is older than what is shown. */
  constructor(
    private readonly read: () => Promise<Document | null>,
    private readonly take: (fresh: Document) => boolean,
  ) {}

  /** At a moment of chance within so many ms, unless that is to happen sooner already. */
  soon(within: number): void {
    if (this.isOver) return;
    this.release ??= holdLine();
    const at = performance.now() + Math.random() * within;
    if (this.timer !== 0 && this.timerAt <= at) return;
    window.clearTimeout(this.timer);
    this.timerAt = at;
    this.timer = window.setTimeout(() => void this.refresh(), at - performance.now());
  }

  /** The page stays as it is from now on. */
  stop(): void {
    this.isOver = true;
    window.clearTimeout(this.timer);
    this.letGo();
  }

  private async refresh(): Promise<void> {
    this.timer = 0;
    const turn = ++this.turn;
    const fresh = await this.read();
    if (this.isOver || turn !== this.turn || this.timer !== 0) return; // asked for again meanwhile
    if (!fresh) this.soon(againWithin);
    else if (!this.take(fresh)) this.soon(refreshWithin);
    else this.letGo();
  }

  private letGo(): void {
    this.release?.();
    this.release = undefined;
  }
}
