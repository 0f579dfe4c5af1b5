// Draws the page anew in place, so that nothing flickers; the page is whole without it.
"use strict";

const everyMs = 1000 * Number(document.body.dataset.refresh);

function inUse() {
  const main = document.getElementById("main");
  const focused = document.activeElement;
  const selected = window.getSelection();
  return (
    document.hidden ||
    (focused && focused.closest("form") !== null) ||
    (selected && !selected.isCollapsed && main.contains(selected.anchorNode))
  );
}

async function drawAnew() {
  if (inUse()) return;
  const stale = document.getElementById("stale");
  try {
    const answer = await fetch(location.href, { cache: "no-store", redirect: "error" });
    if (!answer.ok) throw new Error(String(answer.status));
    const drawn = new DOMParser().parseFromString(await answer.text(), "text/html");
    const before = document.getElementById("main");
    const after = drawn.getElementById("main");
    if (after === null) throw new Error("no page");
    if (inUse()) return;
    for (const open of before.querySelectorAll("details[open][id]")) {
      const same = after.querySelector("#" + CSS.escape(open.id));
      if (same !== null) same.open = true;
    }
    for (const typed of before.querySelectorAll("input[id]")) {
      const same = after.querySelector("#" + CSS.escape(typed.id));
      if (same !== null && typed.value !== typed.defaultValue) same.value = typed.value;
    }
    const focused = document.activeElement;
    const where = focused && before.contains(focused) ? focused.getAttribute("href") : null;
    before.replaceChildren(...after.childNodes);
    if (where !== null) before.querySelector(`a[href="${CSS.escape(where)}"]`)?.focus({ preventScroll: true });
    document.title = drawn.title;
    stale.hidden = true;
  } catch {
    stale.hidden = false;
  }
}

if (everyMs > 0) setInterval(drawAnew, everyMs);
