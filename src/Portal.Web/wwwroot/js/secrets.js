// Shows one secret's value: fetched for this dialog alone, written as text, taken away after a minute, when the dialog closes and when the page is left.
const ShownFor = 60_000;
let shown = null, timer = 0;

export function forget() {
  clearTimeout(timer);
  if (!shown) return;
  shown.textContent = "";
  shown.hidden = true;
  shown = null;
}

export function open(root) {
  forget();
  const [reason, button, said, value] = ["input", "[data-reveal]", "[data-said]", "[data-value]"].map((selector) => root.querySelector(selector));
  const say = (text, wrong) => { said.textContent = text; said.classList.toggle("portal-field-error", wrong); said.classList.toggle("portal-muted", !wrong); };
  const ask = async () => {
    forget();
    button.disabled = true;
    try {
      const answer = await fetch(root.dataset.address, {
        method: "POST", cache: "no-store", credentials: "same-origin", headers: { "content-type": "application/json" }, body: JSON.stringify({ reason: reason.value }),
      });
      const body = await answer.json();
      if (!answer.ok) { say(body.detail ?? root.dataset.failed, true); return; }
      value.textContent = body.value;
      value.hidden = false;
      shown = value;
      say(root.dataset.shown, false);
      value.focus();
      timer = setTimeout(() => { forget(); say(root.dataset.hidden, false); }, ShownFor);
    } catch { say(root.dataset.failed, true); }
    finally { button.disabled = false; }
  };
  button.addEventListener("click", ask);
  reason.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); ask(); } });
  root.closest("dialog")?.addEventListener("close", forget, { once: true });
  reason.focus();
}

addEventListener("pagehide", forget);
