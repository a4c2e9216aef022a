/* What is typed into the search box is asked for a moment later. Whatever link of the list is clicked before the answer
   is there takes it along: neither what was typed nor what was clicked is lost. */
"use strict";
(() => {
  const boxed = () => document.querySelector("#filter #q");
  /* What the box asked for of the list that is shown, and the list's address before that was typed. */
  let shown = boxed()?.value;
  let before = location.search;
  let leaving = false;

  document.addEventListener("htmx:afterRequest", (event) => {
    const { successful, requestConfig } = event.detail;
    if (successful && ["q", "filter"].includes(event.target.id)) shown = requestConfig.parameters.q ?? "";
  });
  document.addEventListener("htmx:oobAfterSwap", (event) => {
    if (event.detail.target.id === "q") shown = boxed().value;
  });
  /* Typing replaces the address, all else goes on to another. */
  document.addEventListener("htmx:pushedIntoHistory", () => (before = location.search));

  /* The page that was clicked for is not to be met by what the box asks for by itself. */
  for (const name of ["input", "pageshow"]) window.addEventListener(name, () => (leaving = false));
  document.addEventListener("htmx:confirm", (event) => {
    if (leaving && event.target.id === "q") event.preventDefault();
  });

  /* A query with what is typed. Clauses that were typed and asked for are in the address: they go, for the box has what
     has become of them. A query that has other words than the list is a click for those. */
  const along = (search, typed) => {
    const [to, now, was] = [search, location.search, before].map((one) => new URLSearchParams(one));
    if (to.get("q") !== now.get("q")) return search;
    const isTyped = ([name, value]) =>
      name === "q" || (now.getAll(name).includes(value) && !was.getAll(name).includes(value));
    return `?${new URLSearchParams([["q", typed], ...[...to].filter((pair) => !isTyped(pair))])}`;
  };
  document.addEventListener(
    "click",
    (event) => {
      const [box, link] = [boxed(), event.target.closest?.("#main a[href]")];
      if (!box || !link || box.value === shown) return;
      if (!link.href.startsWith(box.form.action) && !link.closest("#acts")) return;
      if (!link.matches("[data-anew]")) link.search = along(link.search, box.value);
      if (event.ctrlKey || event.metaKey || event.shiftKey || link.matches("[data-print]")) return;
      leaving = true;
      window.htmx?.trigger(box, "htmx:abort");
      /* A whole page comes: htmx has the link as it was. */
      if (link.closest("[hx-boost]")?.getAttribute("hx-boost") === "true") event.stopPropagation();
    },
    true,
  );
})();
