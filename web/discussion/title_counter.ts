// Counts the characters of a title while typing. Rule: quiet; the server's limit is what counts.
import { text } from "../page.js";

export function start(counter: HTMLElement): void {
  const field = document.getElementById(counter.dataset["counter"] ?? "");
  const most = Number(counter.dataset["most"]);
  if (!(field instanceof HTMLInputElement)) return;
  const show = () => {
    // Code points, as the server counts.
    const used = [...field.value.trim()].length;
    counter.textContent = text("counter", { used, most });
    counter.classList.toggle("fd-teller--over", used > most);
  };
  field.addEventListener("input", show);
  show();
}
