// What people see when a Tomcat is killed: the next page, as if nothing had happened.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { Farm, NODES } from "./farm.mjs";
import { openBrowser, Person } from "./person.mjs";

let farm, browser, person;

before(async () => {
  farm = await Farm.up();
  browser = await openBrowser();
}, { timeout: 240_000 });

after(async () => {
  await browser?.close();
  await farm?.down();
});

beforeEach(async () => { person = await Person.arrives(browser, farm); });

afterEach(async () => {
  await person.leave();
  await farm.start(...NODES); // says so of those that run
});

async function withTeaInTheCart() {
  const tab = await person.logIn();
  await tab.click("shop");
  await tab.addToCart("Sencha");
  await tab.addToCart("Oolong");
  await tab.addToCart("Oolong");
  return tab;
}

const TEA = ["Sencha × 1", "Oolong × 2"];

async function killHomeOf(who) {
  const { route } = await who.session();
  await farm.kill(route);
  return route;
}

async function assertMoved(tab, before) {
  // On a busy machine the kill may come after the last answer: then the panel's next question moves the session.
  await tab.page.waitForFunction(route => document.querySelector(".pill .js-node").textContent !== route, before.route);
  const now = await person.session();
  assert.equal(now.stem, before.stem);
  assert.notEqual(now.route, before.route);
  await tab.sees(`.pill .js-node:text-is("${now.route}")`); // a page from before the move learns it within a second
  assert.equal(await tab.user(), "alice");
  return now;
}

test("clicks on after the kill: logged in, cart intact, page and cookie show the new node", async () => {
  const tab = await withTeaInTheCart();
  const old = await person.session();
  assert.equal(await tab.node(), old.route);
  await farm.kill(old.route);
  assert.deepEqual(await tab.cart(), TEA);
  const now = await assertMoved(tab, old);
  await tab.sees(`.tomcat[data-name="${old.route}"][data-state="down"]`);
  await tab.sees(`.tomcat[data-name="${now.route}"].here`);
  assert.equal(await tab.text(".cookie.before .route.changed code"), `.${old.route}`);
  assert.equal(await tab.text(".cookie.now .route.changed code"), `.${now.route}`);
  assert.equal(await tab.text(".cookie.before .store code"), `-${old.memcached}`);
  assert.equal(await tab.text(".cookie.now .store code"), `-${now.memcached}`);
  assert.equal(await tab.text(".cookie.before .stem code"), await tab.text(".cookie.now .stem:not(.changed) code"));
  assert.match(await tab.text("#strip"), new RegExp(`^Your session moved from ${old.route} to ${now.route}\\.`));
  assert.deepEqual(tab.failures, []);
});

test("only watches: the panel tells of the move by itself", async () => {
  const tab = await person.logIn();
  const home = await killHomeOf(person);
  assert.match(await tab.text("#strip:not([hidden])"), new RegExp(`^Your session moved from ${home} to `));
  await tab.sees(`.events [data-kind="down"]:has-text("${home} is down")`);
  await tab.sees(`.events [data-kind="moved"]:has-text("from ${home}")`);
  assert.notEqual(await tab.node(), home);
  assert.deepEqual(tab.failures, []);
});

test("the node comes back: the session stays where it is", async () => {
  const tab = await withTeaInTheCart();
  const home = await killHomeOf(person);
  await tab.click("home");
  const moved = await person.session();
  await farm.start(home);
  await tab.sees(`.tomcat[data-name="${home}"][data-state="up"]`);
  assert.deepEqual(await tab.cart(), TEA);
  assert.deepEqual(await person.session(), moved);
  assert.equal(await tab.node(), moved.route);
  assert.deepEqual(tab.failures, []);
});

test("two tabs click at once after the kill: one node, both changes stay", async () => {
  const first = await person.logIn();
  const second = await person.tab();
  for (const tab of [first, second]) await tab.goTo("/shop");
  const old = await person.session();
  await farm.kill(old.route);
  await Promise.all([first.addToCart("Assam"), second.addToCart("Rooibos")]);
  assert.deepEqual((await first.cart()).sort(), ["Assam × 1", "Rooibos × 1"]);
  assert.deepEqual((await second.cart()).sort(), ["Assam × 1", "Rooibos × 1"]);
  for (const tab of [first, second]) await assertMoved(tab, old);
  assert.deepEqual([...first.failures, ...second.failures], []);
});

test("goes back after the kill: the page before, from the new node", async () => {
  const tab = await withTeaInTheCart();
  await tab.click("cart");
  await tab.click("home");
  const old = await person.session();
  await farm.kill(old.route);
  await Promise.all([tab.page.waitForURL("**/share/cart*"), tab.page.goBack()]);
  assert.equal(await tab.page.locator("tr[data-item]").count(), 2);
  await assertMoved(tab, old);
  await Promise.all([tab.page.waitForURL("**/share/home*"), tab.page.goForward()]);
  assert.equal(await tab.user(), "alice");
  assert.deepEqual(tab.failures, []);
});

// `told`: how many of the 20 captions have come when the node is killed; 0: when the first picture arrives.
for (const told of [0, 4, 11]) {
  test(`20 pictures and 20 questions, killed after ${told} answers: nothing fails on screen`, async () => {
    const tab = await person.logIn();
    const old = await person.session();
    const killed = killDuringGallery(tab, told, old.route);
    await tab.goTo("/gallery?ms=80");
    await killed;
    await tab.sees('#pictures[data-state="complete"]');
    assert.equal(await tab.page.locator('.picture[data-state="told"]').count(), 20);
    const drawn = await tab.page.$$eval(".picture img", all => all.filter(img => img.complete && img.naturalWidth > 0).length);
    assert.equal(drawn, 20);
    assert.deepEqual(tab.failures, []);
    await assertMoved(tab, old);
  });
}

async function killDuringGallery(tab, told, node) {
  let answers = 0;
  await tab.page.waitForResponse(answer => {
    if (answer.url().includes("/api/picture")) answers += 1;
    return told === 0 ? answer.url().includes("/img/gallery/") : answers === told;
  });
  farm.killNow(node);
}

test("all nodes down: an error page; back again: logged in, cart intact", async () => {
  const tab = await withTeaInTheCart();
  await farm.kill(...NODES);
  const answer = await tab.goTo("/cart");
  assert.equal(answer.status(), 503);
  assert.match(await tab.text("h1"), /503 Service Unavailable/);
  await farm.start(...NODES);
  await tab.page.waitForFunction(() => fetch(location).then(again => again.ok), null, { polling: 250 });
  await tab.page.reload();
  assert.equal(await tab.user(), "alice");
  assert.deepEqual(await tab.cart(), TEA);
});

test("all nodes down while watching: the panel says that nobody answers, and when they are back", async () => {
  const tab = await person.logIn();
  await farm.kill(...NODES);
  await tab.sees('#trouble:has-text("does not answer (503")'); // perhaps a 502 before, when they die one by one
  await farm.start(...NODES);
  await tab.sees('#farm[data-live="yes"]');
  await tab.sees('.events [data-kind="up"]:has-text("The farm answers again")');
  await tab.click("cart");
  assert.equal(await tab.user(), "alice");
});

test("jkproxy's status is not reachable: the panel says so, and the rest goes on", async () => {
  await farm.restartWithoutStatus("node1");
  const guest = await Person.on("node1", browser, farm);
  try {
    assert.match(await guest.tab.text("#trouble:not([hidden])"), /^jkproxy's status cannot be reached: /);
    assert.equal(await guest.tab.text(".cookie.now .route code"), ".node1");
    assert.equal(await guest.tab.page.locator(".tomcat").count(), 0);
    assert.deepEqual(guest.tab.failures, []);
  } finally {
    await guest.person.leave();
    await farm.kill("node1");
  }
});
