// The frames of an animation: a slider, a play button, arrows on the keyboard, and the label of the frame.
import { el } from "../shared/dom.js";

const WHOLE_MS = 6000;

// `show(i)` is called with each new frame; it starts at the last one, the end of training.
export const make = (labels, title, show) => {
  const last = labels.length - 1;
  const wait = Math.min(700, Math.max(70, WHOLE_MS / labels.length));
  let at = last,
    timer = 0;
  const slider = el("input", { type: "range", min: 0, max: last, step: 1, "aria-label": `Frame of ${title}` });
  const label = el("output.frame-label");
  const play = el("button.quiet.play", { onclick: () => (timer ? stop() : start()) });
  const name = () => {
    play.textContent = timer ? "❚❚ Pause" : "▶ Play";
    play.setAttribute("aria-label", `${timer ? "Pause" : "Play"} ${title}`);
  };
  const go = (i) => {
    at = Math.min(last, Math.max(0, i));
    slider.value = String(at);
    slider.setAttribute("aria-valuetext", labels[at]);
    label.textContent = `${labels[at]} (${at + 1} of ${labels.length})`;
    show(at);
  };
  const stop = () => {
    clearInterval(timer);
    timer = 0;
    name();
  };
  const start = () => {
    if (at === last) go(0);
    timer = setInterval(() => {
      if (!slider.isConnected) return stop();
      go(at + 1);
      if (at === last) stop();
    }, wait);
    name();
  };
  slider.addEventListener("input", () => {
    stop();
    go(Number(slider.value));
  });
  const node = el("div.scrubber", play, slider, label);
  node.addEventListener("keydown", (e) => {
    if (e.target === slider && e.key === " ") {
      e.preventDefault();
      play.click();
    }
    if (e.target === play && (e.key === "ArrowLeft" || e.key === "ArrowRight")) {
      e.preventDefault();
      stop();
      go(at + (e.key === "ArrowRight" ? 1 : -1));
    }
  });
  name();
  return { node, go, start: () => go(at), at: () => at };
};
