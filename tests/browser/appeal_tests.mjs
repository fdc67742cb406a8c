// An author objects to the removal of his post: what he reads, the form with its faults, the case in the queue and what becomes of it;
// with script (axe at each step), on a phone, and without.
import assert from "node:assert/strict";
import { look, openPerson, phone, signIn, submit, withoutScript } from "./browser.mjs";

async function post(page, path, data) {
  const answer = await page.request.post(`/api/v1${path}`, { data });
  assert.ok(answer.ok(), `${path}: ${answer.status()} ${await answer.text()}`);
  return answer.json();
}

async function objection(browser, site, options) {
  const people = [];
  const open = async (email) => {
    const person = await openPerson(browser, site, options);
    people.push(person);
    await signIn(person.page, email);
    return person.page;
  };
  const found = [];
  try {
    const author = await open("adviseur@demo.example");
    const word = `woord${Math.random().toString(36).slice(2)}`;
    const { number } = await post(author, "/threads/14/posts", { body: `Hier staat ${word}.` });
    const moderator = await open("moderator@demo.example");
    const { id } = await post(moderator, `/threads/14/posts/${number}/case`, {});
    await post(moderator, `/moderation/cases/${id}/decision`, { version: 1, decision: "remove", rules: ["geen-inwoners"], facts: "Er staat een naam in van een inwoner." });

    await author.goto("/ik/besluiten");
    found.push(...await look(author, options, "decisions"));
    await submit(author, "a[href^='/bezwaar']");
    assert.match(await author.locator("main").innerText(), /Wij hebben uw bericht verwijderd[^]*binnen 10 werkdagen/);
    found.push(...await look(author, options, "objection"));
    assert.equal((await submit(author, "form[action='/bezwaar'] button")).status(), 400);
    assert.equal(await author.locator("#fouten a").getAttribute("href"), "#text");
    found.push(...await look(author, options, "objection with a fault"));
    await author.fill("[name=text]", `Er staat geen naam, alleen ${word}.`);
    await submit(author, "form[action='/bezwaar'] button");
    assert.match(await author.locator("main").innerText(), /Uw bezwaar[^]*Een andere moderator beslist uiterlijk/);
    found.push(...await look(author, options, "decisions with an objection"));
    const decision = /besluit-(\d+)/.exec(author.url())[1];
    await author.goto(`/bezwaar?besluit=${decision}`);
    assert.match(await author.locator("main").innerText(), /U maakte al bezwaar/);
    found.push(...await look(author, options, "objection for the second time"));

    await moderator.goto("/moderatie");
    const queue = (await (await moderator.request.get("/api/v1/moderation/cases")).json()).items;
    const appeal = queue.find((one) => one.kind === "appeal" && one.excerpt.includes(word));
    await moderator.goto(`/moderatie/${appeal.id}`);
    assert.match(await moderator.locator("main").innerText(), /U besloot hier eerder over mee/);
    const colleague = await open("moderator2@demo.example");
    await colleague.goto(`/moderatie/${appeal.id}`);
    assert.match(await colleague.locator("main").innerText(), new RegExp(`alleen ${word}`));
    found.push(...await look(colleague, options, "case of an objection"));
    const field = colleague.locator("input[name=decision][value=grant]");
    await colleague.locator(`label[for="${await field.getAttribute("id")}"]`).click();
    await colleague.fill("textarea[name=facts]", "In dit bericht staat geen naam van een inwoner.");
    await submit(colleague, "form[action*='/besluit'] button.nl-button--primary");
    await author.goto("/ik/besluiten");
    assert.match(await author.locator("main").innerText(), /U kreeg gelijk/);
    found.push(...await look(author, options, "decisions after the objection"));
    await author.goto(`/gesprekken/14/berichten/${number}`);
    assert.match(await author.locator("main").innerText(), new RegExp(word));
    assert.deepEqual([...found, ...people.flatMap((person) => person.faults)].filter((fault) => !/400/.test(fault)), []);
  } finally {
    for (const person of people) await person.context.close();
  }
}

export const objectionWide = (browser, site) => objection(browser, site, {});
export const objectionOnPhone = (browser, site) => objection(browser, site, phone);
export const objectionWithoutScript = (browser, site) => objection(browser, site, withoutScript);
