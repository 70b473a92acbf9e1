// Claims, figures and studies that the keyboard steps through; what opens takes the focus by its summary.

/** @param {HTMLElement} stop */
export const focusOn = (stop) => {
  if (!stop.dataset.stop) return;
  const target = /** @type {HTMLElement} */ (stop.querySelector(":scope > summary") ?? stop);
  target.focus({ preventScroll: true });
};
