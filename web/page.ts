// What every module needs from the page: its texts and its one polite voice. Rule: no text for people stands in a module.
import en from "./texts/script.en.json";
import nl from "./texts/script.nl.json";

export type TextKey = keyof typeof nl;

const texts: Record<TextKey, string | { one: string; other: string }> = document.documentElement.lang === "en" ? en : nl;

/** A text in the language of the page with {placeholders} filled; a plural text chooses by `n`. */
export function text(key: TextKey, values: Record<string, string | number> = {}): string {
  const found = texts[key];
  const form = typeof found === "string" ? found : values["n"] === 1 ? found.one : found.other;
  return form.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}

/** Says something to screen readers when they are ready for it (WCAG 4.1.3); the same words twice are said twice. */
export function say(message: string): void {
  const voice = document.getElementById("status");
  if (!voice) return;
  voice.textContent = "";
  // An empty frame in between, or the same text would be no change.
  requestAnimationFrame(() => (voice.textContent = message));
}

const speakEvery = 20_000; // ms between two announcements of news (DESIGN.md §6)
let spokenAt = -speakEvery;
let unspoken = "";
let speaking = 0;

/** Says news, the last words that came and seldom: what nobody asked for must not talk all the time. "" takes back what waits. */
export function politely(words: string): void {
  unspoken = words;
  if (speaking !== 0) return;
  speaking = window.setTimeout(
    () => {
      speaking = 0;
      if (unspoken === "") return;
      spokenAt = performance.now();
      say(unspoken);
    },
    Math.max(0, spokenAt + speakEvery - performance.now()),
  );
}

/** Runs `action` when `wait` milliseconds have passed without another call. */
export function debounced(wait: number, action: () => void): () => void {
  let timer = 0;
  return () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(action, wait);
  };
}
