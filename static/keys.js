/* Single keys, where the person has not turned them off. A key presses a control that is on the page and names it with
   data-key, or puts the focus there (data-key-focus); `g` comes before those of the sections. */
"use strict";
(() => {
  if (document.body.hasAttribute("data-no-keys")) return;
  const typing = (node) => node.closest("input, textarea, select, dialog, [contenteditable]") !== null;
  const rows = () => [...document.querySelectorAll(".grid tbody .c-order a")];
  let first = "";

  const go = (step) => {
    const links = rows();
    const at = links.indexOf(document.activeElement);
    links[at < 0 ? 0 : Math.min(Math.max(at + step, 0), links.length - 1)]?.focus();
  };
  const pick = (event) => {
    const box = document.activeElement.closest("tr")?.querySelector(".pick input");
    box?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, shiftKey: event.shiftKey }));
  };
  const press = (key) => {
    const control = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (!control || control.matches("[aria-disabled]")) return false;
    control.focus();
    if (control.matches("input[type=search]")) control.select();
    else if (!control.hasAttribute("data-key-focus")) control.click();
    return true;
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.key.length !== 1 || (typing(event.target) && !event.target.matches(".pick input"))) return;
    const key = first ? `${first} ${event.key}` : event.key;
    first = "";
    if (key === "g") first = key;
    else if (key === "j" || key === "k") go(key === "j" ? 1 : -1);
    else if (key.toLowerCase() === "x") pick(event);
    else if (!press(key)) return;
    event.preventDefault();
  });
})();
