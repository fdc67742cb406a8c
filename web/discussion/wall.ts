// The wall of a session while one looks at it: counts come with the events, the rest by reading the page anew. Rule: nothing moves
// under a pointer or a key that is in use, and what is shown in the end equals what a reload would show.
import type { LiveMessage } from "../live/connection.js";
import { isOwnNews, isReplyInHand, readFresh, seqOf, takeContent, takeParts, takesAway } from "../live/fresh.js";
import { atOnce, Refresher, refreshWithin, resyncWithin } from "../live/refresher.js";
import { politely, say, text } from "../page.js";

const restAfter = 3_000; // ms: the list keeps its order so long after somebody used it

export function start(wall: HTMLElement): void {
  if (wall.dataset["wallList"]) return startList(wall);
  const page = new WallPage(wall);
  const topic = `thread/${wall.dataset["wall"]}`;
  document.addEventListener("forum:event", (event) => {
    const message = (event as CustomEvent<LiveMessage>).detail;
    if (message.topic === topic) page.apply(message);
    else if (isOwnNews(message) && message.marker === undefined) page.fresh.soon(message.is === "event" ? 0 : refreshWithin);
  });
  wall.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (!form.matches("[data-vote]")) return;
    event.preventDefault();
    void page.vote(form);
  });
}

/** All questions, page by page: who reads there is told that something changed, and loads it when he likes. */
function startList(wall: HTMLElement): void {
  const notice = wall.querySelector<HTMLElement>("[data-wall-changed]");
  let applied = seqOf(document);
  document.addEventListener("forum:event", (event) => {
    const message = (event as CustomEvent<LiveMessage>).detail;
    if (!notice || message.topic !== `thread/${wall.dataset["wallList"]}`) return;
    if (message.is !== "resync" && (message.is !== "event" || (message.seq ?? 0) <= applied)) return;
    applied = message.seq ?? applied;
    if (takesAway(message)) wall.querySelector(`li[data-post="${message.post?.number}"]`)?.remove();
    if (!notice.hidden) return;
    notice.hidden = false;
    politely(notice.querySelector("p")?.textContent ?? "");
  });
}

class WallPage {
  private applied = seqOf(document);
  readonly fresh = new Refresher(readFresh, (fresh) => this.take(fresh));
  private usedAt = -restAfter;
  private resting = 0;
  private order: string[] = []; // of the open questions, as the server has it
  private isVoting = false;

  constructor(private readonly wall: HTMLElement) {
    for (const kind of ["pointermove", "pointerdown", "keydown", "focusin"])
      wall.addEventListener(kind, (event) => {
        if ((event.target as Element).closest("[data-questions]")) this.usedAt = performance.now();
      });
  }

  apply(message: LiveMessage): void {
    if (message.is === "resync") this.fresh.soon(resyncWithin);
    if (message.is === "refused") this.fresh.soon(atOnce); // he may not read it any more
    if (message.is !== "event" || (message.seq ?? 0) <= this.applied) return;
    this.applied = message.seq ?? this.applied;
    if (message.kind === "post.voted" && message.votes) this.takeVotes(message.votes);
    else this.fresh.soon(takesAway(message) && this.isSaid(message.post?.number) ? atOnce : refreshWithin);
  }

  /** Its words stand here, or in the title. */
  private isSaid(number = 0): boolean {
    return number === 1 || this.wall.querySelector(`[data-post="${number}"]`) !== null;
  }

  async vote(form: HTMLFormElement): Promise<void> {
    if (this.isVoting) return;
    this.isVoting = true;
    const isTakenBack = form.action.endsWith("/stem-terug");
    const answer = await fetch(form.action, { method: "POST", headers: { Accept: "application/json" }, body: new URLSearchParams() }).catch(() => null);
    this.isVoting = false;
    // What went wrong is said by the page that the form itself leads to.
    if (!answer?.ok) return form.submit();
    say(text(isTakenBack ? "wall_unvoted" : "wall_voted"));
    this.fresh.soon(0);
  }

  private takeVotes(votes: { number: number; votes: number }[]): void {
    for (const { number, votes: count } of votes) {
      const question = this.wall.querySelector(`[data-post="${number}"]`);
      const shown = question?.querySelector("[data-votes]");
      const word = question?.querySelector("[data-votes-word]");
      if (shown) shown.textContent = String(count);
      if (word) word.textContent = text("wall_vote_word", { n: count });
    }
    // More questions than the page has room for: one that comes among the first is not there yet.
    const first = Number(this.wall.dataset["room"]);
    if (votes.length > first && votes.slice(0, first).some(({ number }) => !this.wall.querySelector(`[data-post="${number}"]`)))
      this.fresh.soon(refreshWithin);
    const list = this.list("open");
    if (list) this.order = [...votes.map(({ number }) => String(number)), ...idsOf(list)];
    this.settle();
  }

  private take(fresh: Document): boolean {
    const seq = seqOf(fresh);
    // Something came while the page was on its way: it must not be undone.
    if (seq < this.applied) return false;
    this.applied = seq;
    const before = currentIn(document);
    takeParts(fresh, isReplyInHand);
    for (const kind of ["open", "dealt"]) {
      const shown = this.list(kind);
      const now = fresh.querySelector<HTMLElement>(`[data-questions="${kind}"]`);
      if (shown && now) takeQuestions(shown, now);
    }
    this.order = idsOf(fresh.querySelector('[data-questions="open"]'));
    this.settle();
    const current = currentIn(document);
    if (current !== before && current !== undefined) politely(text("wall_now", { question: current }));
    return true;
  }

  /** The open questions in their order, unless somebody is at them: then when he has let go. */
  private settle(): void {
    window.clearTimeout(this.resting);
    const list = this.list("open");
    if (!list) return;
    const rest = this.usedAt + restAfter - performance.now();
    if (rest > 0) this.resting = window.setTimeout(() => this.settle(), rest);
    else arrange(list, this.order);
  }

  private list(kind: string): HTMLElement | null {
    return this.wall.querySelector<HTMLElement>(`[data-questions="${kind}"]`);
  }
}

function idsOf(list: Element | null): string[] {
  return [...(list?.querySelectorAll<HTMLElement>(":scope > [data-post]") ?? [])].map((one) => one.dataset["post"] ?? "");
}

function currentIn(page: Document): string | undefined {
  return page.querySelector<HTMLElement>("[data-current]")?.dataset["current"];
}

/** What is gone goes at once, what is new comes last; the order is settled afterwards. */
function takeQuestions(shown: HTMLElement, now: HTMLElement): void {
  const wanted = idsOf(now);
  for (const item of [...shown.querySelectorAll<HTMLElement>(":scope > [data-post]")])
    if (!wanted.includes(item.dataset["post"] ?? "")) item.remove();
  for (const item of now.querySelectorAll<HTMLElement>(":scope > [data-post]")) {
    const old = shown.querySelector<HTMLElement>(`:scope > [data-post="${item.dataset["post"]}"]`);
    if (!old) shown.append(document.importNode(item, true));
    else {
      old.className = item.className;
      if (old.innerHTML !== item.innerHTML) takeContent(old, item);
    }
  }
  if (shown.dataset["questions"] !== "open") arrange(shown, wanted);
}

function arrange(list: HTMLElement, order: string[]): void {
  const focused = document.activeElement;
  const items = [...list.querySelectorAll<HTMLElement>(":scope > [data-post]")];
  const place = (item: HTMLElement): number => order.indexOf(item.dataset["post"] ?? "");
  items.sort((one, other) => place(one) - place(other));
  items.forEach((item, i) => {
    if (list.children[i] !== item) list.insertBefore(item, list.children[i] ?? null);
  });
  if (focused instanceof HTMLElement && list.contains(focused) && document.activeElement !== focused) focused.focus({ preventScroll: true });
}
