// Questions to the server that the page comes from. Each tab has a name of its own, by which its work is cancelled.

/** @typedef {{ head?: string, dictionary?: string, latent?: number, do: "scale" | "add" | "clamp", value: number }} Edit */
/** @typedef {{ prompt: string, edits: Edit[] }} Ask */

const page = Array.from(crypto.getRandomValues(new Uint8Array(12)), (b) => b.toString(16).padStart(2, "0")).join("");

/** @param {string} name @param {object} body */
const post = async (name, body) => {
  let reply;
  try {
    reply = await fetch(`api/${name}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ page, ...body }),
    });
  } catch {
    throw new Error("The server does not answer; is polyhead live still running?");
  }
  const type = reply.headers.get("Content-Type") ?? "";
  const value = type.startsWith("application/json") ? await reply.json() : { error: await reply.text() };
  if (value.error) throw new Error(value.error);
  return value;
};

/** The server's answer to `ask`, or null where it was cancelled. @param {string} name @param {Ask} ask */
export const question = async (name, ask) => {
  const value = await post(name, { ask });
  return value.cancelled ? null : value;
};
export const cancel = () => post("cancel", {});
