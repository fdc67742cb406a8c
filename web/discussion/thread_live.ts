// A thread that goes on while one reads it. Rule: nothing is put into what is being read; new replies wait behind one button,
// and what the page shows in the end equals what a reload would show.
import type { LiveMessage } from "../live/connection.js";
import { isOwnNews, isReplyInHand, readFresh, seqOf, takeContent, takeElement, takeParts, takesAway } from "../live/fresh.js";
import { here } from "../live/index.js";
import { againWithin, atOnce, Refresher, refreshWithin, resyncWithin } from "../live/refresher.js";
import { debounced, politely, text } from "../page.js";

const hereEvery = 10_000;
const readWithin = 1_500; // what is on screen this long has been read

export function start(thread: HTMLElement): void {
  const posts = thread.querySelector<HTMLElement>("[data-posts]");
  const topic = `thread/${thread.dataset["thread"]}`;
  if (!posts) return;
  const page = new ThreadPage(thread, posts);
  document.addEventListener("forum:event", (event) => {
    const message = (event as CustomEvent<LiveMessage>).detail;
    if (message.topic === topic) page.apply(message);
    // How far he has read, here or elsewhere, changes nothing that is shown.
    else if (isOwnNews(message) && message.marker === undefined) page.fresh.soon(message.is === "event" ? 0 : refreshWithin);
  });
  tellPresence(thread, topic);
  markRead(thread);
}

function isMember(): boolean {
  return (document.body.dataset["live"] ?? "").split(" ").includes("me");
}

class ThreadPage {
  private readonly waiting = new Map<number, { seq: number; html: string }>();
  private applied = 0;
  /** A post that waits comes with it: no event tells of it, since only he may see it. */
  readonly fresh = new Refresher(
    () => readFresh(this.movedTo),
    (fresh) => this.takePage(fresh),
  );

  constructor(
    private readonly thread: HTMLElement,
    private readonly posts: HTMLElement,
  ) {
    this.bar()?.querySelector("a")?.addEventListener("click", (event) => {
      if (![...this.waiting.keys()].some((number) => this.hasRoom(number))) return; // to the next page
      event.preventDefault();
      void this.show();
    });
  }

  apply(message: LiveMessage): void {
    if (message.is === "resync") this.fresh.soon(resyncWithin);
    if (message.is === "refused") this.fresh.soon(atOnce); // he may not read it any more
    if (message.is === "present") this.present(message);
    if (message.is !== "event") return;
    this.applied = message.seq ?? this.applied;
    const number = message.post?.number;
    const html = message.html ?? "";
    if (number === undefined || html === "") {
      if (message.thread?.movedTo) this.sayMoved(message.thread.movedTo.url);
      else if (message.kind === "thread.changed") this.fresh.soon(refreshWithin);
      if (message.kind === "post.voted") this.fresh.soon(againWithin);
      return;
    }
    const shown = this.find(number);
    const isNew = message.kind === "post.new";
    if (shown) void this.replace(number, html);
    else if (this.waiting.has(number) || (isNew && this.isExpected(number))) this.announce(number, html);
    if (takesAway(message)) this.forgetQuoted(number);
    // Counts and answers around the posts; those of a new reply come with it.
    if (shown || !isNew) this.fresh.soon(takesAway(message) && this.isSaidElsewhere(number) ? atOnce : refreshWithin);
    else if (!this.waiting.has(number)) this.fresh.soon(againWithin);
  }

  /** It belongs on this page, or comes after the last. */
  private isExpected(number: number): boolean {
    const { first, lastPage } = this.thread.dataset;
    return number >= Number(first) && (this.hasRoom(number) || lastPage === "1");
  }

  /** Its words stand in a quote, above the posts as the answer, or in the title. */
  private isSaidElsewhere(number: number): boolean {
    return number === 1 || this.thread.querySelector(`a[href$="#bericht-${number}"]:not(article[data-post="${number}"] *)`) !== null;
  }

  /** The form stays as it is, so the words that are quoted in it go by themselves. */
  private forgetQuoted(number: number): void {
    this.thread.querySelector(`[data-quoted]:has(input[value="${number}"]) blockquote p`)?.replaceChildren();
  }

  private hasRoom(number: number): boolean {
    return number <= Number(this.thread.dataset["last"]);
  }

  /** The first reply that waits and has no place on this page. */
  private beyond(): number | undefined {
    return [...this.waiting.keys()].sort((one, other) => one - other).find((number) => !this.hasRoom(number));
  }

  private find(number: number): HTMLElement | null {
    return this.thread.querySelector<HTMLElement>(`article[data-post="${number}"]`);
  }

  private bar(): HTMLElement | null {
    return document.querySelector<HTMLElement>("[data-live-bar]");
  }

  private announce(number: number, html: string): void {
    this.waiting.set(number, { seq: this.applied, html });
    this.showBar();
    politely(text("live_new_here", { n: this.waiting.size }));
  }

  private showBar(): void {
    const bar = this.bar();
    if (!bar) return;
    bar.hidden = this.waiting.size === 0;
    const label = bar.querySelector("[data-live-text]");
    if (label) label.textContent = text("live_new", { n: this.waiting.size });
    const beyond = this.beyond();
    const link = bar.querySelector("a");
    if (link) link.href = beyond === undefined ? "#nieuw" : `/gesprekken/${this.thread.dataset["thread"]}/berichten/${beyond}`;
  }

  /** As this reader sees them, with his own buttons; what a guest sees when the page cannot be read. */
  private async show(): Promise<void> {
    const bar = this.bar();
    if (bar) bar.hidden = true;
    politely("");
    const fresh = await readFresh(this.movedTo);
    const arrived: HTMLElement[] = [];
    for (const [number, { seq, html }] of [...this.waiting].sort(([one], [other]) => one - other)) {
      if (!this.hasRoom(number)) continue;
      this.waiting.delete(number);
      const own = fresh && seq <= seqOf(fresh) ? fresh.querySelector<HTMLElement>(`article[data-post="${number}"]`) : null;
      const post = own ? document.importNode(own, true) : parse(html);
      if (post && !this.find(number)) arrived.push(post);
    }
    this.showBar();
    if (fresh) takeParts(fresh, isReplyInHand);
    if (!(fresh && seqOf(fresh) >= this.applied)) this.fresh.soon(refreshWithin);
    if (arrived.length === 0) return;
    const line = document.createElement("p");
    line.className = "fd-sinds";
    line.id = "nieuw";
    line.textContent = text("live_since");
    document.getElementById("nieuw")?.remove();
    for (const post of arrived) {
      this.place(post);
      post.classList.add("fd-post--nieuw");
    }
    arrived[0]?.before(line);
    const heading = arrived[0]?.querySelector<HTMLElement>("h3");
    if (heading) {
      heading.tabIndex = -1;
      heading.focus({ preventScroll: true });
      heading.scrollIntoView({ block: "start" });
    }
  }

  /** By its number: one that was approved late stands among older ones. */
  private place(post: HTMLElement): void {
    const after = [...this.posts.querySelectorAll<HTMLElement>("article[data-post]")].find((one) => numberOf(one) > numberOf(post));
    this.posts.insertBefore(post, after ?? null);
  }

  /** The fragment of an event is Dutch: who reads in another language gets the post from his own page, while that can be read. */
  private async translated(number: number): Promise<HTMLElement | null> {
    if (document.documentElement.lang === "nl") return null;
    const page = await readFresh(this.movedTo);
    const post = page && seqOf(page) >= this.applied ? page.querySelector<HTMLElement>(`article[data-post="${number}"]`) : null;
    return post && document.importNode(post, true);
  }

  private async replace(number: number, html: string): Promise<void> {
    const own = await this.translated(number);
    const fresh = own ?? parse(html);
    const shown = this.find(number);
    if (fresh && shown) this.change(shown, fresh, own !== null);
  }

  /** In place, unless a reader is in the middle of it: then it says so and waits for him. */
  private change(shown: HTMLElement, fresh: HTMLElement, isOwn: boolean): void {
    const put = (): void => {
      // An event's fragment is made as a guest sees it; the reader's own buttons stay as they were until his own page is read.
      const actions = isOwn ? null : shown.querySelector(".fd-post__acties");
      if (actions && fresh.querySelector(".fd-post__acties")) fresh.querySelector(".fd-post__acties")?.replaceWith(actions);
      shown.replaceWith(fresh);
    };
    const box = shown.getBoundingClientRect();
    const isRead = shown.contains(document.activeElement) || (box.top < innerHeight && box.bottom > 0);
    // What is gone must go at once, and one's own post that waited is what its writer waits for.
    const isDue = fresh.classList.contains("fd-post--weg") || shown.classList.contains("fd-post--wacht");
    if (!isRead || isDue) {
      put();
      return;
    }
    shown.querySelector("[data-changed]")?.remove();
    const button = document.createElement("button");
    button.type = "button";
    button.className = "nl-button nl-button--subtle";
    button.dataset["changed"] = "";
    button.innerHTML = '<span class="nl-button__label"></span>';
    const label = button.querySelector("span");
    if (label) label.textContent = text("live_changed");
    button.addEventListener("click", () => {
      button.remove();
      put();
      this.fresh.soon(0);
    });
    (shown.querySelector(".fd-post__vak") ?? shown).append(button);
  }

  private present(message: LiveMessage): void {
    const line = document.querySelector("[data-presence-text]");
    if (!line) return;
    const others = Math.max(0, (message.readers ?? 1) - 1);
    const writers = message.writing?.length ?? message.writers ?? 0;
    const words = [text(others === 0 ? "live_alone" : "live_readers", { n: others })];
    if (message.writing && message.writing.length > 0 && message.writing.length <= 3)
      words.push(text("live_writing_names", { names: message.writing.join(", ") }));
    else if (writers > 0) words.push(text("live_writing", { n: writers }));
    line.textContent = words.join(" ");
    const section = document.querySelector<HTMLElement>("[data-presence]");
    if (section) section.hidden = false;
  }

  /** What is shown becomes what the server shows this reader, except what he is in the middle of. */
  private takePage(fresh: Document): boolean {
    // Something came while the page was on its way: it must not be undone.
    if (seqOf(fresh) < this.applied) return false;
    takeParts(fresh, isReplyInHand);
    this.dropGone(fresh);
    for (const post of fresh.querySelectorAll<HTMLElement>("article[data-post]")) this.take(post);
    return true;
  }

  /** What it was asked for stands in another thread: this page stays as it was, with the way there above it. */
  private readonly movedTo = (url: string): boolean => {
    const there = new URL(url).pathname.split("/")[2];
    if (there === this.thread.dataset["thread"]) return false;
    this.sayMoved(url);
    return true;
  };

  private sayMoved(url: string): void {
    this.fresh.stop();
    if (this.thread.querySelector("[data-moved]")) return;
    const note = document.createElement("div");
    note.className = "utrecht-alert utrecht-alert--info fd-alert-ruim";
    note.dataset["moved"] = "";
    note.innerHTML = '<div class="utrecht-alert__content"><p><span></span> <a class="nl-link"></a></p></div>';
    const words = note.querySelector("span");
    if (words) words.textContent = text("live_moved");
    const link = note.querySelector("a");
    if (link) {
      link.href = url;
      link.textContent = text("live_moved_link");
    }
    this.thread.prepend(note);
    politely(text("live_moved"));
  }

  /** A post that the page does not have any more went to another thread. */
  private dropGone(fresh: Document): void {
    for (const post of this.thread.querySelectorAll<HTMLElement>("article[data-post]"))
      if (!fresh.querySelector(`article[data-post="${numberOf(post)}"]`)) post.remove();
  }

  private take(post: HTMLElement): void {
    const number = numberOf(post);
    const shown = this.find(number);
    if (!shown && post.classList.contains("fd-post--wacht") && !this.waiting.has(number)) this.place(document.importNode(post, true));
    else if (!shown && !this.waiting.has(number)) this.announce(number, post.outerHTML); // its event was missed
    if (!shown || shown.outerHTML === post.outerHTML) return;
    if (shown.querySelector("[data-changed]")) return takeQuote(shown, post);
    // Another text waits for its reader, whoever brings it first: this page or its event.
    if (shown.dataset["version"] === post.dataset["version"]) takeElement(shown, post);
    else this.change(shown, document.importNode(post, true), true);
  }
}

function numberOf(post: HTMLElement): number {
  return Number(post.dataset["post"]);
}

/** What it quotes may be read no more, while its own change still waits for its reader. */
function takeQuote(shown: HTMLElement, now: HTMLElement): void {
  const quote = shown.querySelector<HTMLElement>(".fd-citaat");
  const quoteNow = now.querySelector<HTMLElement>(".fd-citaat");
  if (quote && quoteNow && quote.innerHTML !== quoteNow.innerHTML) takeContent(quote, quoteNow);
}

function parse(html: string): HTMLElement | null {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.querySelector<HTMLElement>("article");
}

function tellPresence(thread: HTMLElement, topic: string): void {
  let told = 0;
  thread.querySelector("form[data-writing]")?.addEventListener("input", () => {
    if (Date.now() - told < hereEvery) return;
    told = Date.now();
    here(topic, "writing");
  });
  // Who follows is a reader to the server until he says otherwise.
  document.addEventListener("visibilitychange", () => here(topic, document.hidden ? "away" : "reading"));
  document.addEventListener("forum:event", (event) => {
    const message = (event as CustomEvent<LiveMessage>).detail;
    if (message.is === "following" && message.topic === topic && document.hidden) here(topic, "away");
  });
}

/**
 * The marker moves by what was on screen, not by what was loaded (A11). A post that was approved late is new below the marker:
 * when it has been on screen the marker moves in time.
 */
function markRead(thread: HTMLElement): void {
  if (!isMember()) return;
  const url = `/api/v1/threads/${thread.dataset["thread"]}/marker`;
  let told = Number(thread.dataset["marker"] ?? "0");
  let seen = told;
  let isDue = false;
  const tell = async (): Promise<void> => {
    if (seen <= told && !isDue) return;
    const before = told;
    told = seen;
    isDue = false;
    const body = JSON.stringify({ number: seen });
    const answer = await fetch(url, { method: "PUT", headers: { "Content-Type": "application/json" }, body, keepalive: true }).catch(() => null);
    if (!answer?.ok) told = Math.min(told, before); // the next post on screen takes it along
  };
  const tellSoon = debounced(readWithin, () => void tell());
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        seen = Math.max(seen, Number((target as HTMLElement).dataset["post"]));
        isDue ||= target.previousElementSibling?.id === "nieuw";
      }
      tellSoon();
    },
    { rootMargin: "-15% 0px" }, // more than its edge, also of a post that is longer than the screen
  );
  const watch = (): void => thread.querySelectorAll("article[data-post]").forEach((post) => observer.observe(post));
  watch();
  new MutationObserver(watch).observe(thread, { childList: true, subtree: true });
}
