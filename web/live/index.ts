// Live updates of the page: follows the topics it names and hands each message on. Rule: a page works the same without it;
// modules of features listen to `forum:event` on the document and know nothing of the connection.
import { text } from "../page.js";
import { Connection, type Counters, type Here, type LiveMessage } from "./connection.js";
import { connected, heardUntil } from "./line.js";

let connection: Connection | undefined;

/** Tells who follows the topic that this reader reads it, writes, or looks at something else. */
export function here(topic: string, state: Here): void {
  connection?.here(topic, state);
}

/** Follows the topics that the page names in `body[data-live]`; does nothing when there are none. */
export function startLive(): void {
  const topics = (document.body.dataset["live"] ?? "").split(" ").filter((topic) => topic !== "");
  if (topics.length === 0) return;
  const seq = Number(document.body.dataset["seq"] ?? "0");
  const opened = new Connection({
    message(message) {
      if (message.is === "hello" && message.counters) showCounters(message.counters);
      if (message.is === "counters") showCounters(message as Counters);
      document.dispatchEvent(new CustomEvent<LiveMessage>("forum:event", { detail: message }));
      // After the modules: what they must fetch first holds the line.
      if (message.is === "beat" && message.at && opened.isWhole()) heardUntil(message.at);
    },
    state: connected,
  });
  connection = opened;
  for (const topic of topics) opened.follow(topic, topic.startsWith("thread/") ? seq : undefined);
  opened.open();
  window.addEventListener("online", () => opened.wake());
  window.addEventListener("pageshow", (event) => event.persisted && opened.wake());
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && opened.wake());
}

/** The numbers are the server's own; the badge's hidden words follow them. */
function showCounters(counters: Counters): void {
  for (const name of ["bell", "queue"] as const) {
    const value = counters[name];
    const badge = document.querySelector<HTMLElement>(`[data-count=${name}]`);
    if (value === undefined || !badge) continue;
    badge.hidden = value === 0;
    const shown = badge.querySelector(".nl-number-badge__visible-label");
    const spoken = badge.querySelector(".nl-number-badge__hidden-label");
    if (shown) shown.textContent = String(value);
    if (spoken) spoken.textContent = `, ${text(name === "bell" ? "live_bell" : "live_queue", { n: value })}`;
  }
}
