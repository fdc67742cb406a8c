// The button of a page that can be followed, in place. Rule: the answer of the server decides what it shows; when there is none, the
// form goes the ordinary way.
import { say, text } from "../page.js";

interface Follow {
  level: "" | "all" | "replies" | "digest" | "nothing";
  isFollowed: boolean;
}

const levelTexts = { all: "follow_all", replies: "follow_replies", digest: "follow_digest", nothing: "follow_nothing" } as const;

export function start(form: HTMLElement): void {
  const button = form.querySelector<HTMLButtonElement>("button[name=level]");
  const shown = form.querySelector<HTMLElement>("[data-follow-level]");
  if (!(form instanceof HTMLFormElement) || !button || !shown) return;
  let isSending = false;

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (isSending) return;
    isSending = true;
    void send(form.action, button.value)
      .then((follow) => {
        button.value = follow.isFollowed ? "off" : "all";
        button.setAttribute("aria-pressed", String(follow.isFollowed));
        const words = follow.level === "" ? "" : text(levelTexts[follow.level]);
        shown.textContent = words;
        say(words || text("follow_off"));
      })
      .catch(() => {
        const level = document.createElement("input");
        level.type = "hidden";
        level.name = "level";
        level.value = button.value;
        form.append(level);
        form.submit();
      })
      .finally(() => (isSending = false));
  });
}

async function send(address: string, level: string): Promise<Follow> {
  const response = await fetch(address, {
    method: "POST",
    headers: { Accept: "application/json" },
    body: new URLSearchParams({ level }),
  });
  if (!response.ok) throw new Error(String(response.status));
  return (await response.json()) as Follow;
}
