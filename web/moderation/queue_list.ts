// What waits, beside the case that is open: read anew after every piece of news. Rule: what one is at stays (the open row, the row with
// the focus, all rows while pointer or keys are at them), new rows come behind one button, and in the end it is what a reload shows.
import { readFresh, takeContent } from "../live/fresh.js";
import { Refresher, refreshWithin } from "../live/refresher.js";
import { politely } from "../page.js";

const restAfter = 3_000; // ms: rows keep their place so long after somebody used them
const lookEvery = 30_000; // ms: waiting times, and a hold that runs out, have no event
const parts = ["#rij-kop", ".fd-wacht__bladen", ".fd-cijfers", "[data-laatste]", ".fd-wacht > .fd-leeg"];

const arrived = new Set<number>();
let heard = 0; // pieces of news; a list that was read before the last one is not shown
let heardAtRead = 0;
let latest: HTMLElement | null = null; // the rows as the server had them last
let usedAt = -restAfter;
let resting = 0;
let ended: (id: number) => void = () => undefined;

const refresher = new Refresher(
  () => {
    heardAtRead = heard;
    return readFresh(undefined, listUrl());
  },
  (page) => heard === heardAtRead && take(page),
);

const find = <T extends HTMLElement>(selector: string): T | null => document.querySelector<T>(selector);
const itemsIn = (place: ParentNode | null): HTMLElement[] => [...(place?.querySelectorAll<HTMLElement>(".fd-item") ?? [])];
const idOf = (item: HTMLElement): number => Number(item.dataset["case"]);
/** With the part of the queue that was chosen; never the open case: who reads that is written down. */
const listUrl = (): string => `/moderatie${location.search}`;

const row = (id: number): HTMLElement | null => find(`.fd-item[data-case="${id}"]`);

/** `hasEnded` is told of a row that waits no longer and of which no event said so. Call once. */
export function startList(hasEnded: (id: number) => void): void {
  ended = hasEnded;
  for (const kind of ["pointermove", "pointerdown", "keydown", "focusin"])
    document.addEventListener(kind, (event) => {
      if ((event.target as Element).closest(".fd-wacht__rijen")) usedAt = performance.now();
    });
  window.setInterval(() => document.hidden || refresher.soon(0), lookEvery);
  document.addEventListener("visibilitychange", () => document.hidden || refresher.soon(0));
}

/** Something happened: the list is read anew within so many ms. */
export function listSoon(within = refreshWithin): void {
  heard += 1;
  refresher.soon(within);
}

/** The page's main part is another one now. */
export function listSwapped(): void {
  heard += 1;
  latest = null;
  arrived.clear();
}

export function hasArrived(id: number): void {
  if (!row(id)) arrived.add(id);
  showArrivals();
}

export function hasLeft(id: number): void {
  arrived.delete(id);
  showArrivals();
}

/** Who looks at it, or what became of it. */
export function showInRow(id: number, message: string, isDone: boolean, isMine = false): void {
  heard += 1;
  const item = row(id);
  const slot = item?.querySelector<HTMLElement>(".fd-item__slot");
  const words = slot?.querySelector("span");
  if (!item || !slot || !words) return;
  words.textContent = message;
  slot.hidden = message === "";
  slot.classList.toggle("fd-item__slot--u", isMine);
  item.classList.toggle("fd-item--klaar", isDone);
}

/** All that waits now, and the focus on the first that was not there. */
export async function showAll(): Promise<void> {
  const page = await readFresh(undefined, listUrl());
  const fresh = page?.querySelector<HTMLElement>(".fd-wacht__rijen");
  const list = find(".fd-wacht__rijen");
  if (!page || !fresh || !list) return location.assign("/moderatie");
  const known = new Set(itemsIn(list).map(idOf));
  const open = itemsIn(list).find((item) => item.hasAttribute("aria-current"));
  list.replaceChildren(...[...fresh.childNodes].map((node) => document.importNode(node, true)));
  if (open) row(idOf(open))?.setAttribute("aria-current", "true");
  take(page);
  (itemsIn(list).find((item) => !known.has(idOf(item))) ?? itemsIn(list)[0])?.focus();
}

function showArrivals(): void {
  const link = find(".fd-wacht__nieuw");
  const count = link?.querySelector<HTMLElement>("[data-een]");
  if (!link || !count) return;
  link.hidden = arrived.size === 0;
  const words = arrived.size === 1 ? count.dataset["een"] : count.dataset["meer"]?.replace("#", String(arrived.size));
  if (count.textContent === words) return;
  count.textContent = words ?? "";
  politely(arrived.size === 0 ? "" : (words ?? ""));
}

function take(page: Document): boolean {
  const fresh = page.querySelector<HTMLElement>(".fd-wacht__rijen");
  if (!fresh) return true;
  latest = fresh;
  for (const part of parts) {
    const shown = find(part);
    const now = page.querySelector<HTMLElement>(part);
    if (shown && now && shown.innerHTML !== now.innerHTML) takeContent(shown, now);
  }
  const rows = new Map(itemsIn(fresh).map((item) => [idOf(item), item]));
  // More than the page has room for: what is not on it may still wait.
  const isWhole = rows.size === Number(page.querySelector("[data-aantal]")?.textContent);
  for (const item of itemsIn(find(".fd-wacht__rijen"))) {
    const now = rows.get(idOf(item));
    if (now) {
      item.className = now.className;
      if (item.innerHTML !== now.innerHTML) takeContent(item, now);
    } else if (isWhole && !item.matches(".fd-item--klaar")) ended(idOf(item));
  }
  arrived.clear();
  for (const id of rows.keys()) if (!row(id)) arrived.add(id);
  showArrivals();
  settle();
  return true;
}

/** What waits no longer goes, and the rest stands in order: when nobody is at the rows. */
function settle(): void {
  window.clearTimeout(resting);
  const list = find(".fd-wacht__rijen");
  if (!list || !latest) return;
  const rest = usedAt + restAfter - performance.now();
  if (rest > 0) {
    resting = window.setTimeout(settle, rest);
    return;
  }
  const order = itemsIn(latest).map(idOf);
  for (const item of itemsIn(list)) {
    if (order.includes(idOf(item))) continue;
    if (item.hasAttribute("aria-current") || item === document.activeElement) resting = window.setTimeout(settle, restAfter);
    else item.closest("li")?.remove();
  }
  const shown = itemsIn(list).filter((item) => order.includes(idOf(item)));
  const wanted = [...shown].sort((one, other) => order.indexOf(idOf(one)) - order.indexOf(idOf(other)));
  if (shown.some((item, i) => item !== wanted[i])) {
    const focused = document.activeElement as HTMLElement | null;
    list.querySelector("ol")?.append(...wanted.flatMap((item) => item.closest("li") ?? []));
    focused?.focus({ preventScroll: true });
  }
  if (order.length === 0 && itemsIn(list).length === 0) takeContent(list, latest);
}
