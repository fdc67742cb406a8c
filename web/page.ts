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

/** Runs `action` when `wait` milliseconds have passed without another call. */
export function debounced(wait: number, action: () => void): () => void {
  let timer = 0;
  return () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(action, wait);
  };
}
