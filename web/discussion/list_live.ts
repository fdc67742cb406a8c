// Lists of threads that say what is new. Rule: the list itself stays as it is until the reader asks; the words count threads,
// not messages.
import type { LiveMessage } from "../live/connection.js";
import { say, text } from "../page.js";

interface ListHint {
  thread: number;
}

const speakEvery = 20_000; // ms

export function start(list: HTMLElement): void {
  const changed = new Set<number>();
  let spokenAt = 0;
  document.addEventListener("forum:event", (event) => {
    const message = (event as CustomEvent<LiveMessage>).detail;
    const hint = message.value as ListHint | undefined;
    if (message.is !== "hint" || !message.topic?.startsWith("list/") || !hint?.thread) return;
    changed.add(hint.thread);
    const words = text("live_list", { n: changed.size });
    show(list, words);
    if (Date.now() - spokenAt > speakEvery) {
      spokenAt = Date.now();
      say(words);
    }
  });
}

function show(list: HTMLElement, words: string): void {
  let bar = document.querySelector<HTMLElement>("[data-list-bar]");
  if (!bar) {
    bar = document.createElement("p");
    bar.dataset["listBar"] = "";
    bar.className = "fd-live fd-live--lijst";
    const link = document.createElement("a");
    link.className = "fd-live__knop";
    link.href = location.href;
    const dot = document.createElement("span");
    dot.className = "fd-stip fd-stip--klopt";
    const label = document.createElement("span");
    const act = document.createElement("u");
    act.textContent = text("live_show");
    link.append(dot, label, " ", act);
    bar.append(link);
    list.before(bar);
  }
  const label = bar.querySelector("a > span:nth-of-type(2)");
  if (label) label.textContent = words;
}
