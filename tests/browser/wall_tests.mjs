// The wall of a session: two people side by side, the same without script, and axe on what only staff make.
import assert from "node:assert/strict";
import { axe, openFollowing, openPerson, signIn, withoutScript } from "./browser.mjs";

const soon = 15_000; // ms: a turn tells the votes once a second; the rest is read anew within two

async function send(page, method, path, data = {}) {
  const answer = await page.request.fetch(`/api/v1${path}`, { method, data, headers: { "Sec-Fetch-Site": "same-origin" } });
  assert.ok(answer.ok(), `${method} ${path}: ${answer.status()} ${await answer.text()}`);
  return answer.status() === 204 ? null : answer.json();
}

/** A thread of the alderman with a wall and so many questions of his. */
async function makeWall(moderator, asker, questions) {
  const { id } = await send(asker, "POST", "/threads", { kind: "question", title: "Vragen voor de sessie over wonen", body: "Stel ze hier.", theme: "wonen", visibility: "public" });
  await send(moderator, "PUT", `/threads/${id}/wall`);
  for (const body of questions) await send(asker, "POST", `/threads/${id}/posts`, { body });
  return id;
}

/** "number votes" of each list, and what is dealt with now. */
function shown(page) {
  return page.evaluate(() => {
    const line = (one) => `${one.dataset.post} ${one.querySelector("[data-votes]").textContent} ${one.querySelector("[data-votes-word]").textContent}`;
    const list = (name) => [...document.querySelectorAll(`[data-questions="${name}"] > *`)].map(line);
    return { now: [...document.querySelectorAll("[data-current]")].map(line), open: list("open"), dealt: list("dealt") };
  });
}

async function becomes(page, wanted, what) {
  const until = Date.now() + soon;
  while (JSON.stringify(await shown(page)) !== JSON.stringify(wanted) && Date.now() < until) await page.waitForTimeout(50);
  assert.deepEqual(await shown(page), wanted, what);
}

async function people(browser, site, names) {
  const found = {};
  for (const [name, email, options] of names) {
    found[name] = await openPerson(browser, site, options ?? {});
    if (email) await signIn(found[name].page, email);
  }
  return found;
}

export async function aVoteInOneBrowserShowsInTheOthers(browser, site) {
  const all = await people(browser, site, [["moderator", "moderator@demo.example"], ["alderman", "wethouder@demo.example"],
    ["adviser", "adviseur@demo.example"], ["guest", null], ["screen", null]]);
  try {
    const { moderator, alderman, adviser, guest, screen } = Object.fromEntries(Object.entries(all).map(([name, { page }]) => [name, page]));
    const id = await makeWall(moderator, alderman, ["Wie betaalt dit?", "Wat werkt bij u?", "Hoe lang duurt het?"]);
    const wall = `/gesprekken/${id}/wand`;
    for (const page of [moderator, alderman, adviser, guest]) await page.goto(wall);
    await screen.goto(`${wall}?scherm=groot`);
    for (const page of [guest, screen]) await page.locator("[data-live-applied]", { hasText: "Bijgewerkt" }).first().waitFor();

    await adviser.locator("#vraag-3 form[data-vote] button").click();
    await adviser.locator("#vraag-3 button", { hasText: "U stemde" }).waitFor();
    await adviser.mouse.move(0, 0);
    let wanted = { now: [], open: ["3 1 stem", "2 0 stemmen", "4 0 stemmen"], dealt: [] };
    for (const page of [guest, screen, alderman, adviser]) await becomes(page, wanted, "one vote");
    assert.equal(await guest.locator("form[data-vote]").count(), 0, "a guest has no button");
    assert.equal(await alderman.locator("form[data-vote]").count(), 0, "nor has who asked them");
    assert.equal(await screen.locator("main form").count(), 0);

    // The moderator's own forms go the ordinary way.
    await Promise.all([moderator.waitForNavigation(), moderator.locator("#vraag-2 form[action$='/nu'] button").click()]);
    wanted = { now: ["2 0 stemmen"], open: ["3 1 stem", "4 0 stemmen"], dealt: [] };
    for (const page of [guest, adviser, moderator]) await becomes(page, wanted, "chosen");
    await becomes(screen, wanted, "chosen, on the screen");
    await guest.waitForFunction(() => document.getElementById("status").textContent === "Nu in behandeling: Wie betaalt dit?", null, { timeout: 30_000 });
    await Promise.all([moderator.waitForNavigation(), moderator.locator("#vraag-3 form[action$='/nu'] button").click()]);
    await adviser.locator("#vraag-4 form[data-vote] button").click();
    wanted = { now: ["3 1 stem"], open: ["4 1 stem"], dealt: ["2 0 stemmen"] };
    for (const page of [guest, adviser, alderman, moderator]) await becomes(page, wanted, "the next");

    // Taken back, and what all show is what a reload shows.
    await adviser.locator("#vraag-4 form[data-vote] button").click();
    wanted.open = ["4 0 stemmen"];
    for (const page of [guest, adviser, alderman, moderator]) {
      await becomes(page, wanted, "taken back");
      await page.waitForTimeout(2_500); // whatever was to be read anew, was
      const live = await page.locator(".fd-wand section ol, .fd-wand [data-live-part]").allInnerTexts();
      await page.reload();
      assert.deepEqual(live, await page.locator(".fd-wand section ol, .fd-wand [data-live-part]").allInnerTexts());
    }
    await Promise.all([moderator.waitForNavigation(), moderator.locator("form[action$='/sluiten'] button").click()]);
    await guest.getByText("Deze vragenwand is gesloten.").waitFor();
    await adviser.goto(`/gesprekken/${id}`);
    assert.deepEqual(await adviser.locator("article[data-post]").evaluateAll((posts) => posts.map((one) => one.dataset.post)), ["1", "2", "3", "4"]);
    assert.match(await adviser.locator("#bericht-3").innerText(), /Behandeld in de sessie[\s\S]*1 stem/);
    for (const { faults } of Object.values(all)) assert.deepEqual(faults, []);
  } finally {
    for (const { context } of Object.values(all)) await context.close();
  }
}

/** A list in use keeps its order; the focus stays on the button that was used, also when its question moves. */
export async function nothingMovesUnderTheKeyThatIsUsed(browser, site) {
  const all = await people(browser, site, [["moderator", "moderator@demo.example"], ["alderman", "wethouder@demo.example"], ["adviser", "adviseur@demo.example"]]);
  try {
    const { moderator, alderman, adviser } = Object.fromEntries(Object.entries(all).map(([name, { page }]) => [name, page]));
    const id = await makeWall(moderator, alderman, ["Eerste?", "Tweede?"]);
    await adviser.goto(`/gesprekken/${id}/wand`);
    await adviser.locator("[data-live-applied]", { hasText: "Bijgewerkt" }).waitFor();
    await adviser.locator("#vraag-3 form[data-vote] button").focus();
    await adviser.keyboard.press("Enter");
    await adviser.locator("#vraag-3 button", { hasText: "U stemde" }).waitFor();
    assert.deepEqual((await shown(adviser)).open, ["2 0 stemmen", "3 1 stem"], "not yet");
    await becomes(adviser, { now: [], open: ["3 1 stem", "2 0 stemmen"], dealt: [] }, "when it rests");
    assert.equal(await adviser.evaluate(() => document.activeElement.closest("[data-post]")?.dataset.post), "3");
    assert.deepEqual(all.adviser.faults, []);
  } finally {
    for (const { context } of Object.values(all)) await context.close();
  }
}

/** A question that is taken back is gone from the wall, its screen and the pages of all questions, before other news would be read. */
export async function aQuestionTakenBackIsOnNoWall(browser, site) {
  const all = await people(browser, site, [["moderator", "moderator@demo.example"], ["alderman", "wethouder@demo.example"], ["guest", null],
    ["screen", null], ["list", null]]);
  try {
    const { moderator, alderman, ...readers } = Object.fromEntries(Object.entries(all).map(([name, { page }]) => [name, page]));
    const id = await makeWall(moderator, alderman, ["Had ik dit maar niet gevraagd?", "Blijft deze staan?"]);
    const addresses = { guest: "", screen: "?scherm=groot", list: "?vanaf=2" };
    const told = [];
    for (const [name, page] of Object.entries(readers)) {
      // His moment is the last that chance allows, and his time goes on only when the test says so.
      await page.addInitScript(() => (Math.random = () => 0.99));
      await page.clock.install();
      await page.goto(`/gesprekken/${id}/wand${addresses[name]}`);
      await page.locator("[data-live-applied]", { hasText: "Bijgewerkt" }).first().waitFor();
      assert.equal(await page.locator('[data-post="2"]').count(), 1, name);
      await page.clock.pauseAt(await page.evaluate(() => Date.now() + 3_000));
      told.push(page.evaluate(() => new Promise((resolve) => document.addEventListener("forum:event",
        ({ detail }) => detail.kind === "post.withdrawn" && resolve(true)))));
    }
    await send(alderman, "DELETE", `/threads/${id}/posts/2`);
    await Promise.all(told);
    for (const page of Object.values(readers)) {
      await page.clock.runFor(1_000);
      await page.locator('[data-post="2"]').waitFor({ state: "detached" });
      assert.equal(await page.locator('[data-post="3"]').count(), 1);
    }
    for (const { faults } of Object.values(all)) assert.deepEqual(faults, []);
  } finally {
    for (const { context } of Object.values(all)) await context.close();
  }
}

/** More than the first page has room for: what rises comes in by itself, and who reads the list of all is told that it changed. */
export async function aLongWallIsReadPageByPage(browser, site) {
  const all = await people(browser, site, [["moderator", "moderator@demo.example"], ["alderman", "wethouder@demo.example"], ["adviser", "adviseur@demo.example"],
    ["guest", null], ["reader", null]]);
  try {
    const { moderator, alderman, adviser, guest, reader } = Object.fromEntries(Object.entries(all).map(([name, { page }]) => [name, page]));
    const id = await makeWall(moderator, alderman, Array.from({ length: 202 }, (_, n) => `Vraag nummer ${n + 2}?`));
    await openFollowing(guest, `/gesprekken/${id}/wand`);
    await openFollowing(reader, `/gesprekken/${id}/wand?vanaf=202`);
    assert.equal(await guest.locator("[data-questions=open] > *").count(), 200);
    assert.equal(await guest.locator("#vraag-203").count(), 0);
    assert.deepEqual(await reader.locator("[data-post]").evaluateAll((list) => list.map((one) => one.dataset.post)), ["202", "203"]);
    assert.equal(await reader.locator("[data-wall-changed]").isHidden(), true);
    await send(adviser, "PUT", `/threads/${id}/posts/203/vote`);
    await guest.locator("#vraag-203").waitFor();
    await guest.waitForFunction(() => document.querySelector("[data-questions=open] > *").id === "vraag-203");
    assert.equal(await guest.locator("[data-questions=open] > *").count(), 200);
    assert.deepEqual([await guest.locator("#vraag-200").count(), await guest.locator("#vraag-201").count()], [1, 0], "the last made room");
    await reader.locator("[data-wall-changed]").waitFor();
    assert.deepEqual(await axe(reader), []);
    await Promise.all([reader.waitForNavigation(), reader.locator("[data-wall-changed] a").click()]);
    assert.match(await reader.locator("#vraag-203").innerText(), /1\s+stem/);
    assert.equal(await reader.locator("[data-wall-changed]").isHidden(), true);
    await Promise.all([reader.waitForNavigation(), reader.locator("a[rel=prev]").click()]);
    assert.equal(await reader.locator("[data-post]").count(), 200);
    assert.equal(await reader.locator("#vraag-2").count(), 1);
    for (const { faults } of Object.values(all)) assert.deepEqual(faults, []);
  } finally {
    for (const { context } of Object.values(all)) await context.close();
  }
}

export async function aThreadStartsWithAWall(browser, site) {
  const { moderator } = await people(browser, site, [["moderator", "moderator@demo.example", withoutScript]]);
  try {
    const { page } = moderator;
    await page.goto("/gesprekken/nieuw");
    await page.fill("#title", "Themauur: uw vragen vooraf");
    await page.check("input[name=kind][value=announcement]", { force: true });
    await page.fill("#body", "Stel uw vraag op de wand.");
    await page.selectOption("#theme", "wonen");
    await page.check("#wall", { force: true });
    await Promise.all([page.waitForNavigation(), page.locator("button[value=plaats]").click()]);
    await Promise.all([page.waitForNavigation(), page.locator(".fd-wandlink a").click()]);
    assert.match(new URL(page.url()).pathname, /\/wand$/);
    assert.deepEqual(moderator.faults, []);
  } finally {
    await moderator.context.close();
  }
}

export async function withoutScriptItIsFormsAndReloads(browser, site) {
  const all = await people(browser, site, [["moderator", "moderator@demo.example", withoutScript], ["adviser", "adviseur@demo.example", withoutScript],
    ["alderman", "wethouder@demo.example", withoutScript]]);
  const submit = (page, selector) => Promise.all([page.waitForNavigation(), page.locator(selector).first().click()]);
  try {
    const { moderator, adviser, alderman } = Object.fromEntries(Object.entries(all).map(([name, { page }]) => [name, page]));
    const { id } = await send(alderman, "POST", "/threads", { kind: "question", title: "Vragen voor donderdag", body: "Stel ze hier.", theme: "wonen", visibility: "members" });
    await moderator.goto(`/gesprekken/${id}`);
    await moderator.locator(".fd-gesprekkop .fd-mod > summary").click();
    await submit(moderator, "form[action$='/wand/openen'] button");
    assert.match(new URL(moderator.url()).pathname, /\/wand$/);
    await adviser.goto(`/gesprekken/${id}`);
    await submit(adviser, ".fd-wandlink a");
    await adviser.fill("#body", "Wat kost dit?");
    await submit(adviser, "button[value=plaats]");
    assert.equal(new URL(adviser.url()).hash, "#vraag-2");
    await alderman.goto(`/gesprekken/${id}/wand`);
    await submit(alderman, "#vraag-2 form[data-vote] button");
    assert.match(await alderman.locator("#vraag-2").innerText(), /1\s+stem[\s\S]*U stemde/);
    await submit(alderman, "#vraag-2 form[data-vote] button");
    assert.match(await alderman.locator("#vraag-2").innerText(), /0\s+stemmen/);
    await moderator.reload();
    await submit(moderator, "#vraag-2 form[action$='/nu'] button");
    await adviser.goto(`/gesprekken/${id}/wand?scherm=groot`);
    assert.match(await adviser.locator(".fd-nu").innerText(), /Wat kost dit\?/);
    await submit(moderator, "#vraag-2 form[action$='/behandeld'] button");
    await submit(moderator, "form[action$='/sluiten'] button");
    await adviser.goto(`/gesprekken/${id}/wand`);
    assert.match(await adviser.locator("main").innerText(), /gesloten[\s\S]*Behandeld[\s\S]*Wat kost dit\?/);
    assert.equal(await adviser.locator("main textarea").count(), 0);
    for (const { faults } of Object.values(all)) assert.deepEqual(faults, []);
  } finally {
    for (const { context } of Object.values(all)) await context.close();
  }
}

export async function everyoneCanUseIt(browser, site) {
  const first = await people(browser, site, [["moderator", "moderator@demo.example"], ["alderman", "wethouder@demo.example"], ["adviser", "adviseur@demo.example"]]);
  try {
    const { moderator, alderman, adviser } = Object.fromEntries(Object.entries(first).map(([name, { page }]) => [name, page]));
    const id = await makeWall(moderator, alderman, ["Wie betaalt dit?", "Een lange vraag met veel woorden over hoe een gemeente dit doet. ".repeat(4), "Wat nu?", "En daarna?"]);
    await send(adviser, "PUT", `/threads/${id}/posts/3/vote`);
    await send(moderator, "PUT", `/threads/${id}/wall/current`, { number: 2 });
    await send(moderator, "PUT", `/threads/${id}/posts/4/dealt`);
    const guest = await openPerson(browser, site);
    first.guest = guest;
    const found = [];
    for (const [name, { page, faults }] of Object.entries(first).filter(([one]) => one !== "alderman")) {
      for (const width of [390, 1280, 320]) {
        await page.setViewportSize({ width, height: 844 });
        for (const colorScheme of width === 320 ? ["light"] : ["light", "dark"]) {
          await page.emulateMedia({ colorScheme });
          for (const path of [`/gesprekken/${id}/wand`, `/gesprekken/${id}/wand?scherm=groot`, `/gesprekken/${id}/wand?vanaf=1`, ...(name === "moderator" ? [`/gesprekken/${id}`] : [])]) {
            await page.goto(path);
            const where = `${path} ${width} ${colorScheme} ${name}`;
            if (width !== 320) for (const violation of await axe(page)) found.push(`${where}: ${violation}`);
            const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
            if (sideways > 0) found.push(`${where}: scrolls sideways by ${sideways} px`);
          }
        }
      }
      found.push(...faults);
    }
    assert.deepEqual(found, []);
  } finally {
    for (const { context } of Object.values(first)) await context.close();
  }
}
