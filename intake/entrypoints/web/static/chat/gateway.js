// Speaks with the chat gateway and says in one word how it went:
// "ok", "lost" (not known whether it arrived: send it again), "busy" (wait first), "refused" (put it
// right), "ended" (the conversation is over), "forbidden" (never from this page).
const LONGEST_WAIT_FOR_ANSWER = 20_000;

function createGateway(base) {
  async function ask(path, message) {
    const leaving = new AbortController();
    const timer = window.setTimeout(() => leaving.abort(), LONGEST_WAIT_FOR_ANSWER);
    try {
      const response = await window.fetch(new URL(path, base), {
        method: message ? "POST" : "GET",
        headers: message ? { "Content-Type": "application/json" } : {},
        body: message ? JSON.stringify(message) : undefined,
        credentials: "omit",
        cache: "no-store",
        referrerPolicy: "no-referrer",
        signal: leaving.signal,
      });
      return await outcome(response);
    } catch {
      return { kind: "lost" };
    } finally {
      window.clearTimeout(timer);
    }
  }

  return {
    greeting: () => ask("greeting"),
    conversation: (id) => ask(`conversations/${encodeURIComponent(id)}`),
    keep: (id) => ask(`conversations/${encodeURIComponent(id)}/keep`, {}),
    send: (conversation, { id, text, engine }) => ask("messages", { conversation, id, text, engine }),
  };
}

async function outcome(response) {
  const body = await response.json().catch(() => null);
  const detail = body && typeof body.detail === "string" ? body.detail : "";
  if (response.ok) {
    // Where it can be read, the gateway's clock says how far ours is off.
    const late = Date.parse(response.headers.get("Date") ?? "") - Date.now();
    return body ? { kind: "ok", body, late: late || 0 } : { kind: "lost" };
  }
  if (response.status === 429) {
    return { kind: "busy", detail, seconds: Number(response.headers.get("Retry-After")) || 10 };
  }
  if (response.status === 404 || response.status === 410) {
    return { kind: "ended", detail };
  }
  if (response.status === 408 || response.status >= 500) {
    return { kind: "lost" };
  }
  return { kind: [413, 422].includes(response.status) ? "refused" : "forbidden", detail };
}
