// The honest line: in words whether this page is live, and up to when it shows what the server had. Rule: the time moves only when
// all that was followed has been applied and nothing that the page must still fetch is under way.
import { text } from "../page.js";

const quietFor = 10_000; // ms without connection before a reader is told (DESIGN.md §6)

let isLive = false;
let readAt = ""; // the server had read everything up to here, and this page has heard it
let shownAt = ""; // and shows it
let holds = 0;
let toldAt = 0;

/** The page knows of news that it does not show yet: the time stands still until the answer is called. */
export function holdLine(): () => void {
  let isHeld = true;
  holds += 1;
  return () => {
    if (!isHeld) return;
    isHeld = false;
    holds -= 1;
    settle();
  };
}

/** The server's word that this page has heard all that happened before `at` (RFC 3339). */
export function heardUntil(at: string): void {
  readAt = at;
  settle();
}

/** The connection is there, or gone; said again and again until it is back. */
export function connected(value: boolean): void {
  isLive = value;
  if (value) {
    window.clearTimeout(toldAt);
    toldAt = 0;
    warn("");
  } else if (toldAt === 0) toldAt = window.setTimeout(() => warn(text("live_lost")), quietFor);
  draw();
}

// What was fetched while the time stood still is as fresh as the time that was heard before.
function settle(): void {
  if (holds === 0) shownAt = readAt;
  draw();
}

function draw(): void {
  const line = document.querySelector<HTMLElement>("[data-live-applied]");
  if (!line) return;
  const time = shownAt && new Date(shownAt).toLocaleTimeString("nl-NL", { timeZone: "Europe/Amsterdam" }).replaceAll(":", ".");
  line.textContent = [text(isLive ? "live_on" : "live_again"), time && text("live_applied", { time })].filter(Boolean).join(" ");
  line.hidden = false;
}

function warn(words: string): void {
  const line = document.querySelector<HTMLElement>("[data-live-state]");
  if (!line) return;
  line.textContent = words;
  line.hidden = words === "";
}
