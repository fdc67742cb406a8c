// A thread that goes on while one reads it. Rule: nothing is put into what is being read; new replies wait behind one button,
// and what the page shows in the end equals what a reload would show.
import type { LiveMessage } from "../live/connection.js";
import { here } from "../live/index.js";
import { debounced, say, text } from "../page.js";

const speakEvery = 20_000; // ms between two announcements (DESIGN.md §6)
const hereEvery = 10_000;
const readWithin = 1_500; // what is on screen this long has been read
const refreshWithin = 2_000; // readers of one thread do not all read it anew in the same moment

export function start(thread: HTMLElement): void {
  const posts = thread.querySelector<HTMLElement>("[data-posts]");
  const topic = `thread/${thread.dataset["thread"]}`;
  if (!posts) return;
  const page = new ThreadPage(thread, posts);
  document.addEventListener("forum:event", (event) => {
    const message = (event as CustomEvent<LiveMessage>).detail;
    if (message.is === "beat" && message.at) page.readUntil(message.at);
    else if (message.topic === topic) page.apply(message);
    // How far he has read, here or elsewhere, changes nothing that is shown.
    else if (message.topic === "me" && message.kind === "own.changed" && message.marker === undefined) void page.refresh();
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
  private refreshing = 0;
  private spokenAt = 0;

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
    if (message.is === "resync") this.readAnew();
    if (message.is === "present") this.present(message);
    if (message.is !== "event") return;
    this.applied = message.seq ?? this.applied;
    const number = message.post?.number;
    const html = message.html ?? "";
    if (number === undefined || html === "") {
      if (message.kind === "thread.changed") void this.refresh();
      return;
    }
    const shown = this.find(number);
    if (shown) void this.replace(number, html);
    else if (this.waiting.has(number) || (message.kind === "post.new" && this.isExpected(number))) this.announce(number, html);
  }

  /** It belongs on this page, or comes after the last. */
  private isExpected(number: number): boolean {
    const { first, lastPage } = this.thread.dataset;
    return number >= Number(first) && (this.hasRoom(number) || lastPage === "1");
  }

  private hasRoom(number: number): boolean {
    return number <= Number(this.thread.dataset["last"]);
  }

  /** The first reply that waits and has no place on this page. */
  private beyond(): number | undefined {
    return [...this.waiting.keys()].sort((one, other) => one - other).find((number) => !this.hasRoom(number));
  }

  /** Too much was missed: the page is read anew, not by all readers at once, and never from under what is being typed. */
  private readAnew(): void {
    const typed = this.thread.querySelector<HTMLTextAreaElement>("form[data-writing] textarea")?.value ?? "";
    if (typed === "") window.setTimeout(() => location.reload(), Math.random() * 5_000);
    else void this.refresh();
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
    if (Date.now() - this.spokenAt > speakEvery) {
      this.spokenAt = Date.now();
      say(text("live_new_here", { n: this.waiting.size }));
    }
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
    const fresh = await this.read();
    const arrived: HTMLElement[] = [];
    for (const [number, { seq, html }] of [...this.waiting].sort(([one], [other]) => one - other)) {
      if (!this.hasRoom(number)) continue;
      this.waiting.delete(number);
      const own = fresh && seq <= seqOf(fresh) ? fresh.querySelector<HTMLElement>(`article[data-post="${number}"]`) : null;
      const post = own ? document.importNode(own, true) : parse(html);
      if (post && !this.find(number)) arrived.push(post);
    }
    this.showBar();
    if (fresh) this.takeHead(fresh);
    if (isMember() && !(fresh && seqOf(fresh) >= this.applied)) this.refreshSoon(refreshWithin);
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
    const page = await this.read();
    const post = page && seqOf(page) >= this.applied ? page.querySelector<HTMLElement>(`article[data-post="${number}"]`) : null;
    return post && document.importNode(post, true);
  }

  /** In place, unless a reader is in the middle of it: then it says so and waits for him. */
  private async replace(number: number, html: string): Promise<void> {
    const own = await this.translated(number);
    const fresh = own ?? parse(html);
    const shown = this.find(number);
    if (!fresh || !shown) return;
    const put = (within: number): void => {
      // The fragment is made as a guest sees it; the reader's own buttons stay as they were until his own page is read.
      const actions = own ? null : shown.querySelector(".fd-post__acties");
      if (actions && fresh.querySelector(".fd-post__acties")) fresh.querySelector(".fd-post__acties")?.replaceWith(actions);
      shown.replaceWith(fresh);
      if (isMember() && !own) this.refreshSoon(within);
    };
    const box = shown.getBoundingClientRect();
    const isRead = shown.contains(document.activeElement) || (box.top < innerHeight && box.bottom > 0);
    // What is gone must go at once, and one's own post that waited is what its writer waits for.
    const isDue = fresh.classList.contains("fd-post--weg") || shown.classList.contains("fd-post--wacht");
    if (!isRead || isDue) {
      put(refreshWithin);
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
      put(0);
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

  /** The honest line: up to when the server had read the events, not what this device's clock says. */
  readUntil(at: string): void {
    const line = document.querySelector<HTMLElement>("[data-live-applied]");
    if (!line) return;
    const time = new Date(at).toLocaleTimeString("nl-NL", { timeZone: "Europe/Amsterdam" }).replaceAll(":", ".");
    line.textContent = text("live_applied", { time });
    line.hidden = false;
  }

  private refreshSoon(within: number): void {
    window.clearTimeout(this.refreshing);
    this.refreshing = window.setTimeout(() => void this.refresh(), Math.random() * within);
  }

  /**
   * What is shown becomes what the server shows this reader, except what he is in the middle of. A post that waits comes with it:
   * no event tells of it, since only he may see it.
   */
  async refresh(): Promise<void> {
    const fresh = await this.read();
    if (!fresh) return;
    if (seqOf(fresh) < this.applied) {
      this.refreshSoon(refreshWithin); // something came while the page was on its way: it must not be undone
      return;
    }
    this.takeHead(fresh);
    for (const post of fresh.querySelectorAll<HTMLElement>("article[data-post]")) {
      const number = numberOf(post);
      const shown = this.find(number);
      if (!shown) {
        if (post.classList.contains("fd-post--wacht") && !this.waiting.has(number)) this.place(document.importNode(post, true));
      } else if (shown.outerHTML !== post.outerHTML && !shown.contains(document.activeElement) && !shown.querySelector("[data-changed]"))
        shown.replaceWith(document.importNode(post, true));
    }
  }

  private takeHead(fresh: Document): void {
    for (const selector of [".fd-gesprekkop", ".fd-samen"]) {
      const now = fresh.querySelector(selector);
      if (now) this.thread.querySelector(selector)?.replaceWith(document.importNode(now, true));
    }
    const paging = fresh.querySelector("nav.fd-bladeren");
    this.thread.querySelector("nav.fd-bladeren")?.remove();
    if (paging) this.posts.after(document.importNode(paging, true));
    if (!fresh.querySelector(".fd-leeg")) this.thread.querySelector(".fd-leeg")?.remove();
  }

  /** The page as the server makes it now; null without connection. */
  private async read(): Promise<Document | null> {
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      return answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
    } catch {
      return null;
    }
  }
}

function seqOf(page: Document): number {
  return Number(page.body.dataset["seq"] ?? "0");
}

function numberOf(post: HTMLElement): number {
  return Number(post.dataset["post"]);
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
