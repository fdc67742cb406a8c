// Following, the bell and mentions: two people side by side, two tabs of one person, and the same without JavaScript.
import assert from "node:assert/strict";
import { axe, openFollowing, openPerson, signIn, withoutScript } from "./browser.mjs";

const soon = 2_000; // ms: all tabs say the same within this

async function start(page, title) {
  const answer = await page.request.post("/api/v1/threads", {
    data: { kind: "question", title, body: "Wie weet dit?", theme: "huisvesting", visibility: "public" },
    headers: { "Sec-Fetch-Site": "same-origin" },
  });
  assert.equal(answer.status(), 201, await answer.text());
  return (await answer.json()).id;
}

async function reply(page, thread, body) {
  const answer = await page.request.post(`/api/v1/threads/${thread}/posts`, { data: { body }, headers: { "Sec-Fetch-Site": "same-origin" } });
  assert.equal(answer.status(), 201, await answer.text());
}

/** The number that a tab's bell shows; 0 when it is hidden. */
async function bell(page) {
  const badge = page.locator("[data-count=bell]");
  return (await badge.isHidden()) ? 0 : Number(await badge.locator(".nl-number-badge__visible-label").innerText());
}

async function bellBecomes(page, wanted, within) {
  const until = Date.now() + within;
  while ((await bell(page)) !== wanted && Date.now() < until) await page.waitForTimeout(20);
  assert.equal(await bell(page), wanted);
}

export async function theBellIsTheSameInAllTabs(browser, site) {
  const asker = await openPerson(browser, site);
  const writer = await openPerson(browser, site);
  try {
    await signIn(asker.page, "wethouder@demo.example");
    await signIn(writer.page, "adviseur@demo.example");
    const thread = await start(asker.page, "Hoe klinkt de bel in twee tabbladen?");
    const other = await asker.context.newPage();
    const tabs = [asker.page, other];
    await openFollowing(asker.page, "/gesprekken");
    await openFollowing(other, "/gemeenten/GM1783");
    const before = await bell(asker.page);
    await reply(writer.page, thread, "Dat klinkt zo.");
    await Promise.all(tabs.map((tab) => bellBecomes(tab, before + 1, soon)));
    await asker.page.goto("/ik/meldingen");
    assert.deepEqual(await axe(asker.page), []);
    assert.match(await asker.page.locator(".fd-melding--nieuw").last().innerText(), /./);
    const row = asker.page.locator(".fd-melding", { hasText: "Hoe klinkt de bel" });
    assert.match(await row.innerText(), /reageert/);
    await row.locator("button").click();
    await bellBecomes(other, before, soon);
    // Reading the thread is enough as well. The page of notices follows by itself.
    // It looks once because it is connected now.
    const looks = asker.page.waitForRequest((request) => request.resourceType() === "fetch" && new URL(request.url()).pathname === "/ik/meldingen");
    await openFollowing(asker.page, "/ik/meldingen");
    await (await looks).response();
    const fresh = asker.page.locator(".fd-melding--nieuw", { hasText: "Hoe klinkt de bel" });
    assert.equal(await fresh.count(), 0);
    await reply(writer.page, thread, "En zo.");
    await bellBecomes(other, before + 1, soon);
    await fresh.waitFor();
    const read = await asker.page.request.put(`/api/v1/threads/${thread}/marker`, { data: { number: 3 }, headers: { "Sec-Fetch-Site": "same-origin" } });
    assert.equal(read.status(), 200);
    await bellBecomes(other, before, soon);
    await fresh.waitFor({ state: "detached" });
    assert.deepEqual([...asker.faults, ...writer.faults], []);
  } finally {
    await asker.context.close();
    await writer.context.close();
  }
}

export async function followingWorksInPlaceAndAsAForm(browser, site) {
  for (const options of [{}, withoutScript]) {
    const { context, page, faults } = await openPerson(browser, site, options);
    try {
      await signIn(page, "adviseur@demo.example");
      await page.goto("/gemeenten/GM1783");
      const button = page.locator(".fd-volg button");
      assert.equal(await button.getAttribute("aria-pressed"), "false");
      await button.click();
      await page.locator(".fd-volg button[aria-pressed=true]").waitFor();
      assert.equal(new URL(page.url()).pathname, "/gemeenten/GM1783");
      await page.goto("/ik/volgt");
      const row = page.locator(".fd-volgt__rij", { hasText: "Westland" });
      await row.locator("select").selectOption("replies");
      await Promise.all([page.waitForNavigation(), row.locator("form.fd-volgt__keuze button").click()]);
      await page.goto("/gemeenten/GM1783");
      assert.match(await page.locator(".fd-volg").innerText(), /reacties en vermeldingen/);
      await page.goto("/volgen/gemeente/GM1783");
      if (options === withoutScript) assert.equal(await page.locator("input[name=level]:checked").getAttribute("value"), "replies");
      await Promise.all([page.waitForNavigation(), page.locator("button[value=off]").click()]);
      await page.goto("/ik/volgt");
      assert.equal(await page.locator(".fd-volgt__rij", { hasText: "Westland" }).count(), 0);
      assert.deepEqual(faults, []);
    } finally {
      await context.close();
    }
  }
}

export async function aNameIsPickedWithTheKeyboardOrTyped(browser, site) {
  const writer = await openPerson(browser, site);
  const plain = await openPerson(browser, site, withoutScript);
  try {
    await signIn(writer.page, "adviseur@demo.example");
    const thread = await start(writer.page, "Wie noemt wie?");
    await writer.page.clock.install();
    await writer.page.goto(`/gesprekken/${thread}`);
    const field = writer.page.locator("form[data-writing] [name=body]");
    const asked = [];
    writer.page.on("request", (request) => request.url().includes("/mentions") && asked.push(request.url()));
    const offersNoMore = async () => {
      asked.length = 0;
      await writer.page.clock.runFor(1_000);
      await writer.page.evaluate(() => fetch("/api/v1/me"));
      assert.deepEqual(asked, []);
      assert.equal(await writer.page.locator("#noemen-body").isHidden(), true);
    };
    await field.click();
    await field.pressSequentially("Vraag het @Westl");
    assert.equal(await writer.page.locator("#noemen-body [role=option]").first().innerText(), "Westland, Gemeente");
    assert.deepEqual(await axe(writer.page), []);
    await field.press("ArrowDown");
    await field.press("ArrowUp");
    await field.press("Enter");
    assert.equal(await field.inputValue(), "Vraag het @Westland ");
    await offersNoMore();
    await field.pressSequentially("of @Westl");
    await writer.page.locator("#noemen-body [role=option]").first().waitFor();
    await field.press("Escape");
    await offersNoMore();
    await Promise.all([writer.page.waitForNavigation(), writer.page.locator("button[value=plaats]").click()]);
    const link = writer.page.locator(".fd-post a.fd-vermelding");
    assert.equal(await link.getAttribute("href"), "/gemeenten/GM1783");

    // A dilemma's own fields are as good.
    await writer.page.goto("/gesprekken/nieuw");
    await writer.page.locator("label[for=kind-dilemma]").click();
    const options = writer.page.locator("#options");
    await options.click();
    await options.pressSequentially("Zoals in @Vaal");
    await writer.page.locator("#noemen-options [role=option]").first().waitFor();
    assert.deepEqual(await axe(writer.page), []);
    await options.press("Enter");
    assert.equal(await options.inputValue(), "Zoals in @Vaals ");

    await signIn(plain.page, "wethouder@demo.example");
    await plain.page.goto(`/gesprekken/${thread}`);
    await plain.page.fill("form[data-writing] [name=body]", "Of bij @Vaals.");
    await Promise.all([plain.page.waitForNavigation(), plain.page.locator("button[value=plaats]").click()]);
    assert.equal(await plain.page.locator("a.fd-vermelding", { hasText: "@Vaals" }).count(), 1);
    assert.deepEqual([...writer.faults, ...plain.faults], []);
  } finally {
    await writer.context.close();
    await plain.context.close();
  }
}

export async function sinceTheLastVisitIsReadInOneMinute(browser, site) {
  const reader = await openPerson(browser, site, withoutScript);
  const writer = await openPerson(browser, site);
  try {
    await signIn(reader.page, "wethouder@demo.example");
    await signIn(writer.page, "adviseur@demo.example");
    await reader.page.goto("/sinds");
    const done = reader.page.locator("form[action='/sinds'] button");
    if ((await done.count()) > 0) await Promise.all([reader.page.waitForNavigation(), done.click()]);
    assert.match(await reader.page.locator("main").innerText(), /helemaal bij/);
    const thread = await start(reader.page, "Wat is er nieuw sinds gisteren?");
    await reply(writer.page, thread, "Dit is nieuw sinds gisteren.");
    await reader.page.goto("/sinds?minuten=1");
    assert.match(await reader.page.locator("main").innerText(), /Dit is nieuw sinds gisteren/);
    await reader.page.goto("/sinds?minuten=15");
    assert.match(await reader.page.locator("main").innerText(), /Dit is nieuw sinds gisteren/, "looking moves nothing");
    await Promise.all([reader.page.waitForNavigation(), done.click()]);
    assert.match(await reader.page.locator("main").innerText(), /helemaal bij/);
    assert.deepEqual([...reader.faults, ...writer.faults], []);
  } finally {
    await reader.context.close();
    await writer.context.close();
  }
}
