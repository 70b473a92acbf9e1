// Saving a chart: SVG as it stands, or a PNG at twice the size.
import { el } from "./dom.js";
import { color } from "./theme.js";

export const download = (href, name) => {
  const link = el("a", { href, download: name });
  document.body.append(link);
  link.click();
  link.remove();
};
const source = (chart) => {
  const copy = chart.cloneNode(true);
  const w = chart.clientWidth,
    h = chart.clientHeight;
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", w);
  copy.setAttribute("height", h);
  const back = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  for (const [k, v] of [
    ["width", w],
    ["height", h],
    ["fill", color("card")],
  ])
    back.setAttribute(k, v);
  copy.prepend(back);
  return new XMLSerializer().serializeToString(copy);
};
export const blobUrl = (parts, type) => URL.createObjectURL(new Blob(parts, { type }));

const saveSvg = (chart, name) => download(blobUrl([source(chart)], "image/svg+xml"), `${name}.svg`);
const savePng = (chart, name) => {
  const image = new Image();
  image.onload = () => {
    const canvas = el("canvas", { width: 2 * chart.clientWidth, height: 2 * chart.clientHeight });
    const context = canvas.getContext("2d");
    context.scale(2, 2);
    context.drawImage(image, 0, 0);
    canvas.toBlob((blob) => download(URL.createObjectURL(blob), `${name}.png`));
  };
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(source(chart))}`;
};
const saveCanvas = (canvas, name) => canvas.toBlob((blob) => download(URL.createObjectURL(blob), `${name}.png`));

// Buttons that save whatever `find` returns at the moment of the click.
export const buttons = (find, name) =>
  el(
    "span.save",
    el("button.quiet", { "aria-label": `Save ${name} as SVG`, onclick: () => saveSvg(find(), name) }, "SVG"),
    el("button.quiet", { "aria-label": `Save ${name} as PNG`, onclick: () => savePng(find(), name) }, "PNG"),
  );
export const canvasButton = (find, name) =>
  el(
    "span.save",
    el("button.quiet", { "aria-label": `Save ${name} as PNG`, onclick: () => saveCanvas(find(), name) }, "PNG"),
  );
