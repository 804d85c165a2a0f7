"use strict";
// Puts the server's texts into their places. Guests' words are text, never HTML.

const TYPING_MS = 25000; // As long as WhatsApp shows it.
const $ = (id) => document.getElementById(id);
const words = document.body.dataset;
const chats = new Map(); // guest -> {button, log, unread, typing, timer, name}
let chosen = null;

function trouble(text) {
  $("trouble").textContent = text ?? "";
  $("trouble").hidden = !text;
}

async function ask(method, path, body) {
  try {
    const answer = await fetch(path, {
      method,
      headers: { "Content-Type": "application/json" },
      body: body && JSON.stringify(body),
    });
    trouble(answer.ok ? null : words.refused);
    return answer.ok ? await answer.json() : null;
  } catch {
    trouble(words.lost);
    return null;
  }
}

function put(element, text) {
  // Only what differs, lest a screen reader says it again.
  if (element.textContent !== text) element.textContent = text;
}

function clock(element, at) {
  element.dateTime = at;
  element.textContent = new Date(at).toLocaleTimeString(words.lang);
}

// The house.

function showHouse(house) {
  $("state").dataset.state = house.state;
  for (const place of document.querySelectorAll("[data-text]")) {
    put(place, house.texts[place.dataset.text] ?? "—");
  }
  for (const button of document.querySelectorAll("[data-fault]")) {
    button.setAttribute("aria-pressed", String(button.dataset.fault === house.fault));
  }
  $("heal").setAttribute("aria-disabled", String(house.fault === null));
  $("crowd").checked = house.crowd;
  for (const list of document.querySelectorAll("[data-list]")) {
    showList(list, house.lists[list.dataset.list]);
  }
}

function showList(list, items) {
  const rows = items.map((item) => {
    const row = document.createElement("li");
    const time = document.createElement("time");
    row.dataset.kind = item.kind;
    clock(time, item.at);
    row.append(time, ` ${item.text}`);
    return row;
  });
  if (!rows.length) {
    const none = document.createElement("li");
    none.textContent = list.dataset.none;
    rows.push(none);
  }
  list.replaceChildren(...rows);
}

// The chats.

function openChat(guest, name) {
  const log = $("log").content.firstElementChild.cloneNode(true);
  const button = document.createElement("button");
  log.setAttribute("aria-label", `${log.getAttribute("aria-label")}: ${name}`);
  log.hidden = true;
  button.type = "button";
  button.addEventListener("click", () => choose(guest));
  $("phone").append(log);
  $("new-guest").before(button);
  const chat = { button, log, name, unread: 0, typing: false, timer: 0 };
  chats.set(guest, chat);
  return chat;
}

function choose(guest) {
  chosen = guest;
  for (const [one, chat] of chats) {
    chat.log.hidden = one !== guest;
    if (one === guest) chat.unread = 0;
    showTab(one, chat);
  }
  const { log, typing } = chats.get(guest);
  $("typing").hidden = !typing;
  log.scrollTop = log.scrollHeight;
}

function showTab(guest, chat) {
  chat.button.setAttribute("aria-pressed", String(guest === chosen));
  put(chat.button, chat.unread ? `${chat.name} · ${chat.unread} ${words.unread}` : chat.name);
}

function showChat(view) {
  const isNew = !chats.has(view.guest);
  const chat = chats.get(view.guest) ?? openChat(view.guest, view.name);
  let added = false;
  for (const bubble of view.bubbles) {
    const shown = chat.log.querySelector(`[data-number="${bubble.number}"]`);
    if (shown) {
      put(shown.querySelector(".tick"), bubble.ticked);
      shown.dataset.tick = bubble.tick ?? "";
      continue;
    }
    chat.log.append(makeBubble(view.guest, bubble));
    added = true;
    if (!isNew && bubble.by === "hotel" && view.guest !== chosen) chat.unread += 1;
  }
  clearTimeout(chat.timer);
  chat.typing = view.typing;
  if (view.typing) chat.timer = setTimeout(() => showTyping(view.guest, false), TYPING_MS);
  if (chosen === null) choose(view.guest);
  showTab(view.guest, chat);
  showTyping(view.guest, view.typing);
  if (added) chat.log.scrollTop = chat.log.scrollHeight;
}

function showTyping(guest, typing) {
  chats.get(guest).typing = typing;
  if (guest === chosen) $("typing").hidden = !typing;
}

function makeBubble(guest, bubble) {
  const item = $("bubble").content.firstElementChild.cloneNode(true);
  item.dataset.number = bubble.number;
  item.dataset.by = bubble.by;
  item.dataset.tick = bubble.tick ?? "";
  item.querySelector(".who").textContent = `${bubble.who}:`;
  item.querySelector("p").textContent = bubble.text;
  item.querySelector(".tick").textContent = bubble.ticked;
  clock(item.querySelector("time"), bubble.at);
  const buttons = bubble.choices.map((choice) => makeChoice(guest, bubble, choice));
  const place = item.querySelector(".choices");
  if (bubble.menu) {
    const menu = document.createElement("details");
    const label = document.createElement("summary");
    label.textContent = bubble.menu;
    menu.append(label, ...buttons);
    place.append(menu);
  } else {
    place.append(...buttons);
  }
  return item;
}

function makeChoice(guest, bubble, choice) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = choice.title;
  if (choice.description) {
    const detail = document.createElement("span");
    detail.textContent = choice.description;
    button.append(" ", detail);
  }
  button.addEventListener("click", () =>
    ask("POST", `guests/${guest}/taps`, { number: bubble.number, choice: choice.id }),
  );
  return button;
}

// What is pressed.

$("new-guest").addEventListener("click", async () => {
  const made = await ask("POST", "guests");
  if (!made) return;
  if (!chats.has(made.guest)) openChat(made.guest, made.name);
  choose(made.guest);
  $("text").value ||= words.example;
  $("text").focus();
});

$("write").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = $("text").value.trim();
  if (!text || chosen === null) return;
  $("text").value = "";
  if (!(await ask("POST", `guests/${chosen}/texts`, { text }))) $("text").value = text;
});

for (const button of document.querySelectorAll("[data-fault]")) {
  button.addEventListener("click", () => {
    const isPlaying = button.getAttribute("aria-pressed") === "true";
    if (isPlaying) ask("DELETE", "pms/faults");
    else ask("POST", `pms/faults/${button.dataset.fault}`);
  });
}
$("heal").addEventListener("click", () => ask("DELETE", "pms/faults"));
$("crowd").addEventListener("change", () => ask("PUT", "crowd", { on: $("crowd").checked }));

$("text").value = words.example;
const events = new EventSource(`events?lang=${words.lang}`);
events.addEventListener("house", (event) => showHouse(JSON.parse(event.data)));
events.addEventListener("chat", (event) => showChat(JSON.parse(event.data)));
events.addEventListener("open", () => trouble(null));
events.addEventListener("error", () => trouble(words.lost));
