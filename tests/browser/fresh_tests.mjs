// Page + events = fresh page: whatever happens, each page of each kind of reader ends as a reload would show it. Rule: only what a
// reader can do himself is done to the page (the buttons "Toon"), and time is moved by the test. SEED=n repeats an order of acts.
import assert from "node:assert/strict";
import { openPerson, signIn } from "./browser.mjs";

const readers = {
  guest: null, newcomer: "nieuw@demo.example", member: "adviseur@demo.example", alderman: "wethouder@demo.example",
  moderator: "moderator@demo.example", second: "moderator2@demo.example", administrator: "beheer@demo.example",
};
/** Pages that only these readers open: for the others they are as one of the rest. */
const readersOf = {
  own: ["newcomer", "member", "alderman", "moderator", "administrator"],
  merged: ["guest", "member", "moderator"],
  judged: ["guest", "alderman", "moderator"],
  queue: ["moderator", "second"],
};

/** An act by the API, in the reader's own session. */
async function act(person, method, path, data, status) {
  const answer = await person.context.request.fetch(`/api/v1${path}`, { method, data });
  assert.equal(answer.status(), status, `${method} ${path}: ${await answer.text()}`);
  return status === 204 ? {} : answer.json();
}

/** In the page: what it shows of all that may change, next to the same of a page that the server makes now. */
async function compare() {
  const clean = (element) => {
    const copy = element.cloneNode(true);
    copy.querySelectorAll("[data-list-bar]").forEach((bar) => bar.remove());
    copy.classList.remove("fd-post--nieuw");
    copy.querySelectorAll("[tabindex]").forEach((one) => one.removeAttribute("tabindex"));
    return copy.outerHTML.replace(/\s+/g, " ").replace(/> </g, "><");
  };
  const picture = (page) => ({
    parts: [...page.querySelectorAll("[data-live-part]:not([data-live-part=reageer], [data-live-part=vraag])")].map(clean),
    posts: [...page.querySelectorAll("article[data-post]")].map(clean),
    questions: [...page.querySelectorAll("[data-questions]")].map(clean),
    queue: [...page.querySelectorAll("#rij-kop, .fd-cijfers, [data-laatste], .fd-wacht__rijen, .fd-wacht > .fd-leeg")].map(clean),
    titles: [page.title, page.querySelector(".fd-kruimel")?.innerHTML],
    mayReply: page.querySelector("form[data-writing]") !== null,
  });
  const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
  const threadIn = (url) => new URL(url, location.href).pathname.split("/")[2];
  if (threadIn(answer.url) !== threadIn(location.href)) {
    const link = document.querySelector("[data-moved] a");
    return link && threadIn(link.href) === threadIn(answer.url) ? "" : "the thread stands elsewhere, and the page does not say so";
  }
  const fresh = picture(new DOMParser().parseFromString(await answer.text(), "text/html"));
  const shown = picture(document);
  for (const name of ["parts", "posts", "questions", "queue", "titles"])
    for (let i = 0; i < Math.max(fresh[name].length, shown[name].length); i += 1) {
      const [wanted, is] = [fresh[name][i] ?? "nothing", shown[name][i] ?? "nothing"];
      let at = 0;
      while (at < wanted.length && wanted[at] === is[at]) at += 1;
      if (wanted !== is) return `${name} ${i} ${wanted.slice(0, 80)}: fresh …${wanted.slice(at - 80, at + 400)} / shown …${is.slice(at - 80, at + 400)}`;
    }
  return fresh.mayReply === shown.mayReply ? "" : `a form for replies: fresh ${fresh.mayReply}, shown ${shown.mayReply}`;
}

/** In the page: all that waits behind a button is asked for; in the queue the rows are let go of. */
function press() {
  const buttons = "[data-live-bar]:not([hidden]) a, [data-list-bar] a, [data-changed], .fd-wacht__nieuw:not([hidden])";
  if (document.activeElement.closest(".fd-wacht__rijen")) document.activeElement.blur();
  for (const button of document.querySelectorAll(buttons)) button.click();
}

/** The network of a person: in the tunnel nothing comes through and sockets are cut. Before his pages are opened. */
async function tunnel(context) {
  const sockets = new Set();
  let isIn = false;
  await context.routeWebSocket(/\/live$/, (socket) => {
    if (isIn) {
      void socket.close({ code: 3000 });
      return;
    }
    sockets.add(socket);
    const server = socket.connectToServer();
    socket.onClose(() => sockets.delete(socket) && void server.close());
  });
  return {
    async enter() {
      isIn = true;
      await context.setOffline(true);
      for (const socket of sockets) await socket.close({ code: 3000 });
    },
    async leave() {
      isIn = false;
      await context.setOffline(false);
    },
  };
}

async function openAll(browser, site, addresses) {
  const people = {};
  for (const [name, email] of Object.entries(readers)) {
    people[name] = await openPerson(browser, site);
    if (email) await signIn(people[name].page, email);
    await people[name].page.close();
    await people[name].context.clock.install();
    people[name].tunnel = await tunnel(people[name].context);
    people[name].pages = {};
    for (const [kind, address] of Object.entries(addresses)) {
      if (!(readersOf[kind] ?? Object.keys(readers).filter((one) => one !== "second")).includes(name)) continue;
      const page = await people[name].context.newPage();
      page.on("pageerror", (error) => people[name].faults.push(`${kind}: ${error.message}`));
      await page.goto(address);
      people[name].pages[kind] = page;
    }
  }
  return people;
}

/** Each page is looked at until it is right; the buttons are pressed, and time moves for those that are not. */
async function allAreFresh(people, what) {
  let left = Object.entries(people).flatMap(([name, { pages }]) => Object.entries(pages).map(([kind, page]) => ({ name, kind, page })));
  for (let tries = 0; ; tries += 1) {
    const wrong = [];
    for (const one of left) {
      await one.page.evaluate(press);
      const difference = await one.page.evaluate(compare);
      if (difference) wrong.push({ ...one, difference });
    }
    left = wrong;
    if (wrong.length === 0) return;
    if (tries === 30)
      assert.fail(`${what}: ${wrong.map((one) => `${one.kind} of ${one.name}`).join(", ")}; the first: ${wrong[0].difference.slice(0, 2000)}`);
    for (const name of new Set(wrong.map((one) => one.name))) await people[name].context.clock.runFor(1_000);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Numbers from 0 to 1, always the same of one seed. */
function chances(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Each row of acts in its own order, the rows mixed by chance. While the thread is closed, only acts that then go are drawn. */
function mixed(rows, chance) {
  const left = rows.map((row) => Object.entries(row));
  const order = [];
  for (let isClosed = false; left.some((row) => row.length > 0);) {
    const next = left.filter(([first]) => first && !(isClosed && first[1].isForOpen));
    const row = next[Math.floor(chance() * next.length)];
    const [name, act] = row.shift();
    if (act.closes !== undefined) isClosed = act.closes;
    order.push([name, act]);
  }
  return order;
}

/** Of everything that can happen to a thread, its posts and its wall, in an order by chance and two or three at a time. */
export async function everyPageOfEveryReaderStaysFresh(browser, site) {
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1_000_000));
  const chance = chances(seed);
  const [writer, asker] = [await openPerson(browser, site), await openPerson(browser, site)];
  await signIn(writer.page, "adviseur@demo.example");
  await signIn(asker.page, "wethouder@demo.example");
  const question = (changes) => ({ kind: "question", title: "Blijft alles gelijk?", body: "Een vraag.", theme: "huisvesting", visibility: "public",
    municipalities: ["GM1783:about"], ...changes });
  const { id } = await act(writer, "POST", "/threads", question(), 201);
  const { id: other } = await act(asker, "POST", "/threads", question({ title: "Hetzelfde, maar dan later?" }), 201);
  await act(asker, "POST", `/threads/${other}/posts`, { body: "Zie het andere gesprek." }, 201);
  const { id: third } = await act(asker, "POST", "/threads", question({ title: "Mag dit blijven staan?" }), 201);
  const thread = `/threads/${id}`;
  for (const body of ["Wie betaalt dit?", "Wat werkt bij u?"]) await act(asker, "POST", `${thread}/posts`, { body }, 201);
  await asker.context.close();
  const people = await openAll(browser, site, {
    thread: `/gesprekken/${id}`, list: "/gesprekken?thema=huisvesting", home: "/", municipality: "/gemeenten/GM1783",
    type: "/typen/tuinbouwgemeenten", own: "/ik", merged: `/gesprekken/${other}`, judged: `/gesprekken/${third}`,
    queue: "/moderatie",
  });
  const { newcomer, member, alderman, moderator, second } = people;
  const decide = async (words, decision) => {
    const waiting = (await act(moderator, "GET", "/moderation/cases", undefined, 200)).items.find((one) => one.excerpt.startsWith(words));
    await act(moderator, "POST", `/moderation/cases/${waiting.id}/decision`, { version: waiting.version, ...decision }, 200);
  };
  const decideOn = async (id, decision, who = moderator) => {
    const { version } = await act(who, "GET", `/moderation/cases/${id}`, undefined, 200);
    await act(who, "POST", `/moderation/cases/${id}/decision`, { version, rules: ["geen-inwoners"],
      facts: "In de tekst staat de naam van een bewoner.", ...decision }, 200);
  };
  const caseOf = async (thread, number) => (await act(moderator, "POST", `/threads/${thread}/posts/${number}/case`, {}, 201)).id;
  const quote = (words, number) => () => act(member, "POST", `${thread}/posts`, { body: words, replyTo: number() }, 201);
  const report = (who) => () => act(who, "POST", "/reports", { thread: third, post: 1, category, text: "Hier klopt iets niet." }, 201);
  const place = (theme, municipality, kind) => () => act(moderator, "PUT", `${thread}/place`,
    { kind, theme, municipalities: [municipality], typologies: ["tuinbouwgemeenten"], reason: "Hoort hier." }, 200);
  const vote = (who, method, number) => () => act(who, method, `${thread}/posts/${number}/vote`, undefined, method === "PUT" ? 200 : 204);
  const category = (await act(moderator, "GET", "/report-categories", undefined, 200)).items[0].slug;
  let reported;
  let reply;
  let kept;
  let judged;
  let moved;
  const posts = {
    "a reply": async () => (reply = await act(alderman, "POST", `${thread}/posts`, { body: "Bij ons wel." }, 201)),
    "a quote": quote("Dat hoor ik vaker.", () => reply.number),
    "an edit": () => act(alderman, "PUT", `${thread}/posts/${reply.number}`, { body: "Bij ons niet.", version: reply.version }, 200),
    "an answer": () => act(member, "PUT", `${thread}/answer`, { number: reply.number }, 200),
    "a reply that waits": async () => (kept = await act(newcomer, "POST", `${thread}/posts`, { body: "Ik wacht even." }, 202)),
    "no answer": () => act(member, "DELETE", `${thread}/answer`, undefined, 204),
    "a change of what waits": () => act(newcomer, "PUT", `${thread}/posts/${kept.number}`, { body: "Ik wacht nog even.", version: kept.version }, 202),
    "a withdrawal": () => act(alderman, "DELETE", `${thread}/posts/${reply.number}`, undefined, 200),
    "an approval": () => decide("Ik wacht nog", { decision: "approve" }),
    "a quote of what was approved": quote("Wacht niet te lang.", () => kept.number),
    "back again": () => act(alderman, "DELETE", `${thread}/posts/${reply.number}/withdrawal`, undefined, 200),
    "another that waits": () => act(newcomer, "POST", `${thread}/posts`, { body: "Zonder bron." }, 202),
    "a third that waits": () => act(newcomer, "POST", `${thread}/posts`, { body: "Wij vroegen het alle buren en bijna elke bewoner zei ja." }, 202),
    "one more that waits": () => act(newcomer, "POST", `${thread}/posts`, { body: "Mag ook dit?" }, 202),
    "a rejection": () => decide("Zonder bron", { decision: "reject", rules: ["bron"], facts: "In de tekst staat niet waar dit vandaan komt." }),
    "a hiding": async () => {
      judged = await caseOf(id, reply.number);
      await decideOn(judged, { decision: "hide" });
    },
    "an approval with changes": () => decide("Wij vroegen het", { decision: "approve-with-changes",
      body: "Wij vroegen het alle buren en bijna iedere bewoner zei ja.", facts: "Een woord is duidelijker gemaakt." }),
    "a return": () => decide("Mag ook dit", { decision: "return", questions: "Wat bedoelt u?" }),
    "shown again": () => decideOn(judged, { decision: "restore" }),
    "a removal": async () => {
      judged = await caseOf(id, kept.number);
      await decideOn(judged, { decision: "remove" });
    },
    "a removal that is taken back": () => act(moderator, "DELETE", `/moderation/cases/${judged}/decision`, undefined, 200),
  };
  const threads = {
    "a new thread": () => act(member, "POST", "/threads", question({ title: "Nog een vraag?" }), 201),
    "a thread for members": () => act(member, "POST", "/threads", question({ title: "Alleen voor leden?", visibility: "members" }), 201),
    "a thread that waits": () => act(newcomer, "POST", "/threads", question({ title: "Mag dit?" }), 202),
    "a thread for administrators": () => act(alderman, "POST", "/threads", question({ title: "Onder ons?", visibility: "administrators" }), 201),
  };
  const whole = {
    "a pin": () => act(moderator, "PUT", `${thread}/pin`, { reason: "Voor iedereen." }, 200),
    "another theme": place("expats", "GM1783:about", "question"),
    "an end with a conclusion": () => act(moderator, "PUT", `${thread}/closure`, { reason: "De vraag is beantwoord.", conclusion: "Het kan **zo**." }, 200),
    "another conclusion": () => act(moderator, "PUT", `${thread}/closure`, { reason: "Beantwoord.", until: "", conclusion: "Het kan ook anders." }, 200),
    "no end": () => act(moderator, "DELETE", `${thread}/closure`, undefined, 204),
    "another municipality": place("expats", "GM0981:experience", "question"),
    "a merge": async () => {
      await act(moderator, "POST", `/threads/${other}/merge`, { into: id, reason: "Hetzelfde." }, 200);
      moved = (await act(moderator, "GET", thread, undefined, 200)).posts.items.filter((one) => one.body === "Zie het andere gesprek.").map((one) => one.number);
    },
    "no pin": () => act(moderator, "DELETE", `${thread}/pin`, undefined, 204),
    "back to its place": place("huisvesting", "GM1783:about", "question"),
    "a split": () => act(moderator, "POST", `${thread}/split`, { numbers: moved, title: "Een eigen gesprek", reason: "Iets anders." }, 201),
    "a second end": () => act(moderator, "PUT", `${thread}/closure`, { reason: "Klaar." }, 200),
    "open again": () => act(moderator, "DELETE", `${thread}/closure`, undefined, 204),
  };
  const wall = {
    "a wall": async () => {
      await act(moderator, "PUT", `${thread}/wall`, undefined, 200);
      for (const person of Object.values(people)) {
        person.pages.wall = await person.context.newPage();
        person.pages.wall.on("pageerror", (error) => person.faults.push(`wall: ${error.message}`));
        await person.pages.wall.goto(`/gesprekken/${id}/wand`);
      }
    },
    "a vote": vote(member, "PUT", 3),
    "a vote of a new member": vote(newcomer, "PUT", 2),
    "a vote of a moderator": vote(moderator, "PUT", 2),
    "dealt with now": () => act(moderator, "PUT", `${thread}/wall/current`, { number: 2 }, 200),
    "a vote taken back": vote(newcomer, "DELETE", 2),
    "the next one": () => act(moderator, "PUT", `${thread}/wall/current`, { number: 3 }, 200),
    "back in the row": () => act(moderator, "DELETE", `${thread}/posts/2/dealt`, undefined, 204),
    "dealt with": () => act(moderator, "PUT", `${thread}/posts/3/dealt`, undefined, 200),
    "one more vote": vote(newcomer, "PUT", 2),
    "a wall that closes": () => act(moderator, "DELETE", `${thread}/wall`, undefined, 204),
    "a wall that opens again": () => act(moderator, "PUT", `${thread}/wall`, undefined, 200),
  };
  const openings = {
    "a report": report(member),
    "a hold": async () => {
      reported = (await act(second, "GET", "/moderation/cases", undefined, 200)).items.find((one) => one.title === "Mag dit blijven staan?").id;
      await act(second, "PUT", `/moderation/cases/${reported}/lease`, undefined, 200);
    },
    "a second report": report(newcomer),
    "an opening that is edited": () => act(alderman, "PUT", `/threads/${third}/posts/1`, { body: "Een betere vraag.", version: 1 }, 200),
    "an opening that is quoted": () => act(member, "POST", `/threads/${third}/posts`, { body: "Goed gezegd.", replyTo: 1 }, 201),
    "an opening that is hidden": () => decideOn(reported, { decision: "hide" }, second),
    "an opening that is let go": () => act(second, "DELETE", `/moderation/cases/${reported}/lease`, undefined, 200),
    "an opening that is shown again": () => decideOn(reported, { decision: "restore" }),
    "an opening that is removed": async () => decideOn(reported = await caseOf(third, 1), { decision: "remove" }),
    "an opening that comes back": () => act(moderator, "DELETE", `/moderation/cases/${reported}/decision`, undefined, 200),
    "an opening that is withdrawn": () => act(alderman, "DELETE", `/threads/${third}/posts/1`, undefined, 200),
  };
  for (const one of Object.values(posts)) one.isForOpen = true;
  for (const name of ["an end with a conclusion", "a second end"]) whole[name].closes = true;
  for (const name of ["no end", "open again"]) whole[name].closes = false;
  const wrong = [];
  try {
    await allAreFresh(people, "as loaded");
    // Some at a time: what comes while a page is being read anew must not be lost either.
    for (const order = mixed([posts, openings, threads, whole, wall], chance); order.length > 0;) {
      const now = order.splice(0, 3 + Math.floor(chance() * 2));
      for (const [name, run] of now) await run().catch((error) => assert.fail(`seed ${seed}: ${name}: ${error.message}`));
      await allAreFresh(people, `seed ${seed}: ${now.map(([name]) => name).join(" and ")}`).catch((error) => wrong.push(error.message));
      assert.ok(wrong.length < 2, wrong.join("\n"));
    }
    assert.deepEqual(wrong, []);
    for (const { faults } of Object.values(people)) assert.deepEqual(faults, []);
  } finally {
    for (const { context } of [writer, ...Object.values(people)]) await context.close();
  }
}

/** What happened while nobody was connected is there afterwards, in pages whose topics have no numbers, too. */
export async function pagesThatWereAwayCatchUp(browser, site) {
  const [writer, newcomer, colleague] = [await openPerson(browser, site), await openPerson(browser, site), await openPerson(browser, site)];
  await signIn(writer.page, "adviseur@demo.example");
  await signIn(newcomer.page, "nieuw@demo.example");
  await signIn(colleague.page, "moderator2@demo.example");
  const question = { kind: "question", body: "Een vraag.", theme: "huisvesting", visibility: "public" };
  for (const title of ["Wie weet dit?", "En wie dit?"]) await act(newcomer, "POST", "/threads", { ...question, title }, 202);
  const { items } = await act(colleague, "GET", "/moderation/cases", undefined, 200);
  const cases = ["Wie weet dit?", "En wie dit?"].map((title) => items.find((one) => one.title === title));
  const people = await openAll(browser, site, { list: "/gesprekken", home: "/", own: "/ik", queue: "/moderatie" });
  try {
    await allAreFresh(people, "as loaded");
    for (const person of Object.values(people)) await person.tunnel.enter();
    const { id } = await act(writer, "POST", "/threads", { ...question, title: "In de tunnel?" }, 201);
    await act(writer, "POST", `/threads/${id}/posts`, { body: "En het licht aan het eind." }, 201);
    await act(newcomer, "POST", "/threads", { ...question, title: "Terwijl u weg was?" }, 202);
    await act(colleague, "POST", `/moderation/cases/${cases[0].id}/decision`, { version: cases[0].version, decision: "approve" }, 200);
    await act(colleague, "PUT", `/moderation/cases/${cases[1].id}/lease`, undefined, 200);
    for (const person of Object.values(people)) await person.tunnel.leave();
    await allAreFresh(people, "after the tunnel");
    assert.equal(await people.guest.pages.list.getByText("In de tunnel?").count(), 1);
    const queue = people.moderator.pages.queue;
    assert.equal(await queue.getByText("Terwijl u weg was?").count(), 1);
    assert.equal(await queue.getByText("Wie weet dit?").count(), 0);
    assert.match(await queue.locator(".fd-item", { hasText: "En wie dit?" }).innerText(), /bekijkt dit/);
  } finally {
    for (const { context } of [writer, newcomer, colleague, ...Object.values(people)]) await context.close();
  }
}
