// Quoting without leaving the page. Rule: an unsent reply is never lost by a click on another post.
import { say, text } from "../page.js";
import { forgetSubmitted } from "./kept_text.js";

const longestExcerpt = 240;

export function start(thread: HTMLElement): void {
  forgetSubmitted();
  const form = thread.querySelector<HTMLFormElement>("form[data-writing]");
  const field = form?.querySelector<HTMLTextAreaElement>("textarea[name=body]");
  if (!form || !field) return;
  thread.addEventListener("click", (event) => {
    const target = event.target as Element;
    const quote = target.closest<HTMLElement>("[data-quote]");
    const isPlain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    const post = quote?.closest<HTMLElement>("article[data-post]");
    if (quote && post && isPlain) {
      event.preventDefault();
      showQuote(form, post);
      field.focus();
      field.form?.scrollIntoView({ block: "start" });
    } else if (target.closest("[data-quoted] a[href$='#reageer']")) {
      event.preventDefault();
      form.querySelector("[data-quoted]")?.remove();
      field.focus();
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  });
}

function showQuote(form: HTMLFormElement, post: HTMLElement): void {
  const words = (post.querySelector(".fd-prose")?.textContent ?? "").replace(/\s+/g, " ").trim();
  const name = post.querySelector<HTMLElement>(".fd-post__naam")?.firstChild?.textContent?.trim() ?? "";
  const figure = document.createElement("figure");
  figure.className = "utrecht-blockquote fd-citaat";
  figure.dataset["quoted"] = "";
  const block = document.createElement("blockquote");
  block.className = "utrecht-blockquote__content";
  block.lang = "nl";
  const excerpt = document.createElement("p");
  excerpt.textContent = words.length > longestExcerpt ? `${words.slice(0, longestExcerpt).trimEnd()}…` : words;
  block.append(excerpt);
  const caption = document.createElement("figcaption");
  caption.className = "utrecht-blockquote__caption";
  const drop = document.createElement("a");
  drop.className = "nl-link";
  drop.href = "#reageer";
  drop.textContent = text("quote_drop");
  caption.append(`${text("quoting", { name })} `, drop);
  const number = document.createElement("input");
  number.type = "hidden";
  number.name = "reply_to";
  number.value = post.dataset["post"] ?? "";
  figure.append(block, caption, number);
  form.querySelector("[data-quoted]")?.remove();
  form.querySelector(".utrecht-form-field")?.before(figure);
  form.dispatchEvent(new Event("input", { bubbles: true }));
  say(text("quoting", { name }));
}
