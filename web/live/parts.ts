// Pages that show what goes on elsewhere: lists, home, municipality, type, one's own page. Rule: a row that one reads changes where
// it stands; others come behind one button, and what the page shows in the end equals what a reload would show.
import { politely, text } from "../page.js";
import type { LiveMessage } from "./connection.js";
import { isOwnNews, readFresh, takeContent, takeParts, takesAway } from "./fresh.js";
import { holdLine } from "./line.js";
import { atOnce } from "./refresher.js";

/** ms: readers of one list do not all read it anew in the same moment, nor often; what is one's own is read by one, and waited for. */
const paces = {
  list: { within: 2_000, notOftener: 10_000 },
  own: { within: 0, notOftener: 2_000 },
  gone: { within: atOnce, notOftener: 1_000 },
};
type Pace = (typeof paces)[keyof typeof paces];

let page: LivePage | undefined;

/** For each part of the page; they are one page. */
export function start(): void {
  page ??= new LivePage();
}

/** Hints may have been missed as well: a list is looked at after every connection. */
function isListNews(message: LiveMessage): boolean {
  return (message.topic ?? "").startsWith("list/") && ["hint", "following", "resync"].includes(message.is);
}

/** What the bell counts stands on this page (`data-live-bell`); it has no news of its own, only the number. */
function isNewsOfBell(message: LiveMessage): boolean {
  return message.is === "counters" && document.querySelector("[data-live-bell]") !== null;
}

function paceOfOwn(message: LiveMessage): Pace {
  if (message.is === "refused") return paces.gone; // his session is over, and what only he might read with it
  return ["event", "counters"].includes(message.is) ? paces.own : paces.list;
}

/** A thread that is shown here has words that may be read no more. */
function isGone(message: LiveMessage): boolean {
  const { thread } = (message.value ?? {}) as { thread?: number };
  return takesAway(message) && document.querySelector(`[data-thread="${thread}"], main a[href^="/gesprekken/${thread}/"]`) !== null;
}

class LivePage {
  private timer = 0;
  private timerAt = 0;
  private isReading = false;
  private readAt = -Infinity;
  private due: Pace | undefined; // of what is not shown yet
  private release: (() => void) | undefined;
  private readonly seen = new Map<string, string>(); // thread -> the state of it that the reader was shown

  constructor() {
    document.addEventListener("forum:event", (event) => {
      const message = (event as CustomEvent<LiveMessage>).detail;
      if (isOwnNews(message) || isNewsOfBell(message)) this.soon(paceOfOwn(message));
      else if (isListNews(message)) this.soon(isGone(message) ? paces.gone : paces.list);
    });
    document.addEventListener("visibilitychange", () => this.due && this.soon(this.due));
    for (const list of document.querySelectorAll("ol[data-rows]")) this.note(list);
  }

  private note(list: Element): void {
    for (const row of rowsOf(list)) this.seen.set(idOf(row), stateOf(row));
  }

  private soon(pace: Pace): void {
    this.release ??= holdLine();
    if (!this.due || pace.notOftener < this.due.notOftener) this.due = pace;
    // Who looks elsewhere asks for nothing; his line says until when it is true.
    if (document.hidden || this.isReading) return;
    const now = performance.now();
    const at = Math.max(this.readAt + this.due.notOftener, now + Math.random() * this.due.within);
    if (this.timer !== 0 && this.timerAt <= at) return;
    window.clearTimeout(this.timer);
    this.timerAt = at;
    this.timer = window.setTimeout(() => void this.update(), at - now);
  }

  private async update(): Promise<void> {
    this.readAt = performance.now();
    this.due = undefined;
    this.isReading = true;
    const fresh = await readFresh();
    this.isReading = false;
    this.timer = 0;
    if (fresh) takeParts(fresh, (shown, now) => this.takeRows(shown, now));
    if (!fresh || this.due) return this.soon(this.due ?? paces.list);
    this.release?.();
    this.release = undefined;
  }

  /** Rows that are there already change in place; true when the part stays otherwise as it is, with a button for the rest. */
  private takeRows(part: HTMLElement, now: HTMLElement): boolean {
    const list = part.querySelector("ol[data-rows]");
    const fresh = now.querySelector("ol[data-rows]");
    if (!list || !fresh) return false;
    const wanted = new Map(rowsOf(fresh).map((row) => [idOf(row), row]));
    const shown = rowsOf(list);
    const lastKept = shown.map((row) => wanted.has(idOf(row))).lastIndexOf(true);
    const hasNew = rowsOf(fresh).some((row) => !shown.some((one) => idOf(one) === idOf(row)));
    shown.forEach((row, i) => {
      const rowNow = wanted.get(idOf(row));
      if (rowNow && row.innerHTML !== rowNow.innerHTML) takeContent(row, rowNow);
      // Gone, and not just pushed to the next page: a removed thread goes at once.
      if (!rowNow && (i < lastKept || !hasNew)) row.remove();
    });
    const news = rowsOf(fresh).filter((row) => this.seen.get(idOf(row)) !== stateOf(row));
    const isSame = rowsOf(list).map(idOf).join() === rowsOf(fresh).map(idOf).join();
    if (isSame) {
      this.note(fresh);
      return false;
    }
    this.offer(part, now, list, Math.max(1, news.length));
    return true;
  }

  private offer(part: HTMLElement, now: HTMLElement, list: Element, count: number): void {
    const words = text("live_list", { n: count });
    const bar = part.querySelector<HTMLElement>("[data-list-bar]") ?? makeBar(list);
    const link = bar.querySelector("a");
    const label = bar.querySelector("a > span:nth-of-type(2)");
    if (label) label.textContent = words;
    if (link)
      link.onclick = (event) => {
        event.preventDefault();
        politely("");
        part.replaceChildren(...[...now.childNodes].map((node) => document.importNode(node, true)));
        const rows = part.querySelector("ol[data-rows]");
        if (rows) this.note(rows);
        rows?.querySelector<HTMLElement>("a")?.focus({ preventScroll: true });
        rows?.parentElement?.scrollIntoView({ block: "nearest" });
      };
    politely(words);
  }
}

function rowsOf(list: Element): HTMLElement[] {
  return [...list.querySelectorAll<HTMLElement>(":scope > [data-thread]")];
}

function idOf(row: HTMLElement): string {
  return row.dataset["thread"] ?? "";
}

function stateOf(row: HTMLElement): string {
  return row.dataset["seq"] ?? "";
}

function makeBar(list: Element): HTMLElement {
  const bar = document.createElement("p");
  bar.dataset["listBar"] = "";
  bar.className = "fd-live fd-live--lijst";
  const link = document.createElement("a");
  link.className = "fd-live__knop";
  link.href = location.href;
  const dot = document.createElement("span");
  dot.className = "fd-stip fd-stip--klopt";
  const act = document.createElement("u");
  act.textContent = text("live_show");
  link.append(dot, document.createElement("span"), " ", act);
  bar.append(link);
  list.before(bar);
  return bar;
}
