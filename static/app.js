/* The desk's own script: keys, polling, waiting, focus and trouble. Everything also works without it. */
"use strict";
(() => {
  const POLL_MS = 60000;
  const main = () => document.getElementById("main");
  /* What is said here by itself is written by the page, in its language. */
  const words = document.getElementById("words");

  /* A question that a newer one takes the place of is no error, and one that failed is told by its own event: neither is
     to stand in the console. htmx asks its logger before it writes there. */
  const NO_ERRORS = ["htmx:sendAbort", "htmx:afterRequest"];
  if (window.htmx) {
    window.htmx.logger = (elt, name, detail) => {
      if (NO_ERRORS.includes(detail?.error)) delete detail.error;
    };
  }

  /* Whatever opens over the page: Escape closes it and hands the focus to what opened it. */
  const OPEN = ["switch", "menuhold", "filters", "sure"].map((name) => `details.${name}[open]`).join();

  /* Escape closes what is open. */
  document.addEventListener("keydown", (event) => {
    const open = event.key === "Escape" ? document.querySelector(OPEN) : null;
    if (open) {
      event.preventDefault();
      open.open = false;
      open.querySelector("summary").focus();
    }
  });

  /* A menu closes when the person turns elsewhere. */
  document.addEventListener("click", (event) => {
    for (const open of document.querySelectorAll(OPEN)) {
      if (!open.contains(event.target)) open.open = false;
    }
  });

  /* `poll` on the body each minute, only while the tab is seen; live parts listen with hx-trigger="poll from:body". */
  let polledAt = Date.now();
  const poll = () => {
    if (document.hidden || Date.now() - polledAt < POLL_MS - 500) return;
    polledAt = Date.now();
    document.body.dispatchEvent(new CustomEvent("poll"));
  };
  setInterval(poll, POLL_MS);
  document.addEventListener("visibilitychange", poll);
  /* A form that gives a file leaves its page as it was. `filed` on the body asks what there is now, ever more slowly,
     until the newest export is another one than before, and made. */
  const made = () => document.querySelector("#recent li:first-child:not([hx-get])")?.id;
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-gives-file]") || event.submitter?.hasAttribute("formaction")) return;
    const before = made();
    const look = (ms) => {
      if ((made() ?? before) !== before || ms > 60000) return;
      document.body.dispatchEvent(new CustomEvent("filed"));
      setTimeout(look, ms, 2 * ms);
    };
    setTimeout(look, 500, 1000);
  });
  /* `glance` every few seconds where several people may work on one thing: only while the tab is seen. */
  const GLANCE_MS = 4000;
  setInterval(() => {
    if (document.hidden || !document.querySelector("[data-glance]")) return;
    document.body.dispatchEvent(new CustomEvent("glance"));
  }, GLANCE_MS);
  /* What comes by itself comes quietly: it dims nothing, and where it fails, what is shown stays. */
  const isPoll = (detail) =>
    detail.requestConfig?.triggeringEvent?.type === "poll" || detail.elt?.closest?.("[data-quiet]") != null;

  /* A search that was sent is on its way: what was typed asks a moment later, and is not to take its place. */
  let sent = null;
  document.addEventListener("htmx:confirm", (event) => {
    if (event.target.id === "q" && event.target.value === sent) event.preventDefault();
  });
  /* Old rows stay and dim while new ones come. */
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.id === "filter") sent = document.getElementById("q").value;
    if (!isPoll(event.detail)) event.detail.target.setAttribute("aria-busy", "true");
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.target.id === "filter") sent = null;
    const { target, successful } = event.detail;
    target.removeAttribute("aria-busy");
    if (target.id) document.getElementById(target.id)?.removeAttribute("aria-busy");
    if (successful && !isPoll(event.detail)) document.querySelector(".trouble")?.remove();
  });

  /* Banners come with each poll; only one that was not there before is read out. */
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const { target, fragment } = event.detail;
    if (target.id !== "banners") return;
    const shown = new Set([...target.querySelectorAll("h2")].map((title) => title.textContent));
    for (const banner of fragment.querySelectorAll("[role=alert]")) {
      if (shown.has(banner.querySelector("h2").textContent)) banner.removeAttribute("role");
    }
  });

  /* What a person has unfolded stays so when the page brings itself up to date, and what was ticked in a menu whose
     numbers were still to come. */
  let unfolded = [];
  let ticked = [];
  const boxes = (list) => [...list.querySelectorAll("input[type=checkbox][form=filter]")];
  document.addEventListener("htmx:beforeSwap", (event) => {
    const target = event.detail.target;
    unfolded = [...target.querySelectorAll("details.fold[id][open]")].map((fold) => fold.id);
    ticked = target.matches("ul[data-quiet]") ? boxes(target).map(({ name, value, checked }) => [name, value, checked]) : [];
  });
  document.addEventListener("htmx:afterSwap", () => {
    for (const fold of unfolded.map((id) => document.getElementById(id))) if (fold) fold.open = true;
    for (const [name, value, checked] of ticked) {
      const box = boxes(document).find((one) => one.name === name && one.value === value);
      if (box) box.checked = checked;
    }
    ticked = [];
  });

  /* Focus: htmx keeps it on an element whose id comes back. `data-focus-after="#chips a|#q"` names where it goes
     when that element is gone: the one now in its place among the first selector's, else the next selector's first. */
  let wish = null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { elt, triggeringEvent } = event.detail.requestConfig ?? {};
    const from = (triggeringEvent?.submitter ?? elt)?.closest?.("[data-focus-after]");
    if (!from) return;
    const selectors = from.dataset.focusAfter.split("|");
    wish = { selectors, place: Math.max(0, [...document.querySelectorAll(selectors[0])].indexOf(from)) };
  });
  document.addEventListener("htmx:afterSettle", () => {
    if (!wish) return;
    const { selectors, place } = wish;
    wish = null;
    if (document.activeElement && document.activeElement !== document.body) return;
    for (const selector of selectors) {
      const found = [...document.querySelectorAll(selector)];
      if (!found.length) continue;
      const next = found[Math.min(place, found.length - 1)];
      if (next.tabIndex < 0) next.tabIndex = -1;
      next.focus({ preventScroll: true });
      if (next.matches("[aria-invalid]")) next.scrollIntoView({ block: "nearest" });
      return;
    }
  });

  /* htmx notes the address, which may hold a search, for a history of pages that is off here: nothing is to be kept. */
  const forget = () => sessionStorage.removeItem("htmx-current-path-for-history");
  forget();
  for (const name of ["htmx:pushedIntoHistory", "htmx:replacedInHistory", "htmx:historyRestore"]) {
    document.addEventListener(name, forget);
  }

  /* Back on a list: the row that was opened has the focus again. Only its element id is remembered. */
  document.addEventListener("click", (event) => {
    const row = event.target.closest?.(".grid tbody th a[id]");
    if (row) sessionStorage.setItem("row", row.id);
  });
  window.addEventListener("pageshow", (event) => {
    const id = sessionStorage.getItem("row") || "-";
    const [navigation] = performance.getEntriesByType("navigation");
    const opened = `${location.origin}${location.pathname}${id.slice(1)}/`;
    if (event.persisted || navigation?.type === "back_forward" || document.referrer.startsWith(opened)) {
      document.getElementById(id)?.focus();
    }
  });

  /* A page's own way back is the browser's where the browser still has that page: it keeps the place. */
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.(".back a");
    if (!link || !window.navigation || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const before = window.navigation.entries().slice(0, window.navigation.currentEntry.index);
    const entry = before.findLast((one) => one.url === link.href);
    if (!entry) return;
    event.preventDefault();
    window.navigation.traverseTo(entry.key);
  });

  /* On paper the list has all that match, not one page of them. Nothing that came later would still be printed, so
     this asks at once and waits; what cannot be had leaves the note that the page brings. */
  let whole = null;
  window.addEventListener("beforeprint", () => {
    const link = document.querySelector("a[data-print]");
    if (!link || !document.querySelector(".partial")) return;
    const request = new XMLHttpRequest();
    request.open("GET", link.href, false);
    try {
      request.send();
    } catch {
      return;
    }
    whole = new DOMParser().parseFromString(request.responseText, "text/html").getElementById("whole");
    if (!whole) return;
    whole.classList.add("print-only");
    document.getElementById("results").classList.add("no-print");
    document.getElementById("results").after(whole);
  });
  window.addEventListener("afterprint", () => {
    whole?.remove();
    whole = null;
    document.getElementById("results")?.classList.remove("no-print");
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-print]") || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    window.print();
  });

  /* A link or a text is copied where one asks for it; pages that came without TLS have no clipboard but this older way to it. */
  const copy = async (text) => {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    const field = Object.assign(document.createElement("textarea"), { value: text });
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    if (!done) throw new Error("not copied");
  };
  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-copy], [data-copy-text]");
    if (!button) return;
    const { copy: link, copyText } = button.dataset;
    const { copied, linkCopied, notCopied } = words.dataset;
    const done = link === undefined ? copied : linkCopied;
    const said = await copy(copyText ?? new URL(link, location.href).href).then(() => done, () => notCopied);
    button.querySelector("span").textContent = said;
    document.getElementById("say").textContent = said;
    button.focus();
  });

  /* What an element says is copied as it reads, line by line. */
  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-copy-from]");
    if (!button) return;
    const text = document.querySelector(button.dataset.copyFrom).innerText.trim();
    const said = await copy(text).then(() => words.dataset.copied, () => words.dataset.notCopied);
    button.dataset.said = said;
    setTimeout(() => delete button.dataset.said, 2000);
    document.getElementById("say").textContent = said;
    button.focus();
  });

  /* Picking rows: the box above picks those that are shown, Shift picks all between, and the bar says how many. A card
     that has more than it shows offers all of it in its bar: one row less, and it is those that are ticked. */
  let pickedLast = null;
  const picks = (form) => [...form.querySelectorAll("tbody .pick input")];
  const counted = (form) => {
    const boxes = picks(form);
    const number = boxes.filter((box) => box.checked).length;
    const [head, said] = [form.querySelector("thead .pick input"), form.querySelector(".bulk output")];
    if (said) said.textContent = number;
    if (!head || head.disabled) return;
    head.checked = number > 0 && number === boxes.length;
    head.indeterminate = number > 0 && !head.checked;
    const whole = form.querySelector(".bulk .whole");
    if (whole && !head.checked) whole.checked = false;
  };
  const countedAll = () => document.querySelectorAll("#picked, .lane").forEach(counted);
  document.addEventListener("click", (event) => {
    const box = event.target.closest?.(":is(#picked, .lane) .pick input, .lane .bulk .whole");
    if (!box) return;
    const boxes = picks(box.form);
    const isRow = boxes.includes(box);
    if (!isRow && (box.checked || box.matches("thead input"))) for (const one of boxes) one.checked = box.checked;
    const [from, to] = [boxes.indexOf(pickedLast), boxes.indexOf(box)].sort((a, b) => a - b);
    if (event.shiftKey && from >= 0) for (const one of boxes.slice(from, to + 1)) one.checked = box.checked;
    pickedLast = box;
    counted(box.form);
  });
  document.addEventListener("reset", () => setTimeout(countedAll));
  window.addEventListener("pageshow", countedAll);
  /* What is ticked on the cards stays so when they come anew; all of a card only while that is as many as it was. */
  let chosen = [];
  document.addEventListener("htmx:beforeSwap", (event) => {
    chosen = [...event.detail.target.querySelectorAll(".lane :is(.pick input, .whole):checked")].map((box) => [box.id, box.value]);
  });
  document.addEventListener("htmx:afterSwap", () => {
    const boxes = chosen.map(([id, value]) => [document.getElementById(id), value]);
    const same = boxes.filter(([box, value]) => box?.value === value).map(([box]) => box);
    for (const box of same) box.checked = true;
    chosen = [];
    for (const form of new Set(same.map((box) => box.form))) counted(form);
  });

  /* Trouble: one card, in the place that failed, with a way on that needs no script. */
  const known = (what) => {
    const said = words.content.querySelector(`[data-trouble="${what}"]`);
    return said && [said.querySelector("b"), said.querySelector("p")].map((one) => one.textContent.trim());
  };
  const trouble = (detail, title, text, place) => {
    document.querySelector(".trouble")?.remove();
    const card = document.getElementById("trouble-card")?.content.firstElementChild.cloneNode(true);
    if (!card) return;
    card.querySelector("b").textContent = title;
    card.querySelector("p").textContent = text;
    const pushes = detail.elt?.closest("[hx-push-url], [hx-replace-url]") && detail.requestConfig?.verb === "get";
    card.querySelector("a").href = pushes ? detail.pathInfo?.finalRequestPath ?? location.href : location.href;
    place.prepend(card);
    card.focus();
  };
  const fits = (node) => node instanceof HTMLElement && node.matches("main, section, div, form, article, aside");
  /* A database that is away, busy or too slow: the page that came instead says which. */
  const told = (xhr) => {
    if (xhr.status !== 503) return undefined;
    const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
    const said = [page.querySelector(".empty h1"), page.querySelector(".empty p")];
    return said.every(Boolean) ? said.map((one) => one.textContent.trim()) : undefined;
  };
  document.addEventListener("htmx:responseError", (event) => {
    if (isPoll(event.detail)) return;
    const xhr = event.detail.xhr;
    const [title, text] = told(xhr) ?? known(xhr.status) ?? known("other");
    trouble(event.detail, title, text, fits(event.detail.target) ? event.detail.target : main());
  });
  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, (event) => {
      if (isPoll(event.detail) && document.querySelector(".trouble")) return;
      trouble(event.detail, ...known("away"), main());
    });
  }
})();
