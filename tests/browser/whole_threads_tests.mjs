// Threads that a moderator merges and splits with the forms on their pages: who has the page open hears where it went. Rule: every act of
// the moderator is a click; what is read beforehand is made by the API.
import assert from "node:assert/strict";
import { axe, openPerson, signIn } from "./browser.mjs";

async function startThread(person, title) {
  const data = { kind: "question", title, body: "Wat is hier wijs?", theme: "wonen", visibility: "public" };
  const answer = await person.context.request.fetch("/api/v1/threads", { method: "POST", data });
  assert.equal(answer.status(), 201, await answer.text());
  return (await answer.json()).id;
}

async function reply(person, thread, body) {
  const answer = await person.context.request.fetch(`/api/v1/threads/${thread}/posts`, { method: "POST", data: { body } });
  assert.equal(answer.status(), 201, await answer.text());
}

async function withPeople(browser, site, test) {
  const [moderator, member, guest] = [await openPerson(browser, site), await openPerson(browser, site), await openPerson(browser, site)];
  try {
    await signIn(moderator.page, "moderator@demo.example");
    await signIn(member.page, "adviseur@demo.example");
    await test(moderator, member, guest);
    assert.deepEqual([...moderator.faults, ...member.faults, ...guest.faults], []);
  } finally {
    for (const person of [moderator, member, guest]) await person.context.close();
  }
}

export const anOpenPageHearsOfAMerge = (browser, site) =>
  withPeople(browser, site, async (moderator, member, guest) => {
    const from = await startThread(member, "Samenvoegen: de dubbele vraag");
    const into = await startThread(member, "Samenvoegen: de eerste vraag");
    await guest.page.goto(`/gesprekken/${from}`);
    await member.page.goto(`/gesprekken/${from}`);
    await member.page.fill("#body", "Een reactie die onderweg is.");
    const page = moderator.page;
    await page.goto(`/gesprekken/${from}`);
    await page.locator(".fd-mod summary").click();
    await page.locator(`a[href="/gesprekken/${from}/samenvoegen"]`).click();
    await page.fill("#into", "samenvoegen: de eerste");
    await page.locator("button[value=zoek]").click();
    await page.locator("input[name=target]").waitFor();
    assert.deepEqual(await axe(page), []);
    await page.fill("#reason", "Gaat over hetzelfde.");
    await page.locator("button[value=samenvoeg]").click();
    await page.waitForURL(new RegExp(`/gesprekken/${into}/.*#bericht-2`));
    for (const person of [guest, member]) {
      const link = person.page.locator("[data-moved] a");
      await link.waitFor();
      assert.match(await link.getAttribute("href"), new RegExp(`/gesprekken/${into}/.*#bericht-2$`));
    }
    assert.deepEqual(await axe(guest.page), []);
    assert.equal(await member.page.inputValue("#body"), "Een reactie die onderweg is.");
    await member.page.locator("button[value=plaats]").click();
    await member.page.waitForURL(new RegExp(`/gesprekken/${into}/.*#bericht-3`));
    await member.page.getByText("Een reactie die onderweg is.").waitFor();
  });

export const anOpenPageHearsOfASplit = (browser, site) =>
  withPeople(browser, site, async (moderator, member, guest) => {
    const thread = await startThread(member, "Splitsen: twee onderwerpen");
    await reply(member, thread, "Over het eerste onderwerp.");
    await reply(member, thread, "Over het tweede onderwerp.");
    await guest.page.goto(`/gesprekken/${thread}`);
    await guest.page.locator("#bericht-3").waitFor();
    const page = moderator.page;
    await page.goto(`/gesprekken/${thread}/splitsen`);
    await page.locator("label[for='numbers-3']").click();
    await page.fill("#title", "Splitsen: het tweede onderwerp");
    await page.fill("#reason", "Een ander onderwerp.");
    assert.deepEqual(await axe(page), []);
    await page.locator("form.fd-form button.nl-button--primary").click();
    await page.getByRole("heading", { level: 1, name: "Splitsen: het tweede onderwerp" }).waitFor();
    await guest.page.locator("article[data-post='3']").waitFor({ state: "detached" });
    await guest.page.locator("a#bericht-3").click();
    await guest.page.getByRole("heading", { level: 1, name: "Splitsen: het tweede onderwerp" }).waitFor();
  });
