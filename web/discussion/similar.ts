// Shows threads that look like the title while it is typed. Rule: only a help; it stays silent when the server does.
import { debounced, text } from "../page.js";

interface SimilarThread {
  title: string;
  url: string;
  replyCount: number;
  isAnswered: boolean;
}

const fewestWords = 3;

export function start(box: HTMLElement): void {
  const title = document.getElementById("title");
  const list = box.querySelector<HTMLElement>("[data-similar-list]");
  const count = box.querySelector<HTMLElement>("[data-similar-count]");
  if (!(title instanceof HTMLInputElement) || !list || !count) return;
  let running: AbortController | undefined;
  let asked = "";

  const search = async () => {
    const wanted = title.value.trim();
    if (wanted === asked || wanted.split(/\s+/).length < fewestWords) return;
    asked = wanted;
    running?.abort();
    running = new AbortController();
    const { signal } = running;
    const response = await fetch(`/api/v1/threads/similar?${new URLSearchParams({ title: wanted })}`, { signal });
    if (!response.ok) return;
    const { items } = (await response.json()) as { items: SimilarThread[] };
    if (signal.aborted) return;
    list.replaceChildren(...items.map(itemFor));
    const found = items.length > 0 ? text("similar_found", { n: items.length }) : text("similar_none");
    if (count.textContent !== found) count.textContent = found;
  };
  // Offline or gone on to the next letter: what stands there keeps standing.
  title.addEventListener("input", debounced(250, () => void search().catch(() => undefined)));
}

function itemFor(thread: SimilarThread): HTMLElement {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.className = "nl-link nl-link--stil";
  link.href = thread.url;
  link.lang = "nl";
  link.textContent = thread.title;
  const about = document.createElement("p");
  about.textContent = text("replies", { n: thread.replyCount }) + (thread.isAnswered ? `, ${text("with_answer")}` : "");
  item.append(link, about);
  return item;
}
