// Where a reader is in a long thread: his marker, the page on which new replies belong, and the language he reads in.
import assert from "node:assert/strict";
import { openPerson, signIn } from "./browser.mjs";

/** A request of the page's own to the API. */
async function api(page, method, path, body) {
  const answer = await page.evaluate(async ([method, path, body]) => {
    const got = await fetch(`/api/v1${path}`, {
      method,
      headers: { "Content-Type": "application/json" },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return { status: got.status, model: got.status === 204 ? null : await got.json() };
  }, [method, path, body]);
  assert.ok(answer.status < 300, `${method} ${path}: ${JSON.stringify(answer)}`);
  return answer.model;
}

const long = (number) => `Reactie ${number}.\n\n${"Wij hebben daar een vaste aanpak voor, met een eigen loket. ".repeat(12)}`;

/** A thread of this writer with posts 1 to `last`. */
async function startThread(page, title, last) {
  const { id } = await api(page, "POST", "/threads", {
    kind: "question", title, body: long(1), theme: "huisvesting", visibility: "public" });
  for (let number = 2; number <= last; number += 1) await api(page, "POST", `/threads/${id}/posts`, { body: long(number) });
  return id;
}

/** The number in the next request about the marker, or in that for `number`, when it is answered well. */
async function nextMarker(page, number) {
  // Only of the request: the body of a keepalive answer never comes.
  const told = (answer) => answer.request().postDataJSON().number;
  const answer = await page.waitForResponse((one) => one.url().endsWith("/marker") && one.request().method() === "PUT" &&
    (number === undefined || told(one) === number));
  assert.equal(answer.status(), 200);
  return told(answer);
}

/** Numbers of the posts of which more than the edge is on screen. */
function onScreen(page) {
  return page.locator("article[data-post]").evaluateAll((all) =>
    all.filter((one) => one.getBoundingClientRect().top < innerHeight * 0.85 && one.getBoundingClientRect().bottom > innerHeight * 0.15)
      .map((one) => Number(one.dataset.post)));
}

export async function aReaderGoesOnWhereHeStopped(browser, site) {
  const writer = await openPerson(browser, site);
  const reader = await openPerson(browser, site);
  const elsewhere = await openPerson(browser, site, { viewport: { width: 390, height: 844 } });
  try {
    await signIn(writer.page, "adviseur@demo.example");
    const id = await startThread(writer.page, "Waar was ik gebleven?", 25);
    await signIn(reader.page, "wethouder@demo.example");
    await signIn(elsewhere.page, "wethouder@demo.example");

    let marker = nextMarker(reader.page);
    await reader.page.goto(`/gesprekken/${id}`);
    assert.equal(await marker, Math.max(...(await onScreen(reader.page))), "what is on screen, not what was loaded");

    marker = nextMarker(reader.page);
    await reader.page.locator("#bericht-9").scrollIntoViewIfNeeded();
    const read = await marker;
    assert.equal(read, Math.max(...(await onScreen(reader.page))));
    assert.ok(read >= 9 && read < 21, `${read}`);

    await elsewhere.page.goto(`/gesprekken/${id}`);
    assert.equal(new URL(elsewhere.page.url()).hash, `#bericht-${read + 1}`);
    assert.ok((await onScreen(elsewhere.page)).includes(read + 1), "the first unread post is on screen");
    await elsewhere.page.getByText("Nieuw sinds uw vorige bezoek").waitFor();

    await elsewhere.page.goto(`/gesprekken/${id}?pagina=2`);
    marker = nextMarker(elsewhere.page, 25);
    await elsewhere.page.locator("#bericht-25").scrollIntoViewIfNeeded();
    await marker;
    await reader.page.goto(`/gesprekken/${id}`);
    assert.equal(new URL(reader.page.url()).hash, "", "nothing is left to read");

    // Approved late it stands among older ones, and is new all the same until it was on screen.
    const newcomer = await openPerson(browser, site);
    const moderator = await openPerson(browser, site);
    await signIn(newcomer.page, "nieuw@demo.example");
    await api(newcomer.page, "POST", `/threads/${id}/posts`, { body: "Dit wacht nog." });
    await api(writer.page, "POST", `/threads/${id}/posts`, { body: long(27) });
    marker = nextMarker(reader.page, 27);
    await reader.page.goto(`/gesprekken/${id}`);
    await marker;
    await signIn(moderator.page, "moderator@demo.example");
    const { items } = await api(moderator.page, "GET", "/moderation/cases");
    const held = items.find((one) => JSON.stringify(one).includes("Dit wacht nog."));
    await api(moderator.page, "POST", `/moderation/cases/${held.id}/decision`, { version: held.version, decision: "approve" });
    marker = nextMarker(elsewhere.page, 27);
    await elsewhere.page.goto(`/gesprekken/${id}`);
    assert.equal(new URL(elsewhere.page.url()).hash, "#bericht-26");
    await marker;
    await reader.page.goto(`/gesprekken/${id}`);
    assert.equal(new URL(reader.page.url()).hash, "");
    await newcomer.context.close();
    await moderator.context.close();
    assert.deepEqual([...reader.faults, ...elsewhere.faults], []);
  } finally {
    await writer.context.close();
    await reader.context.close();
    await elsewhere.context.close();
  }
}

export async function repliesBeyondAFullPageAreOnTheNext(browser, site) {
  const writer = await openPerson(browser, site);
  const reader = await openPerson(browser, site);
  try {
    await signIn(writer.page, "adviseur@demo.example");
    const id = await startThread(writer.page, "Past dit nog op de bladzijde?", 20);
    await reader.page.goto(`/gesprekken/${id}`);
    const numbers = () => reader.page.locator("article[data-post]").evaluateAll((all) => all.map((one) => Number(one.dataset.post)));
    const bar = (n) => reader.page.locator("[data-live-bar]:not([hidden]) [data-live-text]", { hasText: `${n} nieuwe` });

    // One fits, two do not: the button shows the first, and leads to the others after that.
    for (let number = 21; number <= 23; number += 1) await api(writer.page, "POST", `/threads/${id}/posts`, { body: long(number) });
    await bar(3).waitFor();
    await reader.page.locator("[data-live-bar] a").click();
    await reader.page.locator("#bericht-21").waitFor();
    await bar(2).waitFor();
    const shown = await numbers();
    const paging = await reader.page.locator("nav.fd-bladeren").innerText();
    await reader.page.locator("[data-live-bar] a").click();
    await reader.page.waitForURL(/pagina=2#bericht-22$/);
    assert.deepEqual(await numbers(), [1, 22, 23]);
    await reader.page.goBack();
    await reader.page.reload();
    assert.deepEqual(shown, await numbers(), "page and events equal a fresh page");
    assert.equal(paging, await reader.page.locator("nav.fd-bladeren").innerText());
    assert.deepEqual(reader.faults, []);
  } finally {
    await writer.context.close();
    await reader.context.close();
  }
}

export async function eventsSpeakTheReadersLanguage(browser, site) {
  const writer = await openPerson(browser, site);
  const guest = await openPerson(browser, site);
  const member = await openPerson(browser, site);
  try {
    await signIn(writer.page, "adviseur@demo.example");
    const id = await startThread(writer.page, "In welke taal komt dit?", 2);
    await signIn(member.page, "wethouder@demo.example");
    for (const { context, page } of [guest, member]) {
      await context.addCookies([{ name: "taal", value: "en", url: site }]);
      await page.goto(`/gesprekken/${id}`);
      assert.equal(await page.getAttribute("html", "lang"), "en");
      // Offscreen it changes at once; what is being read waits for a click.
      await page.locator("#bericht-1 h2").scrollIntoViewIfNeeded();
    }
    const post = await api(writer.page, "GET", `/threads/${id}/posts/2`);
    await api(writer.page, "PUT", `/threads/${id}/posts/2`, { body: "Nu anders.", version: post.version });
    for (const { page } of [guest, member]) {
      const changed = page.locator("#bericht-2 [data-changed]");
      await changed.or(page.getByText("Nu anders.")).first().waitFor();
      if ((await changed.count()) > 0) await changed.click();
      await page.getByText("Nu anders.").waitFor();
      const words = await page.locator("#bericht-2").innerText();
      assert.match(words, /edited/);
      assert.doesNotMatch(words, /aangepast/);
    }
    await api(writer.page, "DELETE", `/threads/${id}/posts/2`);
    for (const { page } of [guest, member]) {
      await page.locator("#bericht-2.fd-post--weg").waitFor();
      const shown = await page.locator("#bericht-2").innerText();
      await page.reload();
      assert.equal(shown, await page.locator("#bericht-2").innerText(), "as a fresh page says it");
    }
    assert.deepEqual([...guest.faults, ...member.faults], []);
  } finally {
    await writer.context.close();
    await guest.context.close();
    await member.context.close();
  }
}
