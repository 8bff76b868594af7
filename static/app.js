/* What pages gain from script; they work without it. Its words come from the page. */
(() => {
  "use strict";
  const doc = document, root = doc.documentElement, body = doc.body;
  const lang = root.lang === "en" ? "en-GB" : root.lang;
  const all = (selector, within = doc) => [...within.querySelectorAll(selector)];
  // Storage may be forbidden: then nothing is remembered.
  const store = {
    get(key, area = localStorage) { try { return JSON.parse(area.getItem(key)); } catch { return null; } },
    set(key, value, area = localStorage) { try { area.setItem(key, JSON.stringify(value)); } catch {  } },
    drop(key) { try { localStorage.removeItem(key); } catch {  } },
  };

  // Times in the reader's zone, in the words of the page; a desk keeps the zone of its business.
  const [today, yesterday, tomorrow, ahead, late] = body.dataset.when.split("|");
  const format = (options, name = lang) => new Intl.DateTimeFormat(name, options);
  const hours = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }, date = { day: "numeric", month: "short" };
  const clock = format(hours, "en-GB"), short = format(date), dated = format({ ...date, year: "numeric" });
  const full = format({ dateStyle: "full", timeStyle: "long" });
  const noon = (date) => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / 864e5;
  function say(moment) {
    const now = new Date(), time = clock.format(moment), days = noon(moment) - noon(now);
    const pattern = { "0": today, "-1": yesterday, "1": tomorrow }[days];
    if (pattern) return pattern.replace("#", time);
    const day = (moment.getFullYear() === now.getFullYear() ? short : dated).format(moment);
    return `${day}${lang === "en-GB" ? "," : ""} ${time}`;
  }
  function left(moment) {
    const minutes = (moment - Date.now()) / 6e4, size = Math.abs(minutes), pattern = minutes < 0 ? late : ahead;
    const [unit, each] = size < 90 ? ["minute", 1] : size < 2880 ? ["hour", 60] : ["day", 1440];
    return pattern.replace("#", new Intl.NumberFormat(lang, { style: "unit", unit, unitDisplay: "long" }).format(Math.round(size / each)).replace(/\d+/, "$& "));
  }
  function times(within) {
    for (const element of all("body:not(.desk) time", within)) {
      const moment = new Date(element.dateTime), text = say(moment);
      if (element.textContent !== text) element.textContent = text;
      element.title = full.format(moment);
    }
    for (const line of all("body:not(.desk) [data-zone]", within)) {
      const now = (timeZone) => format({ ...hours, weekday: "short", timeZone }).format(), there = now(line.dataset.zone);
      line.hidden = now() === there || !doc.querySelector("main time");
      line.textContent = line.dataset.text.replace("#", clock.resolvedOptions().timeZone).replace("@", there);
    }
    for (const element of all("[data-left]", within)) element.textContent = left(new Date(element.dataset.left));
    for (const bar of all("progress[data-from]", within)) {
      const from = Date.parse(bar.dataset.from), to = Date.parse(bar.dataset.to);
      bar.value = Math.max(0, Math.min(1, (Date.now() - from) / (to - from)));
      bar.hidden = false;
    }
  }

  // <details> stay as the reader left them.
  const opened = `open:${location.pathname}`;
  function details(within) {
    const kept = store.get(opened, sessionStorage) || {};
    for (const element of all("details[id]", within)) if (element.id in kept && !element.querySelector("[aria-invalid]")) element.open = kept[element.id];
  }
  doc.addEventListener("toggle", (event) => {
    if (!event.target.id || event.target.tagName !== "DETAILS") return;
    const kept = store.get(opened, sessionStorage) || {};
    kept[event.target.id] = event.target.open;
    store.set(opened, kept, sessionStorage);
  }, true);

  // A draft lives for a day on this device and dies when it was sent.
  const kept = (form) => [...form.elements].filter((field) => field.name && !/hidden|password|file|submit|button/.test(field.type));
  function drafts() {
    for (const mark of all("[data-clear-draft]")) store.drop(`draft:${mark.dataset.clearDraft}`);
    for (const form of all("form[data-draft]")) {
      const key = `draft:${form.dataset.draft}`, draft = store.get(key), notice = form.querySelector("[data-restored]");
      if (draft && Date.now() - draft.at < 864e5) {
        let restored = false;
        for (const field of kept(form)) {
          const value = draft.fields[field.name], choice = /radio|checkbox/.test(field.type);
          if (value === undefined || (choice ? field.checked || !value.includes(field.value) : field.value)) continue;
          if (choice) field.checked = true; else field.value = value;
          (field.closest("details") || {}).open = restored = true;
        }
        if (notice && restored) notice.hidden = false;
      } else store.drop(key);
      form.addEventListener("input", () => {
        const fields = {};
        for (const field of kept(form)) {
          if (/radio|checkbox/.test(field.type)) { if (field.checked) (fields[field.name] ||= []).push(field.value); }
          else if (field.value) fields[field.name] = field.value;
        }
        store.set(key, { at: Date.now(), fields });
      });
      form.querySelector("[data-discard]")?.addEventListener("click", () => { store.drop(key); form.reset(); notice.hidden = true; });
    }
  }

  // One press sends once; disabled a moment later, or the button's value would not be sent.
  doc.addEventListener("submit", (event) => {
    if (event.target.method !== "post") return;
    const buttons = all("button:not([type=button])", event.target);
    setTimeout(() => { if (!event.defaultPrevented) for (const button of buttons) button.disabled = true; });
  });
  addEventListener("pageshow", (event) => { if (event.persisted) for (const button of all("form button[disabled]")) button.disabled = false; });

  function narrow(within) {
    for (const box of all("input[data-narrows]", within)) {
      const select = doc.getElementById(box.dataset.narrows), whole = select && [...select.children].map((node) => node.cloneNode(true));
      if (!select) continue;
      box.closest("[hidden]").hidden = false;
      box.addEventListener("input", () => {
        const word = box.value.trim().toLowerCase(), chosen = select.value;
        const fits = (option) => !option.value || option.value === chosen || option.text.toLowerCase().includes(word);
        select.replaceChildren(...whole.map((node) => {
          const copy = node.cloneNode(true);
          if (copy.label && !copy.label.toLowerCase().includes(word)) for (const option of all("option", copy)) if (!fits(option)) option.remove();
          return copy;
        }).filter((node) => node.tagName === "OPTION" || node.children.length));
        select.value = chosen;
      });
    }
  }

  doc.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-copy],[data-print],[data-show]");
    if (!button) return;
    if (button.dataset.copy) {
      const field = doc.getElementById(button.dataset.copy);
      try { await navigator.clipboard.writeText(field.value); } catch { field.select(); doc.execCommand("copy"); }
      button.lastChild.textContent = button.dataset.done;
    } else if (button.dataset.show) doc.getElementById(button.dataset.show).showModal();
    else print();
  });

  // The desk's list by keyboard.
  doc.addEventListener("keydown", (event) => {
    const list = doc.querySelector("[data-keys]");
    if (!list || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, dialog[open]")) return;
    const links = all("a.t", list), at = links.indexOf(doc.activeElement);
    if (event.key === "j" || event.key === "k") links[Math.max(0, Math.min(links.length - 1, at + (event.key === "j" ? 1 : -1)))]?.focus();
    else if (event.key === "?") doc.getElementById("keys")?.showModal();
    else if (event.key === "/") doc.querySelector("[type=search]")?.focus();
    else return;
    event.preventDefault();
  });

  function ready(within) {
    times(within); details(within); narrow(within);
    for (const button of all("[data-script]", within)) button.hidden = false;
    for (const button of all("[data-no-script]", within)) button.hidden = true;
  }
  doc.addEventListener("htmx:load", ({ target }) => target !== body && ready(target));
  ready(doc); drafts();
  doc.querySelector(".errors")?.focus();
  setInterval(() => times(doc), 6e4);
})();
